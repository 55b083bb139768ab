//! The table of the race.

use crate::results::{Entry, solved};
use crate::task::{Solved, Task};

/// Its columns.
fn head(task: &Task) -> Vec<String> {
    let mut head = ["cell", "parameters", "solved at step", task.loss.0].map(String::from).to_vec();
    if matches!(task.solved, Solved::Accuracy(_)) {
        head.push("right".into());
    }
    head.extend(["steps/s", "‖∂L/∂s_1‖/‖∂L/∂s_T‖"].map(String::from));
    head
}

fn row(entry: &Entry, accuracies: bool) -> Vec<String> {
    let first = &entry.runs[0];
    let solved_at = match (entry.failed(), entry.runs.iter().filter(|run| run.solved.is_some()).count()) {
        (Some((_, step)), 0) => format!("NaN at {step}"),
        (None, 0) => "–".into(),
        _ if entry.solved().is_finite() => spread(&entry.sorted(solved), |step| format!("{step:.0}")),
        (_, some) => format!("{some} of {} seeds", entry.runs.len()),
    };
    let mut cells = vec![entry.name.to_owned(), first.parameters.to_string(), solved_at];
    cells.push(spread(&entry.sorted(|run| run.loss), number));
    if accuracies {
        let wrong = entry.sorted(|run| 1.0 - run.accuracy.unwrap_or(0.0));
        cells.push(spread(&wrong, |wrong| format!("{:.1} %", 100.0 * (1.0 - wrong))));
    }
    cells.push(format!("{:.1}", entry.median(|run| run.rate)));
    cells.push(spread(&entry.sorted(|run| run.reach), |x| format!("{x:.1e}")));
    cells
}

/// The median, and from where to where, if there are several; infinity is "–".
fn spread(sorted: &[f64], text: impl Fn(f64) -> String) -> String {
    let text = |x: f64| if x.is_finite() { text(x) } else { "–".into() };
    match sorted {
        [one] => text(*one),
        _ => format!(
            "{} ({} – {})",
            text(sorted[sorted.len() / 2]),
            text(sorted[0]),
            text(sorted[sorted.len() - 1])
        ),
    }
}

fn number(x: f64) -> String {
    if (0.01..1e4).contains(&x) { format!("{x:.3}") } else { format!("{x:.1e}") }
}

/// For a terminal.
pub fn plain(task: &Task, entries: &[Entry]) -> String {
    let head = head(task);
    let mut lines = vec![head.clone()];
    lines.extend(entries.iter().map(|entry| row(entry, head.len() == 7)));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |(place, line): (usize, &Vec<String>)| {
        let place = if place == 0 { String::new() } else { place.to_string() };
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        format!("{place:>3} {}", cells.collect::<Vec<_>>().join("  "))
    };
    lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// For a document.
pub fn markdown(task: &Task, entries: &[Entry]) -> String {
    let head = head(task);
    let mut text = format!("| {} |\n| --- |{}\n", head.join(" | "), " ---: |".repeat(head.len() - 1));
    for entry in entries {
        let mut cells = row(entry, head.len() == 7);
        cells[0] = format!("`{}`", cells[0]);
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}
