//! The picture of the race.

use std::path::{Path, PathBuf};

use tapeloop::Error;
use tapeloop::plot::{HeatMap, Panel, Picture};

use crate::results::Entry;
use crate::task::Task;

/// Cells whose curves are drawn: there are no more colours.
const CURVES: usize = 6;
/// Rows of a table: of more, not all would have their name.
const ROWS: usize = 22;
/// Columns of a table.
const COLUMNS: usize = 60;

/// Writes it, and returns its path.
pub fn draw(task: &Task, entries: &[Entry], folder: &Path) -> Result<PathBuf, Error> {
    let path = folder.join("zoo.svg");
    let (loss, _) = task.loss;
    let title = if entries.len() > CURVES { format!("The first {CURVES}") } else { "Learning".into() };
    let curves = Panel::new(title, "training step", loss).log_y();
    let curves = entries
        .iter()
        .take(CURVES)
        .fold(curves, |panel, entry| panel.line(entry.name, entry.runs[0].curve.iter().copied()));
    let mut picture = Picture::new(task.about.clone()).panel(curves);
    for (number, group) in entries.chunks(ROWS).enumerate() {
        picture = picture.heat_map(map(task, group, number * ROWS));
    }
    let reach =
        Panel::new("Does a gradient that reaches far help?", "‖∂L/∂s_1‖/‖∂L/∂s_T‖ before training", loss);
    let dots = entries.iter().map(|entry| (entry.median(|run| run.reach), entry.loss()));
    picture.panel(reach.log_x().log_y().dots("a cell", dots)).save(&path)?;
    Ok(path)
}

/// The loss over time: a row for each cell, white where nothing is lost, dark where no memory is used.
fn map(task: &Task, entries: &[Entry], before: usize) -> HeatMap {
    let curves = entries.iter().map(|entry| &entry.runs[0].curve);
    let longest = curves.max_by_key(|curve| curve.len()).map_or(&[][..], Vec::as_slice);
    let columns = longest.len().min(COLUMNS);
    let at = |column: usize| (column + 1) * longest.len() / columns - 1;
    let share = |entry: &Entry, column| {
        entry.runs[0].curve.get(at(column)).map_or(f64::NAN, |&(_, loss)| loss / task.baseline)
    };
    let values: Vec<f64> =
        entries.iter().flat_map(|entry| (0..columns).map(move |column| share(entry, column))).collect();
    let steps = (0..columns).map(|column| longest[at(column)].0.to_string());
    let title =
        format!("Loss, in multiples of that without memory: {} to {}", before + 1, before + entries.len());
    HeatMap::new(title, "training step", "", [entries.len(), columns], values)
        .range(0.0, 1.0)
        .row_names(entries.iter().map(|entry| entry.name))
        .column_names(steps)
}
