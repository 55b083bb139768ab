//! What a call costs at least: floating-point operations and memory.

use super::zoo::Counted;
use super::{Case, Cell, Size};

impl Cell {
    /// Whether there is an operation for all steps at once.
    pub fn has_operation(self) -> bool {
        match self {
            Self::Zoo(name) => Counted::of(name, [1, 1]).at_once,
            _ => !matches!(self, Self::Peepholes | Self::Coupled | Self::Projection),
        }
    }

    /// `G`: parts of `H` columns that `W` `[I, G·H]` and `U` `[O, G·H]` have.
    fn gates(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Gru | Self::ResetBefore => 3,
            _ => 4, // coupled gates, too: the columns of `f` are multiplied, and not used
        }
    }

    /// `K`: numbers of a unit and a step, besides `x` and `h`, that backward can't do without.
    fn kept(self) -> usize {
        match self {
            Self::Rnn | Self::Zoo(_) => 0, // of those in the zoo nobody has said it
            Self::ResetBefore => 3,        // z, r, n
            Self::Gru => 4,                // z, r, n and the part of h·U that r is multiplied with
            Self::Coupled => 4,            // i, g, o, c
            _ => 5,                        // i, f, g, o, c
        }
    }

    /// `C`: numbers of a unit's state besides `h`.
    fn cells(self) -> usize {
        match self {
            Self::Rnn | Self::Gru | Self::ResetBefore | Self::Zoo(_) => 0,
            _ => 1,
        }
    }
}

impl Case {
    /// `O`: the size of the output.
    pub(super) fn outputs(self) -> usize {
        let Size([.., h]) = self.size;
        match self.counted() {
            Some(counted) => counted.outputs,
            None if self.cell == Cell::Projection => h.div_ceil(2),
            None => h,
        }
    }

    /// What was counted, of a cell of the zoo.
    fn counted(self) -> Option<Counted> {
        let Size([.., i, h]) = self.size;
        match self.cell {
            Cell::Zoo(name) => Some(Counted::of(name, [i, h])),
            _ => None,
        }
    }

    /// `B`, `T`, `I`, `H` and `O` as numbers whose products don't overflow.
    fn sizes(self) -> [f64; 5] {
        let Size([b, t, i, h]) = self.size;
        [b, t, i, h, self.outputs()].map(|size| size as f64)
    }

    /// The elements of the weight matrices; each is multiplied with something once a row and step.
    fn weights(self) -> f64 {
        if let Some(counted) = self.counted() {
            return counted.weights as f64;
        }
        let [_, _, i, h, o] = self.sizes();
        let projection = if self.cell == Cell::Projection { h * o } else { 0.0 };
        self.cell.gates() as f64 * h * (i + o) + projection
    }

    /// Floating-point operations of the products alone: `2·B·T·G·H·(I + O)` forwards (and `2·B·T·H·O` for a projection); three
    /// times as many with backward, which computes `∂L/∂x`, `∂L/∂h` and the gradients of the weights. Of a cell of the zoo: of the products on its
    /// tape.
    pub fn flops(self) -> f64 {
        let [b, t, ..] = self.sizes();
        if let Some(counted) = self.counted() {
            let [row, shared] =
                [counted.row, counted.shared].map(|part| part.flops[usize::from(!self.forward)]);
            return t * (b * row + shared);
        }
        let passes = if self.forward { 1.0 } else { 3.0 };
        passes * 2.0 * b * t * self.weights()
    }

    /// Bytes of `U`, with which the state is multiplied at each step.
    pub fn recurrent_bytes(self, of_number: usize) -> usize {
        let Size([.., h]) = self.size;
        let numbers = self
            .counted()
            .map_or_else(|| self.cell.gates() * self.outputs() * h, |counted| counted.recurrent);
        numbers * of_number
    }

    /// How often a core that computes any row at all has to read `U`: once a step, and once more with backward.
    pub fn recurrent_reads(self) -> f64 {
        let [_, t, ..] = self.sizes();
        if self.forward { t } else { 2.0 * t }
    }

    /// Bytes of the numbers that must exist at once, whatever program computes them, besides weights and their gradients.
    ///
    /// ```text
    /// forward only   B·T·(I + O) + B·C·H                    x, all h; c of one step
    /// with backward  B·T·(2·I + 2·O + K·H) + B·(O + C·H)    x, h, what is given of ∂L/∂h, and ∂L/∂x; the gates and c;
    ///                                                       of one step what ∂L/∂h and ∂L/∂c have from later ones
    /// ```
    ///
    /// The gates' gradients can take the gates' place.
    pub fn floor_bytes(self, of_number: usize) -> f64 {
        let ([b, t, i, h, o], c) = (self.sizes(), self.cell.cells() as f64);
        let numbers = match self.forward {
            true => b * t * (i + o) + b * c * h,
            false => b * t * (2.0 * (i + o) + self.cell.kept() as f64 * h) + b * (o + c * h),
        };
        numbers * of_number as f64
    }

    /// Bytes that counting takes at most: the weights of a cell of the zoo, and others of their size, must exist for it.
    pub fn bytes_to_count(self) -> f64 {
        let Size([.., i, h]) = self.size;
        let [i, h] = [i, h].map(|size| size as f64);
        if matches!(self.cell, Cell::Zoo(_)) { 64.0 * h * (i + h) } else { 0.0 }
    }

    /// More bytes than a call here ever takes: weights, their gradients and packed copies; nodes; values and their gradients, in
    /// arrays that double as they grow, and are copied then.
    pub fn most_bytes(self, of_number: usize) -> f64 {
        let [b, t, i, h, _] = self.sizes();
        let (of_step, shared, nodes) = match self.counted() {
            Some(counted) => (2.0 * counted.row.values, counted.shared.values, 2.0 * counted.lines as f64),
            None if self.unrolled || !self.cell.has_operation() => (40.0 * h, 0.0, 40.0),
            None => (15.0 * h, 0.0, 0.0),
        };
        let tape = 2.0 * t * (b * (2.0 * i + of_step) + shared);
        (4.0 * self.weights() + 3.0 * tape) * of_number as f64 + (nodes * t + 100.0) * 512.0
    }
}
