//! A training run: epochs of batches.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::callbacks::{BatchEnd, EpochEnd};
use super::metric::Mean;
use super::progress::Progress;
use super::{Fit, History, Model, Rate};
use crate::data::Dataset;
use crate::error::Error;
use crate::io::Storable;
use crate::nn::Stateful;
use crate::real::Real;

/// A run on its way. What a checkpoint keeps of it is what decides how it goes on.
pub(super) struct Run<'r, 'f, R: Real + Storable> {
    pub model: &'r mut Model<R>,
    pub fit: &'r mut Fit<'f, R>,
    pub data: &'r Dataset<R>,
    /// The rows to train with, in the order of this epoch.
    pub order: Vec<usize>,
    /// The rows to validate with: of the validation data, if there are any, else of these.
    validation: Vec<usize>,
    /// What the layers carry from piece to piece of a sequence, if the net isn't stateful itself.
    pub carried: Vec<Stateful<R>>,
    /// How many epochs are done.
    pub epoch: usize,
    /// How many batches of the next one are done.
    pub batch: usize,
    /// How many steps the optimizer had taken before this epoch: what its order comes from. So another
    /// [`fit`](Model::fit) that goes on with this optimizer has other orders.
    pub order_of: usize,
    /// The loss and the metrics of these batches.
    pub means: Vec<Mean>,
    pub history: History,
}

impl<'r, 'f, R: Real + Storable> Run<'r, 'f, R> {
    pub fn new(model: &'r mut Model<R>, data: &'r Dataset<R>, fit: &'r mut Fit<'f, R>) -> Self {
        let rows = fit.training_rows(data.len());
        let carried = if fit.truncate.is_some() { model.chain.links().len() } else { 0 };
        Self {
            order: Vec::with_capacity(rows),
            validation: fit.validation.map_or(rows..data.len(), |data| 0..data.len()).collect(),
            carried: (0..carried).map(|_| Stateful::new()).collect(),
            epoch: 0,
            batch: 0,
            order_of: 0,
            means: vec![Mean::default(); 1 + fit.metrics.len()],
            history: History::default(),
            model,
            fit,
            data,
        }
    }

    /// All rows, in the given order, as they are.
    pub fn of_all(model: &'r mut Model<R>, data: &'r Dataset<R>, fit: &'r mut Fit<'f, R>) -> Self {
        let mut run = Self::new(model, data, fit);
        run.order.extend(0..data.len());
        run
    }

    /// Epoch after epoch.
    pub fn run(&mut self) -> Result<(), Error> {
        let mut progress = Progress::new(self.fit.progress, self.fit.epochs);
        let mut result = Ok(());
        // An epoch that ended early is finished, too: for the history, and for the callbacks.
        let more = |run: &Self| run.epoch < run.fit.epochs && run.history.stopped.is_none() || run.batch > 0;
        while result.is_ok() && more(self) {
            result = self.epoch(&mut progress);
        }
        progress.finish();
        result?;
        for callback in &mut self.fit.callbacks {
            callback.train_end(&mut self.model.params);
        }
        Ok(())
    }

    /// How many batches an epoch has.
    pub fn batches(&self) -> usize {
        self.fit.training_rows(self.data.len()).div_ceil(self.fit.batch)
    }

    fn epoch(&mut self, progress: &mut Progress) -> Result<(), Error> {
        if self.batch == 0 {
            self.model.reset_state();
            self.order_of = self.fit.optimizer.steps();
        }
        self.sort();
        if let Rate::Epochs(schedule) = &self.fit.rate {
            self.fit.optimizer.set_lr(schedule.at(self.epoch));
        }
        let (each, measures, batches) = (self.fit.batch, self.fit.measures(), self.batches());
        progress.begin(self.epoch, batches, self.batch);
        while self.batch < batches && self.history.stopped.is_none() {
            let rows = self.batch * each..self.order.len().min((self.batch + 1) * each);
            let count = rows.len();
            let loss = self.batch(rows);
            let (epoch, batch, mean_loss) = (self.epoch, self.batch, self.means[0].value());
            self.batch += 1;
            for callback in &mut self.fit.callbacks {
                callback.batch_end(BatchEnd {
                    epoch,
                    batch,
                    loss,
                    mean_loss,
                    stop: &mut self.history.stopped,
                });
            }
            progress.batch(self.batch, count, &measures, self.means.iter().map(|mean| mean.value()));
            self.save_after_batch()?;
        }
        self.finish_epoch(&measures)?;
        let names: Vec<String> = self.history.names().filter(|&name| name != "lr").map(Into::into).collect();
        let last = names.iter().map(|name| self.history.last(name).unwrap_or(f64::NAN));
        let ends = self.epoch == self.fit.epochs || self.history.stopped.is_some();
        progress.end(self.epoch - 1, ends, &names, last);
        self.save_after_epoch()
    }

    /// What an epoch was like: in the history, and for the callbacks.
    fn finish_epoch(&mut self, measures: &[String]) -> Result<(), Error> {
        for (name, mean) in measures.iter().zip(&self.means) {
            self.history.push(name, mean.value());
        }
        if !self.validation.is_empty() {
            let data = self.fit.validation.unwrap_or(self.data);
            let (loss, each) = (self.fit.loss, self.fit.batch);
            let means = self.model.measure(data, &self.validation, loss, &self.fit.metrics, each);
            for (name, mean) in measures.iter().zip(means) {
                self.history.push(&format!("val_{name}"), mean.value());
            }
        }
        self.history.push("lr", self.fit.optimizer.lr());
        for callback in &mut self.fit.callbacks {
            let mut stop = self.history.stopped.take();
            let result = callback.epoch_end(EpochEnd {
                epoch: self.epoch,
                history: &self.history,
                chain: &self.model.chain,
                params: &mut self.model.params,
                optimizer: &mut *self.fit.optimizer,
                stop: &mut stop,
            });
            self.history.stopped = stop;
            result?;
        }
        (self.epoch, self.batch) = (self.epoch + 1, 0);
        self.means.fill(Mean::default());
        Ok(())
    }

    /// The rows in the order of this epoch, which the seed and the steps before it decide.
    fn sort(&mut self) {
        self.order.clear();
        self.order.extend(0..self.fit.training_rows(self.data.len()));
        if self.fit.shuffle {
            let mut rng = ChaCha8Rng::seed_from_u64(self.fit.seed);
            rng.set_stream(self.order_of as u64);
            self.order.shuffle(&mut rng);
        }
    }
}
