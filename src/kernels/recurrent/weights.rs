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
    /// Where they begin in the parameters.
    pub offsets: [usize; 2],
}

/// What is packed, number for number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    origin: Origin,
    lengths: [usize; 2],
    columns: [&'static [Columns]; 2],
}

/// How a weight is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    /// As it lies.
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
    pub key: Option<Key>,
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

    /// A place in the list for what is to be kept, and whether it is there already; if not, the caller sets the key when it is. It takes the place of
    /// something of another version: so there are no more places than one version ever had weights. All that isn't kept shares one.
    pub fn find(all: &mut Vec<Self>, key: Option<Key>) -> (&mut Self, bool) {
        let outdated =
            |old: &Self| old.key.zip(key).is_some_and(|(old, new)| old.origin.version != new.origin.version);
        let there = all.iter().position(|weights| weights.key == key);
        let at = there.or_else(|| all.iter().position(outdated)).unwrap_or_else(|| {
            all.push(Self::default());
            all.len() - 1
        });
        if there.is_none() {
            all[at].key = None;
        }
        (&mut all[at], there.is_some() && key.is_some())
    }
}

impl<'a, R: Real> Given<'a, R> {
    /// What is to be kept packed, if `W` and `U` are parameters and there are enough products.
    pub(super) fn key<S: Step<R>>(&self) -> Option<Key> {
        let (lengths, columns) = ([self.w.len(), self.u.len()], [S::INPUT, S::RECURRENT]);
        let origin = self.origin.filter(|_| !self.is_brief(false));
        origin.map(|origin| Key { origin, lengths, columns })
    }

    /// Columns of `W` or `U`, or of its transpose, as the right operands of up to two products.
    pub(super) fn operands<'p, S: Step<R>>(
        &self,
        weight: &'a [R],
        columns: &[Columns],
        packed: &'p mut [Packed<R>; 2],
        operand: Operand,
        transposed: bool,
    ) -> [Right<'p, R>; 2]
    where
        'a: 'p,
    {
        let Sizes { hidden, .. } = self.sizes;
        let width = S::GATES * hidden;
        let mut columns = columns.iter();
        packed.each_mut().map(|packed| {
            let Some(columns) = columns.next() else { return Right::Plain(Mat::new(&[], 0, 0)) };
            let from = weight.get(columns.from * hidden..).unwrap_or(&[]);
            let (rows, cols) = (weight.len() / width.max(1), columns.gates * hidden);
            let matrix = Mat::strided(from, rows, cols, width).t_if(transposed);
            match operand {
                Operand::Plain => return Right::Plain(matrix),
                Operand::Packed => packed.pack(matrix),
                Operand::Kept => {}
            }
            Right::Packed(packed)
        })
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
