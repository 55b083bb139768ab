//! Does the time of a call grow as its work does: with T, and with B?

use std::path::Path;

use tapeloop::plot::{Panel, Picture};

use crate::cells::{Case, Size};
use crate::measure::Row;

/// Steps of a sequence.
const STEPS: [usize; 13] = [10, 15, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000];
/// Sequences of a batch: powers of two, and what lies beside and between them.
const SEQUENCES: [usize; 20] =
    [1, 2, 3, 4, 5, 8, 11, 16, 23, 32, 47, 64, 100, 128, 200, 256, 400, 512, 777, 1024];

/// What grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    T,
    B,
}

impl Axis {
    /// The case with other lengths.
    pub fn cases(self, case: Case) -> Vec<Case> {
        let Size([b, t, i, h]) = case.size;
        let sizes: Vec<_> = match self {
            Self::T => STEPS.into_iter().map(|t| [b, t, i, h]).collect(),
            Self::B => SEQUENCES.into_iter().map(|b| [b, t, i, h]).collect(),
        };
        sizes.into_iter().map(|size| Case { size: Size(size), ..case }).collect()
    }

    fn length(self, case: Case) -> f64 {
        let Size([b, t, ..]) = case.size;
        if self == Self::T { t as f64 } else { b as f64 }
    }
}

/// The times of a cell along an axis, and the line `a + b·n` that lies nearest to them.
pub struct Growth {
    axis: Axis,
    cell: &'static str,
    /// µs that a call takes however long it is, and µs for each step or sequence.
    line: [f64; 2],
    /// `n`, and how many times the line a call took.
    points: Vec<(f64, f64)>,
}

impl Growth {
    /// From the times of one cell along an axis.
    pub fn new(axis: Axis, rows: &[Row]) -> Self {
        let times: Vec<_> = rows.iter().map(|row| (axis.length(row.case), row.us[0])).collect();
        let line = nearest_line(&times);
        let points = times.iter().map(|&(n, us)| (n, us / (line[0] + line[1] * n))).collect();
        Self { axis, cell: rows[0].case.cell.name(), line, points }
    }

    /// By how many times the line is exceeded at most.
    fn worst(&self) -> (f64, f64) {
        self.points
            .iter()
            .copied()
            .fold((0.0, 0.0), |worst, point| if point.1 > worst.1 { point } else { worst })
    }

    /// The line, and where it is exceeded most.
    pub fn sentence(&self) -> String {
        let ([a, b], (n, times)) = (self.line, self.worst());
        let Self { axis, cell, .. } = self;
        format!(
            "{cell:<16} {a:>8.1} µs + {b:>8.3} µs·{axis:?}; at most {times:.2} times that, at {axis:?} = {n}"
        )
    }
}

/// `a + b·n`, neither below 0, so that the squares of the *relative* distances are least: a short call counts as much as a long one.
fn nearest_line(times: &[(f64, f64)]) -> [f64; 2] {
    let sum = |f: fn(f64, f64) -> f64| times.iter().map(|&(n, us)| f(n, us)).sum::<f64>();
    let (ww, wn, nn) = (sum(|_, us| us.powi(-2)), sum(|n, us| n / us / us), sum(|n, us| (n / us).powi(2)));
    let (w, n) = (sum(|_, us| 1.0 / us), sum(|n, us| n / us));
    let determinant = ww * nn - wn * wn;
    let [a, b] = [(w * nn - n * wn) / determinant, (n * ww - w * wn) / determinant];
    if a < 0.0 {
        [0.0, n / nn]
    } else if b < 0.0 {
        [w / ww, 0.0]
    } else {
        [a, b]
    }
}

/// The last line.
pub fn result(all: &[Growth]) -> String {
    let worst =
        |axis| all.iter().filter(|growth| growth.axis == axis).map(|g| g.worst().1).fold(0.0, f64::max);
    format!("result: most_above_line_t={:.3} most_above_line_b={:.3}", worst(Axis::T), worst(Axis::B))
}

/// The picture: how far from their lines the times are.
pub fn draw(all: &[Growth], size: Size, path: &Path) -> Result<(), tapeloop::Error> {
    let Size([b, t, i, h]) = size;
    let mut plot = Picture::new(format!("Time of a call, in multiples of a straight line. I = {i}, H = {h}"));
    for (axis, title) in
        [(Axis::T, format!("More steps, B = {b}")), (Axis::B, format!("More sequences, T = {t}"))]
    {
        let x = if axis == Axis::T { "T" } else { "B" };
        let curves = all.iter().filter(|growth| growth.axis == axis);
        let panel = Panel::new(title, x, "time ÷ (a + b·n)").log_x();
        plot = plot.panel(curves.fold(panel, |panel, g| panel.line(g.cell, g.points.iter().copied())));
    }
    plot.save(path)
}
