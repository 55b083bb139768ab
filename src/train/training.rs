//! A net learns.

use super::check::{check_inputs, check_state, check_stateful, check_targets, check_truncated};
use super::run::Run;
use super::{Fit, History, Model, Scores};
use crate::data::Dataset;
use crate::error::Error;
use crate::io::Storable;
use crate::real::Real;

impl<R: Real + Storable> Model<R> {
    /// Trains on these data, as the settings say, and returns what each epoch was like. Keras `fit`.
    ///
    /// Equal seeds and settings give equal bits, for any number of threads. If the settings name a
    /// [checkpoint](Fit::checkpoint), so does a run that was killed and continued.
    ///
    /// ```
    /// use tapeloop::data::Dataset;
    /// use tapeloop::nn::{Dense, SimpleRnn};
    /// use tapeloop::optim::Adam;
    /// use tapeloop::train::{Fit, InputShape, Sequential};
    /// use tapeloop::Array;
    ///
    /// // What comes after x, x + 0.1, x + 0.2? Eight sequences of three numbers.
    /// let x = Array::new([8, 3, 1], (0..24).map(|i| 0.1 * (i / 3 + i % 3) as f32).collect()); // [N, T, I]
    /// let y = Array::new([8, 1], (0..8).map(|i| 0.1 * (i + 3) as f32).collect());
    /// let data = Dataset::new(x, y)?;
    ///
    /// let mut model = Sequential::new()
    ///     .add(SimpleRnn::new(16))
    ///     .add(Dense::new(1))
    ///     .build(InputShape::sequence(3, 1), 0)?;
    /// let mut fit = Fit { optimizer: Adam::keras(0.01).into(), epochs: 200, progress: false, ..Fit::default() };
    /// let history = model.fit(&data, &mut fit)?;
    /// assert!(history.last("loss").unwrap() < 1e-3);
    /// # Ok::<(), tapeloop::Error>(())
    /// ```
    ///
    /// # Errors
    /// If data, net and settings don't fit each other: before anything is learnt. If a file can't be written, or the one to
    /// continue from can't be used.
    ///
    /// # Panics
    /// If the optimizer or the schedule has a number that makes no sense, such as a negative rate: see there.
    pub fn fit(&mut self, data: &Dataset<R>, fit: &mut Fit<'_, R>) -> Result<History, Error> {
        fit.check(data)?;
        for data in [Some(data), fit.validation].into_iter().flatten() {
            check_inputs(&self.chain, data.inputs())?;
            check_targets(&self.chain, data, fit.loss, &fit.metrics)?;
        }
        if self.is_stateful() {
            check_stateful(fit, data)?;
        }
        if fit.truncate.is_some() {
            check_truncated(&self.chain, data)?;
        }
        let names = fit.columns();
        for callback in &mut fit.callbacks {
            callback.train_begin(&names)?;
        }
        let mut run = Run::new(self, data, fit);
        run.resume()?;
        // Inside the pool: handing each product in from outside would cost more than a small one takes.
        let mut result = Ok(());
        rayon::scope(|_| result = run.run());
        result?;
        Ok(run.history)
    }

    /// One step of the optimizer on all these rows together. Returns the loss and the metrics before it. Keras
    /// `train_on_batch`. A stateful net goes on where it was.
    ///
    /// # Errors
    /// If the data don't fit the net or the loss; of a stateful net, if they are not as many as it was given before.
    pub fn train_on_batch(&mut self, data: &Dataset<R>, fit: &mut Fit<'_, R>) -> Result<Scores, Error> {
        fit.check_measures()?;
        check_inputs(&self.chain, data.inputs())?;
        check_targets(&self.chain, data, fit.loss, &fit.metrics)?;
        check_state(&self.states, data.len())?;
        let mut run = Run::of_all(self, data, fit);
        rayon::scope(|_| _ = run.step(0..data.len(), None));
        let mut values = run.means.iter().map(|mean| mean.value());
        Ok(Scores { loss: values.next().unwrap_or(f64::NAN), metrics: values.collect() })
    }
}
