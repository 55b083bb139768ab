//! Whether data can be used with a net.

use super::{Chain, Fit, InputShape, Loss, Metric};
use crate::data::{Dataset, Inputs, Targets};
use crate::error::Error;
use crate::io::Storable;
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

/// Whether the targets are what the loss and the metrics can compare the net's answers with.
pub(super) fn check_targets<R: Real>(
    chain: &Chain<R>,
    data: &Dataset<R>,
    loss: Loss,
    metrics: &[Metric],
) -> Result<(), Error> {
    let answer = answer(chain.output(), data.inputs());
    let (last, before) = answer.split_last().map_or((1, &[][..]), |(&last, before)| (last, before));
    let shape = data.targets().shape();
    let categorical = loss.is_categorical() || metrics.iter().any(|metric| metric.is_categorical());
    if categorical && last < 2 {
        let problem = format!(
            "the net has one output, {answer:?}; for classes it needs one for each, for yes and no a binary loss and accuracy"
        );
        return setting("loss and metrics", problem);
    }
    match data.targets() {
        Targets::Values(_) if trimmed(shape.sizes()) != trimmed(&answer) => {
            setting("targets", format!("they have shape {shape}, but the net's answers {answer:?}"))
        }
        Targets::Values(_) => Ok(()),
        Targets::Classes { classes, .. } if categorical => {
            if shape.sizes() != before {
                let problem = format!(
                    "classes {shape}, but the net's answers are {answer:?}: one class for each of {before:?}"
                );
                return setting("targets", problem);
            }
            match classes.iter().position(|&class| class >= last) {
                None => Ok(()),
                Some(row) => {
                    let problem = format!(
                        "class {} of row {row} is not below {last}, the number of outputs",
                        classes[row]
                    );
                    setting("targets", problem)
                }
            }
        }
        Targets::Classes { classes, .. } => {
            if trimmed(shape.sizes()) != trimmed(&answer) {
                let problem = format!("classes {shape} as numbers, but the net's answers are {answer:?}");
                return setting("targets", problem);
            }
            let binary = matches!(loss, Loss::BinaryCrossEntropy | Loss::BinaryCrossEntropyLogits);
            match classes.iter().position(|&class| binary && class > 1) {
                None => Ok(()),
                Some(row) => setting(
                    "targets",
                    format!("class {} of row {row}, but the loss is for 0 and 1", classes[row]),
                ),
            }
        }
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

/// The shape of the answers to these inputs.
fn answer<R: Real>(output: &InputShape, inputs: &Inputs<R>) -> Vec<usize> {
    let steps = inputs.shape().sizes().get(1).copied().unwrap_or(1);
    let axes = output.axes().iter().map(|axis| axis.unwrap_or(steps));
    std::iter::once(inputs.len()).chain(axes).collect()
}

/// Without axes of size 1 at the end: `[N, 1]` is `[N]`.
fn trimmed(sizes: &[usize]) -> &[usize] {
    let end = sizes.iter().skip(1).rposition(|&size| size != 1).map_or(1, |last| last + 2);
    &sizes[..end.min(sizes.len())]
}
