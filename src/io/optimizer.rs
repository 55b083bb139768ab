//! What an optimizer carries from step to step, to and from a file.

use std::fmt;

use super::{Storable, TensorFile, put_gradients, take_gradients};
use crate::error::{Error, short};
use crate::optim::Optimizer;
use crate::real::Real;
use crate::tensor::Params;

/// A setting that an optimizer had when it was saved, and has no more. `{}` prints it as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its name, such as `beta1`.
    pub setting: String,
    /// Its value in the file; empty if it is not there.
    pub saved: String,
    /// Its value now.
    pub now: String,
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, saved, now } = self;
        write!(f, "{setting} was {} and is {now}", if saved.is_empty() { "unknown" } else { saved })
    }
}

/// Puts an optimizer into a file: its name, settings and number of steps as texts, its moments as tensors. One that
/// [`export`](Optimizer::export)s nothing leaves nothing.
///
/// # Panics
/// If its moments don't have the layout of these weights.
#[track_caller]
pub fn put_optimizer<R: Real + Storable>(
    file: &mut TensorFile,
    prefix: &str,
    params: &Params<R>,
    optimizer: &dyn Optimizer<R>,
) {
    let Some(exported) = optimizer.export() else { return };
    let moments: Vec<&str> = exported.moments.iter().map(|(name, _)| *name).collect();
    file.set_text(format!("{prefix}name"), exported.name);
    file.set_text(format!("{prefix}steps"), exported.steps.to_string());
    file.set_text(format!("{prefix}moments"), moments.join(","));
    for (setting, value) in exported.settings {
        file.set_text(format!("{prefix}settings.{setting}"), value);
    }
    for (moment, numbers) in exported.moments {
        put_gradients(file, &format!("{prefix}{moment}."), params, numbers);
    }
}

/// Reads what [`put_optimizer`] put: the steps and moments. The settings stay those that this optimizer has; the ones
/// that were others are returned. (Where a [`Schedule`](crate::optim::Schedule) sets the rate, `lr` is among them.)
///
/// # Errors
/// If the file has no optimizer under this prefix, or another one; if its moments don't fit the model or the
/// settings. The optimizer stays as it is then.
pub fn take_optimizer<R: Real + Storable>(
    file: &TensorFile,
    prefix: &str,
    params: &Params<R>,
    optimizer: &mut dyn Optimizer<R>,
) -> Result<Vec<Changed>, Error> {
    let refused = |problem: String| file.error(format!("the run cannot be resumed: {problem}"));
    let Some(own) = optimizer.export() else {
        return Err(refused("this optimizer does not export its state".into()));
    };
    let text = |name: &str| file.metadata().get(&format!("{prefix}{name}")).map(String::as_str);
    match text("name") {
        None => return Err(refused("there is no state of an optimizer in the file".into())),
        Some(name) if name != own.name => {
            return Err(refused(format!("it was trained with {}, not {}", short(name), own.name)));
        }
        Some(_) => {}
    }
    let changed = |(setting, now): (&str, String)| {
        let saved = text(&format!("settings.{setting}")).unwrap_or_default().to_owned();
        (saved != now).then(|| Changed { setting: setting.into(), saved, now })
    };
    let changed = own.settings.into_iter().filter_map(changed).collect();

    let steps = file.text(&format!("{prefix}steps"))?;
    let number = steps.parse().ok().filter(|&number: &usize| number <= u32::MAX as usize);
    let steps = number.ok_or_else(|| refused(format!("{} is no number of steps", short(steps))))?;
    let names = file.text(&format!("{prefix}moments"))?.split(',').filter(|name| !name.is_empty());
    let moments: Result<_, Error> = names
        .map(|name| Ok((name.into(), take_gradients(file, &format!("{prefix}{name}."), params)?)))
        .collect();
    optimizer.restore(steps, moments?).map_err(refused)?;
    Ok(changed)
}
