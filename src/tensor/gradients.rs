//! `∂L/∂w` for every weight of a model.

use std::iter;
use std::ops::{Index, IndexMut, Range};

use super::touched::Touched;
use super::{Arena, Param};
use crate::kernels::bulk;
use crate::real::Real;

/// `∂L/∂w` for every weight `w` of a [`Params`](crate::Params) store, in the same layout.
///
/// Of a table ([`Params::add_table`](crate::Params::add_table)) most rows have no gradient in a step, and
/// nothing is done for them: the gradients remember which rows were [`touched`](Self::touched). Whoever asks for
/// a table's gradient as a whole, to write into it, touches all of its rows.
#[derive(Clone)]
pub struct Gradients<R = f32> {
    data: Arena<R>,
    /// Where `data` belongs to no table.
    dense: Vec<Range<usize>>,
    tables: Vec<Touched>,
}

impl<R: Real> Gradients<R> {
    pub(super) fn zeros(len: usize, tables: &[Param]) -> Self {
        let mut data = Arena::default();
        data.reserve(len);
        let starts = iter::once(0).chain(tables.iter().map(|table| table.range().end));
        let ends = tables.iter().map(|table| table.range().start).chain([len]);
        let dense = starts.zip(ends).map(|(start, end)| start..end).collect();
        Self { data, dense, tables: tables.iter().copied().map(Touched::none).collect() }
    }

    /// Sets every gradient to zero. [`Tape::backward`](crate::Tape::backward) only adds.
    pub fn zero(&mut self) {
        let zero = |g: &mut [R]| bulk::among(bulk::PARAMETERS, [], g, [], |[], g, []| g.fill(R::ZERO));
        self.update_in(0..self.flat().len(), zero);
        self.tables.iter_mut().for_each(Touched::forget);
    }

    /// All numbers, laid out as in [`Params::flat`](crate::Params::flat).
    pub fn flat(&self) -> &[R] {
        self.data.all()
    }

    /// All numbers, laid out as in [`Params::flat`](crate::Params::flat). Touches all rows of all tables.
    pub fn flat_mut(&mut self) -> &mut [R] {
        self.tables.iter_mut().for_each(Touched::all);
        self.data.all_mut()
    }

    /// Where in [`flat`](Self::flat) a number may be other than 0: outside of tables everywhere, in a table the
    /// rows that something was added to since [`zero`](Self::zero). Each place once; in an order that depends on
    /// what was added, and on nothing else.
    pub fn touched(&self) -> impl Iterator<Item = Range<usize>> {
        self.touched_in(0..self.flat().len())
    }

    /// The part of [`touched`](Self::touched) within a range that cuts no table.
    pub(crate) fn touched_in(&self, within: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        ranges(&self.dense, &self.tables, within)
    }

    /// Changes all numbers within such a range that may be other than 0.
    pub(crate) fn update_in(&mut self, within: Range<usize>, f: impl Fn(&mut [R])) {
        let data = self.data.all_mut();
        ranges(&self.dense, &self.tables, within).for_each(|range| f(&mut data[range]));
    }

    /// The gradient of the array in this range, to be added to anywhere.
    pub(crate) fn array_mut(&mut self, range: Range<usize>) -> &mut [R] {
        let [array] = self.arrays_mut([range]).expect("an array of the gradients");
        array
    }

    /// The gradients of the arrays in these ranges, to be added to anywhere; `None` if two of them overlap.
    pub(crate) fn arrays_mut<const N: usize>(&mut self, ranges: [Range<usize>; N]) -> Option<[&mut [R]; N]> {
        for range in &ranges {
            self.table(range).into_iter().for_each(Touched::all);
        }
        self.data.all_mut().get_disjoint_mut(ranges).ok()
    }

    /// The gradient of the array in this range, to be added to in these rows only.
    pub(crate) fn rows_mut(&mut self, range: Range<usize>, rows: impl Iterator<Item = usize>) -> &mut [R] {
        if let Some(table) = self.table(&range) {
            rows.for_each(|row| table.row(row));
        }
        &mut self.data.all_mut()[range]
    }

    fn table(&mut self, range: &Range<usize>) -> Option<&mut Touched> {
        // Arrays without elements have no range of their own.
        self.tables.iter_mut().find(|touched| touched.table().range() == *range && !range.is_empty())
    }

    /// Whether these are the tables whose rows are remembered.
    pub(crate) fn has_tables(&self, tables: &[Param]) -> bool {
        self.tables.iter().map(Touched::table).eq(tables.iter().copied())
    }
}

/// The touched ranges in [`Gradients::touched_in`].
fn ranges(
    dense: &[Range<usize>],
    tables: &[Touched],
    Range { start, end }: Range<usize>,
) -> impl Iterator<Item = Range<usize>> {
    let dense = dense.iter().map(move |range| range.start.max(start)..range.end.min(end));
    let inside = move |table: &Range<usize>| start <= table.start && table.end <= end;
    let tables = tables.iter().filter(move |touched| inside(&touched.table().range()));
    dense.filter(|range| !range.is_empty()).chain(tables.flat_map(Touched::ranges))
}

impl<R: Real> Index<Param> for Gradients<R> {
    type Output = [R];
    fn index(&self, param: Param) -> &[R] {
        &self.flat()[param.range()]
    }
}

/// Touches all rows of a table.
impl<R: Real> IndexMut<Param> for Gradients<R> {
    fn index_mut(&mut self, param: Param) -> &mut [R] {
        self.array_mut(param.range())
    }
}
