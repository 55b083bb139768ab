//! The task of chapters 6 and 9 that needs a memory: say again what came some steps ago.

use tapeloop::bptt::Task;
use tapeloop::nn::{Dense, DenseLayer, SimpleRnn, SimpleRnnCell};
use tapeloop::{Params, Real, Tape, Var};

/// Random signs; at every step the net is to say the one of `lag` steps ago.
pub struct Echo {
    cell: SimpleRnnCell,
    read_out: DenseLayer,
    lag: usize,
    sizes: [usize; 2],
}

impl Echo {
    /// An Elman net with so many units, and its weights. `W_hh` is orthogonal times ½: by itself such a net forgets soon.
    pub fn new(units: usize, lag: usize, sizes: [usize; 2]) -> (Self, Params<f64>) {
        let mut params = Params::new(0);
        let cell = SimpleRnn::new(units).build(&mut params, "rnn", 1).cell;
        let read_out = Dense::new(1).build(&mut params, "read_out", units);
        params[cell.w_hh].iter_mut().for_each(|w| *w *= 0.5);
        (Self { cell, read_out, lag, sizes }, params)
    }

    /// A sign for each row at step `t`, from the bits of both numbers, well mixed.
    fn signs<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        let [batch, _] = self.sizes;
        let sign = |b: usize| {
            let mixed = (t as u64 * 0x1_0001 + b as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
            if mixed >> 63 == 0 { R::ONE } else { -R::ONE }
        };
        tape.input([batch, 1], &(0..batch).map(sign).collect::<Vec<R>>())
    }
}

impl Task for Echo {
    type Cell = SimpleRnnCell;

    fn cell(&self) -> &SimpleRnnCell {
        &self.cell
    }
    fn sizes(&self) -> [usize; 2] {
        self.sizes
    }
    fn input<'t, R: Real>(&self, tape: &'t Tape<'t, R>, t: usize) -> Var<'t, R> {
        self.signs(tape, t)
    }
    fn loss<'t, R: Real>(&self, t: usize, h: Var<'t, R>) -> Option<Var<'t, R>> {
        let asked = self.signs(h.tape(), t.checked_sub(self.lag)?);
        Some(self.read_out.forward(h).mse(asked))
    }
}
