//! What is drawn.

use std::fs;
use std::path::{Path, PathBuf};

use tapeloop::plot::{Diagram, HeatMap, Panel, Picture};
use tapeloop::{Array, Error, Graph, Tape};

/// The tape, unrolled and folded, as SVG and for Graphviz. Returns the path of the folded one.
pub fn tape(folder: &Path, name: &str, [unrolled, folded]: [&Graph; 2]) -> Result<PathBuf, Error> {
    let mut path = PathBuf::new();
    for (kind, graph) in [("unrolled", unrolled), ("folded", folded)] {
        let lines: usize = graph.nodes.iter().map(|node| node.count).sum();
        path = folder.join(format!("{kind}.svg"));
        Diagram::new(format!("{name}, {kind}: {lines} lines of tape"), graph).save(&path)?;
        let dot = path.with_extension("dot");
        fs::write(&dot, graph.to_dot()).map_err(|source| Error::Write { path: dot, source })?;
    }
    Ok(path)
}

/// How much of the gradient is left at each step.
pub fn gradients(folder: &Path, curves: Vec<(&str, Vec<(usize, f32)>)>) -> Result<(), Error> {
    let panel = Panel::gradient_norms("Before training, and after it", "‖∂L/∂h_t‖ / ‖∂L/∂h_T‖", curves);
    Picture::new("How far back the gradient reaches").panel(panel).save(folder.join("gradients.svg"))
}

/// What a sequence `[1, T, 2]` makes of each unit of the first layer. Quantities of these names; those between 0 and 1 are gates.
pub fn gates(folder: &Path, tape: &Tape<'_>, x: &Array, names: &[&str]) -> Result<(), Error> {
    let steps = x.shape().sizes()[1];
    let rows = (0..2).flat_map(|row| x.data().iter().skip(row).step_by(2));
    let input = HeatMap::new("The input", "time step t", "", [2, steps], rows.map(|&x| x.into()));
    let picture = Picture::new("Inside the net").heat_map(input.row_names(["number", "mark"]));
    let picture = names.iter().fold(picture, |picture, &name| {
        let map = |title: &str| HeatMap::over_time(title, &tape.trace(0, name), Some(0));
        picture.heat_map(match name {
            "i" => map("Input gate i").range(0.0, 1.0),
            "f" => map("Forget gate f (1 keeps)").range(0.0, 1.0),
            "o" => map("Output gate o").range(0.0, 1.0),
            "z" => map("Update gate z (1 keeps)").range(0.0, 1.0),
            "r" => map("Reset gate r").range(0.0, 1.0),
            "c" => memory(tape, steps),
            _ => map("State h").range(-1.0, 1.0).diverging(),
        })
    });
    picture.save(folder.join("gates.svg"))
}

/// `c`, each unit as a part of its largest: some hold large numbers, some small ones.
fn memory(tape: &Tape<'_>, steps: usize) -> HeatMap {
    let trace = tape.trace(0, "c");
    let units = trace.at(0).shape().last();
    let rows = (0..units).flat_map(|unit| {
        let row: Vec<f64> = (0..steps).map(|t| trace.at(t).value()[unit].into()).collect();
        let largest = row.iter().fold(f64::MIN_POSITIVE, |largest, c| largest.max(c.abs()));
        row.into_iter().map(move |c| c / largest)
    });
    let map =
        HeatMap::new("Memory c, each unit by its largest |c|", "time step t", "unit", [units, steps], rows);
    map.range(-1.0, 1.0).diverging()
}
