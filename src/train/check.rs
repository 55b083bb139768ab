//! Whether data can be used with a net.

use super::{Chain, Fit, InputShape, Loss, Metric};
use crate::data::{Dataset, Inputs, Targets};
use crate::error::Error;
use crate::io::Storable;
use crate::nn::Stateful;
use crate::real::Real;

fn setting<T>(setting: &'static str, problem: String) -> Result<T, Error> {
    Err(Error::Setting { setting, problem })
}

/// Whether the net takes these inputs.
pub(super) fn check_inputs<R: Real>(chain: &Chain<R>, inputs: &Inputs<R>) -> Result<(), Error> {
    let ids = inputs.as_ids();
    if !chain.input().accepts(ids.is_some(), inputs.shape().sizes()) {
        let [given, wanted] =
            [ids.is_some(), chain.input().is_ids()].map(|ids| if ids { "ids" } else { "numbers" });
        let (shape, input) = (inputs.shape(), chain.input());
        return setting("inputs", format!("{given} {shape}, but the net was built for {wanted} {input}"));
    }
    let vocabulary = chain.links().first().and_then(|link| link.layer.vocabulary());
    let (Some(ids), Some(v)) = (ids, vocabulary) else { return Ok(()) };
    let Some(at) = ids.iter().position(|&id| id >= v) else { return Ok(()) };
    let (row, step) = (at / inputs.shape().last(), at % inputs.shape().last());
    let problem = format!(
        "id {} in input {row}, step {step}, is not below the vocabulary of {v}; \
         use a larger embedding, or keep fewer words",
        ids[at]
    );
    setting("inputs", problem)
}

/// Whether the targets are what the loss and each metric can compare the net's answers with.
pub(super) fn check_targets<R: Real>(
    chain: &Chain<R>,
    data: &Dataset<R>,
    loss: Loss,
    metrics: &[Metric],
) -> Result<(), Error> {
    let (answer, targets) = (answer(chain.output(), data.inputs()), data.targets());
    let metrics = metrics.iter().map(|metric| (metric.name(), metric.is_categorical()));
    for (name, categorical) in std::iter::once(("loss".into(), loss.is_categorical())).chain(metrics) {
        let problem = if categorical { of_classes(targets, &answer) } else { of_numbers(targets, &answer) };
        if let Some(problem) = problem {
            return setting("targets", format!("{problem} ({name})"));
        }
    }
    let binary = matches!(loss, Loss::BinaryCrossEntropy | Loss::BinaryCrossEntropyLogits);
    if let Targets::Classes { classes, .. } = targets
        && binary
        && let Some(at) = classes.iter().position(|&class| class > 1)
    {
        return setting(
            "targets",
            format!("{}, but the loss is for 0 and 1", place(targets, at, classes[at])),
        );
    }
    Ok(())
}

/// What hinders a measure that is about classes.
fn of_classes<R: Real>(targets: &Targets<R>, answer: &[usize]) -> Option<String> {
    let (&last, before) = answer.split_last()?;
    if last < 2 || before.is_empty() {
        return Some(format!(
            "the net has one output, its answers are {answer:?}; for classes it needs one output for each, for yes and no take a \
             binary loss and accuracy"
        ));
    }
    let shape = targets.shape();
    match targets {
        Targets::Values(_) if shape.sizes() != answer => Some(format!(
            "numbers {shape}, but the net's answers are {answer:?}; give a row of {last} for each, with a 1 for its class, or \
             classes (`Vec<usize>`)"
        )),
        Targets::Values(_) => None,
        Targets::Classes { .. } if shape.sizes() != before => Some(format!(
            "classes {shape}, but the net's answers are {answer:?}; give one class for each of {before:?}, or let the net answer \
             otherwise (`return_sequences`)"
        )),
        Targets::Classes { classes, .. } => {
            let at = classes.iter().position(|&class| class >= last)?;
            Some(format!("{} is not below {last}, the number of outputs", place(targets, at, classes[at])))
        }
    }
}

/// What hinders a measure that compares numbers.
fn of_numbers<R: Real>(targets: &Targets<R>, answer: &[usize]) -> Option<String> {
    let shape = targets.shape();
    if trimmed(shape.sizes()) == trimmed(answer) {
        return None;
    }
    Some(match targets {
        Targets::Values(_) => {
            format!("they have shape {shape}, but the net's answers {answer:?}; give one number for each")
        }
        Targets::Classes { .. } => format!(
            "classes {shape} are compared as numbers with the net's answers {answer:?}; give numbers of this shape, or take a \
             categorical loss and accuracy"
        ),
    })
}

/// A class, and where it stands.
fn place<R: Real>(targets: &Targets<R>, at: usize, class: usize) -> String {
    match targets.shape().sizes() {
        [_, steps, ..] => format!("class {class} of row {}, step {}", at / steps, at % steps),
        _ => format!("class {class} of row {at}"),
    }
}

/// Whether a net that goes on where it was can do so with so many rows.
pub(super) fn check_state<R: Real>(states: &[Stateful<R>], rows: usize) -> Result<(), Error> {
    match states.iter().find_map(Stateful::rows) {
        Some(before) if before != rows => setting(
            "inputs",
            format!(
                "each of the {rows} must continue one of the {before} that the stateful net was given before; give as many, or \
                 call `reset_state` first"
            ),
        ),
        _ => Ok(()),
    }
}

/// Whether batches of these data follow each other as a stateful net needs it.
pub(super) fn check_stateful<R: Real + Storable>(fit: &Fit<'_, R>, data: &Dataset<R>) -> Result<(), Error> {
    if fit.shuffle {
        return setting("shuffle", "a stateful net needs the given order; set it to false".into());
    }
    let rows = fit.training_rows(data.len());
    fit.check_rows(true, "the training data", rows)?;
    fit.check_rows(true, "the validation data", fit.validation.map_or(data.len() - rows, Dataset::len))
}

/// Whether sequences can be cut into pieces: every layer must be able to go on, every step must have a target.
pub(super) fn check_truncated<R: Real>(chain: &Chain<R>, data: &Dataset<R>) -> Result<(), Error> {
    if let Some(link) = chain.links().iter().find(|link| link.layer.can_keep_state() == Some(false)) {
        return setting("truncate", format!("{} reads from the end, so sequences can't be cut", link.name));
    }
    let steps = data.inputs().shape().sizes().get(1).copied();
    let answer = answer(chain.output(), data.inputs());
    let targets = data.targets().shape();
    let each_step = steps.is_some() && answer.get(1).copied() == steps && answer.len() > 2;
    if !each_step || targets.sizes().get(1).copied() != steps {
        let problem = format!(
            "every step needs an answer and a target, but answers are {answer:?} and targets {targets} for inputs {}; \
             let the last recurrent layer return sequences",
            data.inputs().shape()
        );
        return setting("truncate", problem);
    }
    Ok(())
}

/// The shape of the answers to these inputs: an axis of any size is as large as theirs.
pub(super) fn answer<R: Real>(output: &InputShape, inputs: &Inputs<R>) -> Vec<usize> {
    let given = |axis: usize| inputs.shape().sizes().get(axis + 1).copied().unwrap_or(1);
    let axes = output.axes().iter().enumerate().map(|(axis, size)| size.unwrap_or_else(|| given(axis)));
    std::iter::once(inputs.len()).chain(axes).collect()
}

/// Without axes of size 1 at the end: `[N, 1]` is `[N]`.
fn trimmed(sizes: &[usize]) -> &[usize] {
    let end = sizes.iter().skip(1).rposition(|&size| size != 1).map_or(1, |last| last + 2);
    &sizes[..end.min(sizes.len())]
}
