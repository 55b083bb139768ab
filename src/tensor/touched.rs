//! Which rows of a table have a gradient.

use std::ops::Range;

use super::Param;

/// The rows of one table `[V, D]` that something was added to.
#[derive(Clone)]
pub(super) struct Touched {
    table: Param,
    /// Row numbers, each once, in the order in which they were touched.
    rows: Vec<usize>,
    /// For every row, whether it is among `rows`.
    listed: Vec<bool>,
    /// Whether all rows count, listed or not.
    all: bool,
}

impl Touched {
    pub(super) fn none(table: Param) -> Self {
        let v = table.shape().rows();
        Self { table, rows: Vec::with_capacity(v), listed: vec![false; v], all: false }
    }

    pub(super) fn table(&self) -> Param {
        self.table
    }

    pub(super) fn row(&mut self, row: usize) {
        if !std::mem::replace(&mut self.listed[row], true) {
            self.rows.push(row);
        }
    }

    pub(super) fn all(&mut self) {
        self.all = true;
    }

    pub(super) fn forget(&mut self) {
        self.rows.drain(..).for_each(|row| self.listed[row] = false);
        self.all = false;
    }

    /// Where they lie in the store.
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let (table, d) = (self.table.range(), self.table.shape().last());
        let rows = if self.all { &[][..] } else { &self.rows };
        let rows = rows.iter().map(move |row| table.start + row * d..table.start + (row + 1) * d);
        self.all.then(|| self.table.range()).into_iter().chain(rows)
    }
}
