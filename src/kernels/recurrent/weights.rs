//! `W` and `U` as products read them: as they lie, or packed, for one call or for as long as they don't change.

use super::{Columns, Given, Sizes, Step};
use crate::kernels::Mat;
use crate::kernels::gemm::{Packed, Right};
use crate::real::Real;

/// Where `W` and `U` come from. As long as that is the same, so are their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The version of the parameters: another one after every change.
    pub version: u64,
    /// Their first numbers in them.
    pub offsets: [usize; 2],
}

/// What is packed, number for number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    origin: Origin,
    lengths: [usize; 2],
    columns: [&'static [Columns]; 2],
}

/// What a right operand is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// The weight as it lies.
    Plain,
    /// Packed now.
    Packed,
    /// Packed, by a call before.
    Kept,
}

impl Operand {
    pub fn packed_if(pays: bool) -> Self {
        if pays { Self::Packed } else { Self::Plain }
    }
}

/// `W` and `U`, or their transposes, packed.
#[derive(Clone, Debug)]
pub struct Weights<R> {
    /// What they are, if they are kept.
    key: Option<Key>,
    /// The columns of each part of `a`.
    pub w: [Packed<R>; 2],
    /// The columns of each phase.
    pub u: [Packed<R>; 2],
}

impl<R: Real> Default for Weights<R> {
    fn default() -> Self {
        let two = || [Packed::default(), Packed::default()];
        Self { key: None, w: two(), u: two() }
    }
}

impl<R: Real> Weights<R> {
    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.w.iter().chain(&self.u).map(Packed::bytes).sum()
    }

    /// A place in the list for what is to be kept, and whether it is there already: if not, it takes the place of something of another version.
    /// All that isn't kept shares one place.
    pub fn find(all: &mut Vec<Self>, key: Option<Key>) -> (&mut Self, Option<Operand>) {
        let outdated =
            |old: &Self| old.key.zip(key).is_some_and(|(old, new)| old.origin.version != new.origin.version);
        let there = all.iter().position(|weights| weights.key == key);
        let at = there.or_else(|| all.iter().position(outdated)).unwrap_or_else(|| {
            all.push(Self::default());
            all.len() - 1
        });
        all[at].key = key;
        let operand = if there.is_some() { Operand::Kept } else { Operand::Packed };
        (&mut all[at], key.map(|_| operand))
    }
}

impl<'a, R: Real> Given<'a, R> {
    /// What is to be kept packed, if `W` and `U` are parameters and there are enough products.
    pub(super) fn key<S: Step<R>>(&self) -> Option<Key> {
        let (lengths, columns) = ([self.w.len(), self.u.len()], [S::INPUT, S::RECURRENT]);
        let origin = self.origin.filter(|_| !self.is_brief(false));
        origin.map(|origin| Key { origin, lengths, columns })
    }

    /// `W`, or its transpose, for the products that make the parts of `a`.
    pub(super) fn input<'p, S: Step<R>>(
        &self,
        packed: &'p mut [Packed<R>; 2],
        operand: Operand,
        transposed: bool,
    ) -> [Right<'p, R>; 2]
    where
        'a: 'p,
    {
        let columns = S::INPUT.iter().map(|c| self.columns::<S>(self.w, c).t_if(transposed));
        operands(columns, packed, operand)
    }

    /// `U`, or its transpose, for the product of each phase.
    pub(super) fn recurrent<'p, S: Step<R>>(
        &self,
        packed: &'p mut [Packed<R>; 2],
        operand: Operand,
        transposed: bool,
    ) -> [Right<'p, R>; 2]
    where
        'a: 'p,
    {
        let columns = S::RECURRENT.iter().map(|c| self.columns::<S>(self.u, c).t_if(transposed));
        operands(columns, packed, operand)
    }

    /// Columns of `W` or `U`.
    fn columns<S: Step<R>>(&self, weight: &'a [R], columns: &Columns) -> Mat<'a, R> {
        let Sizes { hidden, .. } = self.sizes;
        let width = S::GATES * hidden;
        let from = weight.get(columns.from * hidden..).unwrap_or(&[]);
        Mat::strided(from, weight.len() / width.max(1), columns.gates * hidden, width)
    }

    /// Whether there are too few products for `U` to be packed, or its transpose: packing takes as long as some steps
    /// of few rows. (A small `U` is packed in no time, and then multiplied faster.) To pack the transpose takes four times as long, and
    /// up to four rows don't need it: they are multiplied with the rows of `U` as they lie, each taking longer than it
    /// would with the packed transpose by a 32nd of that time (one row) up to a third (four).
    pub(super) fn is_brief(&self, transposed: bool) -> bool {
        let Sizes { batch, steps, .. } = self.sizes;
        let few = steps <= 4 && batch <= 4 && self.u.len() > 1 << 14;
        steps == 1 || few || (transposed && batch <= 4 && steps * batch * batch <= 32)
    }
}

/// Right operands of up to two products.
fn operands<'p, 'a: 'p, R: Real>(
    mut matrices: impl Iterator<Item = Mat<'a, R>>,
    packed: &'p mut [Packed<R>; 2],
    operand: Operand,
) -> [Right<'p, R>; 2] {
    packed.each_mut().map(|packed| {
        let Some(matrix) = matrices.next() else { return Right::Plain(Mat::new(&[], 0, 0)) };
        match operand {
            Operand::Plain => return Right::Plain(matrix),
            Operand::Packed => packed.pack(matrix),
            Operand::Kept => {}
        }
        Right::Packed(packed)
    })
}
