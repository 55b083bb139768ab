//! How good a net is on data.

use super::check::{check_inputs, check_targets};
use super::metric::Mean;
use super::{Fit, Loss, Metric, Model};
use crate::data::Dataset;
use crate::error::Error;
use crate::io::Storable;
use crate::nn::Stateful;
use crate::real::Real;
use crate::tape::Tape;

/// The loss and the metrics of a net on some data.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// The mean loss of a row.
    pub loss: f64,
    /// The metrics, in the order of [`Fit::metrics`].
    pub metrics: Vec<f64>,
}

impl<R: Real + Storable> Model<R> {
    /// The loss and the metrics of these settings on data, in batches of their size. Nothing is learnt. A stateful net begins
    /// anew, and is then where it was before.
    ///
    /// # Errors
    /// If the data don't fit the net, or not the loss or a metric.
    pub fn evaluate(&mut self, data: &Dataset<R>, fit: &Fit<'_, R>) -> Result<Scores, Error> {
        fit.check_measures()?;
        check_inputs(&self.chain, data.inputs())?;
        check_targets(&self.chain, data, fit.loss, &fit.metrics)?;
        fit.check_rows(self.is_stateful(), "data", data.len())?;
        let rows: Vec<usize> = (0..data.len()).collect();
        let means = self.measure(data, &rows, fit.loss, &fit.metrics, fit.batch);
        let mut values = means.into_iter().map(Mean::value);
        Ok(Scores { loss: values.next().unwrap_or(f64::NAN), metrics: values.collect() })
    }

    /// The loss and the metrics of these rows.
    pub(super) fn measure(
        &mut self,
        data: &Dataset<R>,
        rows: &[usize],
        loss: Loss,
        metrics: &[Metric],
        each: usize,
    ) -> Vec<Mean> {
        let mut means = vec![Mean::default(); 1 + metrics.len()];
        let mut states: Vec<Stateful<R>> = self.states.iter().map(|_| Stateful::new()).collect();
        for rows in rows.chunks(each) {
            self.batch.fill(data, rows);
            let tape = Tape::without_gradients(&self.params, std::mem::take(&mut self.memory));
            let answer = self.chain.forward(&tape, &self.batch, None, &mut states);
            let of_batch = loss.of(answer.x(), &self.batch, answer.mask).item().to_f64();
            means[0].add(of_batch, rows.len() as f64);
            for (metric, mean) in metrics.iter().zip(&mut means[1..]) {
                metric.update(mean, answer, &self.batch);
            }
            self.memory = tape.into_memory();
        }
        means
    }
}
