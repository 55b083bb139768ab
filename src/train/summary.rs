//! The table of a net's layers, as Keras prints it.

use std::fmt;

use super::Chain;
use crate::real::Real;

/// The layers of a net, the shapes of what they return, and how many weights they have: Keras' `summary()`.
pub struct Summary {
    rows: Vec<[String; 3]>,
    weights: usize,
    bytes: usize,
}

impl Summary {
    pub(super) fn of<R: Real>(chain: &Chain<R>) -> Self {
        let row = |link: &super::Link<R>| {
            [format!("{} ({})", link.name, link.kind), link.output.to_string(), thousands(link.weights)]
        };
        let weights = chain.links().iter().map(|link| link.weights).sum();
        let rows = chain.links().iter().map(row).collect();
        Self { rows, weights, bytes: weights * size_of::<R>() }
    }

    /// How many weights there are in all.
    pub fn weights(&self) -> usize {
        self.weights
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["Layer (type)", "Output Shape", "Param #"].map(String::from);
        let rows = || std::iter::once(&head).chain(&self.rows);
        let width = |column: usize| rows().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [a, b, c] = [width(0), width(1), width(2)];
        let rule = |left, middle, right| {
            let [a, b, c] = [a, b, c].map(|width| "─".repeat(width + 2));
            format!("{left}{a}{middle}{b}{middle}{c}{right}")
        };
        writeln!(f, "{}", rule("┌", "┬", "┐"))?;
        for (number, [layer, shape, weights]) in rows().enumerate() {
            if number == 1 {
                writeln!(f, "{}", rule("├", "┼", "┤"))?;
            }
            writeln!(f, "│ {layer:<a$} │ {shape:<b$} │ {weights:>c$} │")?;
        }
        writeln!(f, "{}", rule("└", "┴", "┘"))?;
        write!(f, "Total params: {} ({})", thousands(self.weights), size(self.bytes))
    }
}

/// `328320` as `328,320`.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in a unit that suits.
fn size(bytes: usize) -> String {
    let units = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    format!("{size:.2} {}", units[unit])
}
