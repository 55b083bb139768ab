//! A net whose losses are known beforehand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tapeloop::data::Dataset;
use tapeloop::train::{
    Built, Callback, Describe, Fit, History, InputShape, Layer, Loss, Model, Pass, Sequential, Signal,
    on_epoch,
};
use tapeloop::{Array, Error, Init, Param, Params, Tape};

use crate::nets;

/// A layer that answers with the next of these numbers each time it is trained, and with the next of the others each time it
/// is only asked. It has one weight, which the answers don't depend on.
#[derive(Clone)]
struct Script {
    numbers: [Vec<f64>; 2],
    told: Arc<[AtomicUsize; 2]>,
    weight: Option<Param>,
}

impl Describe<f64> for Script {
    fn kind(&self) -> &'static str {
        "Script"
    }
    fn config(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
    fn build(&self, params: &mut Params<f64>, name: &str, _: &InputShape) -> Result<Built<f64>, String> {
        let weight = Some(params.add(name, [1, 1], Init::Zeros));
        Ok(Built { layer: Box::new(Self { weight, ..self.clone() }), output: InputShape::features(1) })
    }
}

impl Layer<f64> for Script {
    fn forward<'t>(
        &self,
        tape: &'t Tape<'t, f64>,
        input: Signal<'t, f64>,
        pass: Pass<'_, f64>,
    ) -> Signal<'t, f64> {
        let which = usize::from(pass.training.is_none());
        let number = self.numbers[which][self.told[which].fetch_add(1, Relaxed)];
        let weight = tape.param(self.weight.unwrap());
        input.with_x(tape.input([1, 1], &[number]) + weight * 0.0)
    }
}

/// A net whose loss in epoch `e` is `training[e]`, and on other data `validation[e]`, in a run of [`epochs`].
pub fn net(training: &[f64], validation: &[f64]) -> Model<f64> {
    let told = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let script = Script { numbers: [training.to_vec(), validation.to_vec()], told, weight: None };
    Sequential::default().add(script).build(InputShape::features(1), 0).unwrap()
}

/// A row.
pub fn data() -> Dataset<f64> {
    Dataset::new(Array::zeros([1, 1]), Array::zeros([1, 1])).unwrap()
}

/// One batch an epoch, with the mean absolute error: the loss is the answer, if that isn't negative. At the end of an epoch the weight is
/// its number, before any of the callbacks sees it.
pub fn epochs(count: usize) -> Fit<'static, f64> {
    let number = on_epoch(|at| at.params.flat_mut()[0] = at.epoch as f64);
    let fit = nets::fit(Loss::Mae, tapeloop::optim::Sgd::new(1.0), count, 1);
    Fit { callbacks: vec![Box::new(number)], ..fit }
}

/// A run with this callback: the history, the learning rate after each epoch, and the weight in the end.
pub fn run(
    losses: &[f64],
    callback: impl Callback<f64> + 'static,
) -> Result<(History, Vec<f64>, f64), Error> {
    let rates = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&rates);
    let mut fit = epochs(losses.len());
    fit.callbacks.push(Box::new(callback));
    fit.callbacks.push(Box::new(on_epoch(move |at| seen.lock().unwrap().push(at.optimizer.lr()))));
    let mut model = net(losses, &[]);
    let history = model.fit(&data(), &mut fit)?;
    let rates = rates.lock().unwrap().clone();
    Ok((history, rates, nets::weights(&model)[0]))
}
