//! What a training run was like.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use crate::error::Error;
use crate::io::replace::replace;

/// The loss and the metrics of each epoch, by Keras' names: `loss`, `accuracy`, …, and with `val_` those of the validation
/// data; and `lr`, the learning rate at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    columns: Vec<(String, Vec<f64>)>,
    pub(super) stopped: Option<String>,
}

impl History {
    /// The numbers of this name, one for each epoch; nothing, if there is no such name.
    pub fn get(&self, name: &str) -> &[f64] {
        self.columns.iter().find(|(known, _)| known == name).map_or(&[], |(_, values)| values)
    }

    /// The number of the last epoch.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.get(name).last().copied()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// How many epochs there were.
    pub fn epochs(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// Why training ended before the last epoch, if it did.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    pub(super) fn push(&mut self, name: &str, value: f64) {
        match self.columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => values.push(value),
            None => self.columns.push((name.to_owned(), vec![value])),
        }
    }

    pub(super) fn set(&mut self, name: &str, values: Vec<f64>) {
        self.columns.push((name.to_owned(), values));
    }

    /// As CSV: a line for each epoch, which is counted from 1.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("epoch");
        self.columns.iter().for_each(|(name, _)| _ = write!(text, ",{name}"));
        for epoch in 0..self.epochs() {
            _ = write!(text, "\n{}", epoch + 1);
            self.columns.iter().for_each(|(_, values)| _ = write!(text, ",{}", values[epoch]));
        }
        text.push('\n');
        text
    }

    /// Writes [`to_csv`](Self::to_csv) to a file, which is never there by half.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn save_csv(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        replace(path.as_ref(), |file| file.write_all(self.to_csv().as_bytes()))
    }

    /// The curves: a panel for each measure, with the training and the validation data in it.
    #[cfg(feature = "plot")]
    pub fn picture(&self, title: impl Into<String>) -> crate::plot::Picture {
        use crate::plot::{Panel, Picture};

        let points = |name: &str| {
            let numbered = self.get(name).iter().enumerate();
            numbered.map(|(epoch, &value)| (epoch as f64 + 1.0, value)).collect::<Vec<_>>()
        };
        let measures = self.names().filter(|name| !name.starts_with("val_") && *name != "lr");
        measures.fold(Picture::new(title), |picture, name| {
            let panel = Panel::new(name, "epoch", name).line("training", points(name));
            let validation = points(&format!("val_{name}"));
            picture.panel(if validation.is_empty() { panel } else { panel.line("validation", validation) })
        })
    }
}
