//! Rows and blocks of time, to be shared out to threads.

use std::ops::Range;

use crate::kernels::bulk;
use crate::real::Real;

/// The batch has rows enough for all threads from here on.
const ROWS: usize = 16;

/// Pieces that rows which are fewer are cut into, all together.
const PIECES: usize = 32;

/// The shortest block.
const SHORTEST: usize = 64;

/// Numbers of an array from which on blocks are worth it.
const MANY: usize = 1 << 18;

/// Numbers that one thread takes without asking for help.
const FEW: usize = 1 << 14;

/// The sizes of arrays `[B, T, W]`, whose rows are cut into blocks of time: pieces, numbered row by row.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// `B`
    pub batch: usize,
    /// `T`
    pub steps: usize,
    /// `W`
    pub width: usize,
    /// The steps of a block; those of the last one may be fewer.
    pub block: usize,
}

impl Sizes {
    /// With the block that is best for the shape.
    pub fn new([batch, steps, width]: [usize; 3]) -> Self {
        let plain = batch >= ROWS || batch * steps * width < MANY;
        let block = if plain { steps } else { steps.div_ceil(PIECES.div_ceil(batch)).max(SHORTEST) };
        Self { batch, steps, width, block: block.max(1) }
    }

    /// Numbers of an array.
    pub fn len(self) -> usize {
        self.batch * self.steps * self.width
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Blocks of a row.
    pub fn blocks(self) -> usize {
        self.steps.div_ceil(self.block)
    }

    /// Pieces of an array.
    pub fn pieces(self) -> usize {
        self.batch * self.blocks()
    }

    /// The row of a piece, and its steps.
    #[inline(always)]
    pub(super) fn piece(self, piece: usize) -> (usize, Range<usize>) {
        let (row, block) = (piece / self.blocks(), piece % self.blocks());
        (row, block * self.block..self.steps.min((block + 1) * self.block))
    }

    /// Where the numbers of a row at a step begin.
    #[inline(always)]
    pub(super) fn at(self, row: usize, t: usize) -> usize {
        (row * self.steps + t) * self.width
    }

    /// Where those of a piece begin.
    fn start(self, piece: usize) -> usize {
        if piece == self.pieces() {
            return self.len();
        }
        let (row, steps) = self.piece(piece);
        self.at(row, steps.start)
    }

    /// Runs `code(piece, its parts of the arrays [B, T, W], its numbers of ends)` for all pieces; of `ends` each has as many.
    pub(super) fn share<R: Real, const N: usize>(
        self,
        arrays: [&mut [R]; N],
        ends: &mut [R],
        code: &(impl Fn(usize, [&mut [R]; N], &mut [R]) + Sync),
    ) {
        if !self.is_empty() {
            self.part(0..self.pieces(), arrays, ends, bulk::is_for_one(self.len(), bulk::VALUES), code);
        }
    }

    fn part<'a, R: Real, const N: usize>(
        self,
        pieces: Range<usize>,
        arrays: [&'a mut [R]; N],
        ends: &'a mut [R],
        alone: bool,
        code: &(impl Fn(usize, [&mut [R]; N], &mut [R]) + Sync),
    ) {
        if pieces.len() == 1 {
            return code(pieces.start, arrays, ends);
        }
        let (middle, each) = (usize::midpoint(pieces.start, pieces.end), ends.len() / pieces.len());
        let (start, numbers) = (self.start(pieces.start), self.start(pieces.end) - self.start(pieces.start));
        let mut right: [&'a mut [R]; N] = [(); N].map(|()| &mut [][..]);
        let mut halves = right.iter_mut();
        let left = arrays.map(|array| {
            let (left, right) = array.split_at_mut(self.start(middle) - start);
            *halves.next().expect("N arrays") = right;
            left
        });
        let (first, second) = ends.split_at_mut((middle - pieces.start) * each);
        let alone = alone || numbers < FEW;
        let left = || self.part(pieces.start..middle, left, first, alone, code);
        let right = || self.part(middle..pieces.end, right, second, alone, code);
        if alone {
            left();
            right();
        } else {
            rayon::join(left, right);
        }
    }
}
