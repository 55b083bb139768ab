//! Weights, and what has their layout, to and from a file.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Storable, TensorFile};
use crate::error::{Error, short};
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// The most problems that one message lists.
const LISTED: usize = 10;

/// Saves all weights under their names; see [`TensorFile::save`].
///
/// # Errors
/// If the file cannot be written. There is the old one then, if there was one.
pub fn save_params<R: Real + Storable>(path: impl AsRef<Path>, params: &Params<R>) -> Result<(), Error> {
    let mut file = TensorFile::new();
    put_params(&mut file, "", params);
    file.save(path)
}

/// Reads the weights that [`save_params`] saved, into a model with the same names, shapes and type of number. To read
/// those of another program, give what [`TensorFile::load_any`] reads to [`take_params`].
///
/// # Errors
/// If the file cannot be read, or doesn't fit the model: then the message lists what is missing, what the model doesn't
/// have, and what is of another shape or type; the weights stay as they are.
pub fn load_params<R: Real + Storable>(path: impl AsRef<Path>, params: &mut Params<R>) -> Result<(), Error> {
    take_params(&TensorFile::load(path)?, "", params)
}

/// Puts all weights into a file, each under its name with a prefix.
///
/// # Panics
/// If a weight is named `__metadata__` (see [`TensorFile::insert`]).
#[track_caller]
pub fn put_params<R: Real + Storable>(file: &mut TensorFile, prefix: &str, params: &Params<R>) {
    for entry in params.iter() {
        file.insert(format!("{prefix}{}", entry.name), entry.param.shape().sizes(), entry.values);
    }
}

/// Sets all weights to those that stand in the file under their names with a prefix.
///
/// # Errors
/// If these don't fit, as in [`load_params`]. A tensor whose name begins otherwise is none of them.
pub fn take_params<R: Real + Storable>(
    file: &TensorFile,
    prefix: &str,
    params: &mut Params<R>,
) -> Result<(), Error> {
    check(file, prefix, params)?;
    let arrays: Vec<_> =
        params.iter().map(|entry| (entry.param, format!("{prefix}{}", entry.name))).collect();
    for (param, name) in arrays {
        params[param].copy_from_slice(&file.numbers(&name, param.shape().sizes())?);
    }
    Ok(())
}

/// Puts gradients, or the moments of an optimizer, into a file: each array under the name of its weights with a prefix.
///
/// # Panics
/// If they don't have the layout of these weights.
#[track_caller]
pub fn put_gradients<R: Real + Storable>(
    file: &mut TensorFile,
    prefix: &str,
    params: &Params<R>,
    grads: &Gradients<R>,
) {
    assert!(params.fits(grads), "put_gradients: gradients of other weights");
    for entry in params.iter() {
        file.insert(format!("{prefix}{}", entry.name), entry.param.shape().sizes(), &grads[entry.param]);
    }
}

/// Reads what [`put_gradients`] put.
///
/// # Errors
/// As [`take_params`].
pub fn take_gradients<R: Real + Storable>(
    file: &TensorFile,
    prefix: &str,
    params: &Params<R>,
) -> Result<Gradients<R>, Error> {
    check(file, prefix, params)?;
    let mut grads = params.zero_gradients();
    for entry in params.iter() {
        let numbers = file.numbers(&format!("{prefix}{}", entry.name), entry.param.shape().sizes())?;
        grads[entry.param].copy_from_slice(&numbers);
    }
    Ok(grads)
}

/// Whether the tensors under this prefix are those of the model: an error lists how they are not.
fn check<R: Real + Storable>(file: &TensorFile, prefix: &str, params: &Params<R>) -> Result<(), Error> {
    let mut known = BTreeSet::new();
    let mut problems = Vec::new();
    for entry in params.iter() {
        let name = format!("{prefix}{}", entry.name);
        problems.extend(file.tensor::<R>(&name, entry.param.shape().sizes()).err());
        known.insert(name);
    }
    let unknown = file.names().filter(|name| name.starts_with(prefix) && !known.contains(*name));
    problems.extend(unknown.map(|name| format!("{} is not in the model", short(name))));
    if problems.is_empty() {
        return Ok(());
    }
    let more = problems.len().saturating_sub(LISTED);
    problems.truncate(LISTED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(file.error(format!("does not fit the model: {}{more}", problems.join("; "))))
}
