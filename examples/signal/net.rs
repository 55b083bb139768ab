//! The net and its training.

use tapeloop::data::Dataset;
use tapeloop::nn::{Activation, BasicLstm, Dense};
use tapeloop::optim::{Adam, Schedule};
use tapeloop::train::{Fit, InputShape, Model, Rate, Sequential, on_batch};
use tapeloop::{Array, Error, Init};

use crate::Stop;
use crate::args::Args;
use crate::progress::LossCurve;
use crate::task::{AHEAD, TRAIN, Task, WINDOW};

/// A window is read in ten steps, of 100 numbers each.
const STEPS: usize = WINDOW / AHEAD;

/// A net that makes forecasts.
pub struct Net {
    model: Model,
    /// Whether it is given differences from the last number of a window, and forecasts such differences.
    relative: bool,
}

impl Net {
    /// Trains a net with 2,500 windows of the training part, each 5 numbers later than the last.
    pub fn train(task: &Task, args: &Args) -> Result<(Self, LossCurve), Stop> {
        let mut model = Sequential::new()
            .add(BasicLstm::new(100).return_sequences(true))
            .add(BasicLstm::new(100))
            .add(Dense::new(100).activation(Activation::Relu).init(Init::Normal { mean: 0.0, std: 0.01 }))
            .add(Dense::new(AHEAD).init(Init::Normal { mean: 0.0, std: 0.01 }))
            .build(InputShape::sequence(STEPS, AHEAD), args.seed)?;
        say!("{}\n", model.summary());

        let windows = (0..TRAIN - WINDOW - AHEAD).step_by(5).map(|i| &task.values[i..][..WINDOW + AHEAD]);
        let data = dataset(&windows, !args.as_tutorial)?;
        let Args { steps, lr, batch, .. } = *args;
        let (mut done, mut last, mut curve) = (0, 0.0, LossCurve::new());
        let mut fit = Fit {
            optimizer: Adam::tf1(lr).into(),
            rate: match args.falling {
                true => Rate::Steps(Schedule::Cosine { lr, floor: 0.0, steps }),
                false => Rate::Fixed,
            },
            epochs: steps.div_ceil(data.len().div_ceil(batch)),
            batch,
            shuffle: !args.as_tutorial,
            seed: args.seed,
            callbacks: vec![Box::new(on_batch(|at| {
                (done, last) = (done + 1, at.loss);
                curve.push(at.loss as f32);
                if done == steps || !at.loss.is_finite() {
                    *at.stop = Some("all steps are done".into());
                }
            }))],
            ..Fit::default()
        };
        model.fit(&data, &mut fit)?;
        drop(fit);
        if !last.is_finite() || !model.params().flat().iter().all(|w| w.is_finite()) {
            let problem = format!("training diverged at step {done}; try a smaller --lr than {lr:?}");
            return Err(Stop::Failed(problem));
        }
        Ok((Self { model, relative: !args.as_tutorial }, curve))
    }

    /// Of windows `[N, 1000]` the numbers that follow, `[N, 100]`.
    pub fn forecast(&mut self, windows: &[f64]) -> Vec<f64> {
        let windows = windows.chunks_exact(WINDOW);
        let x = windows.clone().flat_map(|window| shifted(window, zero(window, self.relative)));
        let y = self.model.predict(&sequences(x.collect()).into()).expect("inputs [N, 10, 100]");
        let rows = y.data().chunks_exact(AHEAD).zip(windows);
        let back = rows.flat_map(|(row, window)| {
            let zero = zero(window, self.relative);
            row.iter().map(move |&y| f64::from(y) + zero)
        });
        back.collect()
    }
}

/// Windows with the numbers that follow them.
fn dataset<'a>(
    windows: &(impl Iterator<Item = &'a [f64]> + Clone),
    relative: bool,
) -> Result<Dataset, Error> {
    let part = |from: usize, to: usize| {
        let parts = windows.clone().flat_map(move |w| shifted(&w[from..to], zero(&w[..WINDOW], relative)));
        parts.collect::<Vec<f32>>()
    };
    let (x, y) = (part(0, WINDOW), part(WINDOW, WINDOW + AHEAD));
    Dataset::new(sequences(x), Array::new([y.len() / AHEAD, AHEAD], y))
}

/// What counts as 0 in a window: its last number. So a forecast begins where the window ends, however high that is.
fn zero(window: &[f64], relative: bool) -> f64 {
    if relative { window[WINDOW - 1] } else { 0.0 }
}

fn shifted(numbers: &[f64], zero: f64) -> impl Iterator<Item = f32> {
    numbers.iter().map(move |x| (x - zero) as f32)
}

/// `[N, 10, 100]`
fn sequences(x: Vec<f32>) -> Array {
    Array::new([x.len() / WINDOW, STEPS, AHEAD], x)
}
