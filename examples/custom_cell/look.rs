//! What training does to the net: how far back its gradient reaches, and how long its units remember.

use std::path::{Path, PathBuf};

use tapeloop::Error;
use tapeloop::plot::{Panel, Picture};

use super::adding::Test;
use super::net::Trainer;
use crate::progress::LossCurve;

/// What a net looks like inside.
pub struct Look {
    /// `‖∂L/∂h_t‖` for t = 1 … T, over sequences of full length.
    gradients: Vec<f64>,
    /// The `λ` of each unit, the smallest first.
    lambdas: Vec<f64>,
}

impl Look {
    pub fn at(trainer: &Trainer, test: &Test) -> Self {
        Self { gradients: trainer.gradient_norms(&test.long), lambdas: trainer.lambdas() }
    }

    pub fn say(&self) {
        let (first, last) = (self.gradients[0], self.gradients[self.gradients.len() - 1]);
        let (least, most) = (self.lambdas[0], self.lambdas[self.lambdas.len() - 1]);
        say!("‖∂L/∂h_1‖ is {:.3} times ‖∂L/∂h_T‖; λ is between {least:.3} and {most:.3}\n", first / last);
    }
}

/// Writes the picture and returns its path.
pub fn draw(
    folder: &Path,
    baseline: f64,
    curve: &LossCurve,
    [before, after]: [&Look; 2],
) -> Result<PathBuf, Error> {
    let path = folder.join("custom_cell.svg");
    let loss: Vec<_> = curve.points().collect();
    let always_1 = loss.iter().map(|&(step, _)| (step, baseline)).collect::<Vec<_>>();
    let numbered = |values: &[f64]| (1..).map(f64::from).zip(values.iter().copied()).collect::<Vec<_>>();
    let relative = |norms: &[f64]| {
        let last = norms.last().copied().unwrap_or(1.0);
        numbered(&norms.iter().map(|norm| norm / last).collect::<Vec<_>>())
    };
    Picture::new("Leaky units learn to add")
        .panel(
            Panel::new("Loss", "training step", "mean squared error")
                .log_y()
                .line(format!("training batches, mean of {}", curve.stretch()), loss)
                .line("always answering 1", always_1),
        )
        .panel(
            Panel::new("How far back the gradient reaches", "time step t", "‖∂L/∂h_t‖ / ‖∂L/∂h_T‖")
                .log_y()
                .line("before training", relative(&before.gradients))
                .line("after", relative(&after.gradients)),
        )
        .panel(
            Panel::new("How much of its state a unit keeps at each step", "unit, in the order of λ", "λ")
                .dots("before training", numbered(&before.lambdas))
                .dots("after", numbered(&after.lambdas)),
        )
        .save(&path)?;
    Ok(path)
}
