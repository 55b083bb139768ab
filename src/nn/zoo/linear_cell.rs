//! Cells whose one state is linear in the last one

/// Makes a [`Cell`](crate::nn::Cell) of `h_t = a_t⊙h_{t−1} + b_t`. Its state is `h` `[B, H]`, which is its output, too; its method `terms` gives `a` and `b`, of one
/// step or of all, and its `gates` the sizes.
///
/// A macro and no trait: a second `impl<…> Cell for …` beside that of every [`System`](super::linear::System) would overlap with it.
macro_rules! linear_cell {
    ($Cell:ident, $name:literal) => {
        const _: () = {
            use $crate::nn::cells::check;
            use $crate::nn::zoo::linear;
            use $crate::nn::{Cell, Way};
            use $crate::real::Real;
            use $crate::tape::{Tape, Var};

            impl Cell for $Cell {
                /// `h` `[B, H]`.
                type State<'t, R: Real> = Var<'t, R>;

                fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
                    tape.zeros([batch, self.gates.units()])
                }

                #[track_caller]
                fn step<'t, R: Real>(&self, x_t: Var<'t, R>, h: Var<'t, R>) -> Var<'t, R> {
                    check($name, x_t, self.gates.w.shape().rows(), &[("the state h", h, self.gates.units())]);
                    let [kept, new] = self.terms(x_t);
                    kept * h + new
                }

                /// No weight reads `h_{t−1}`.
                #[track_caller]
                fn step_reading<'t, R: Real>(
                    &self,
                    x_t: Var<'t, R>,
                    h: Var<'t, R>,
                    _: Var<'t, R>,
                ) -> Var<'t, R> {
                    self.step(x_t, h)
                }

                #[track_caller]
                fn at_once<'t, R: Real>(
                    &self,
                    x: Var<'t, R>,
                    h_0: Var<'t, R>,
                    way: Way<'t, R>,
                ) -> Option<(Var<'t, R>, Var<'t, R>)> {
                    let [kept, new] = self.terms(x);
                    let h = linear::scan(kept, new, h_0, way);
                    Some((h, linear::last(h, h_0, way)))
                }
            }
        };
    };
}
