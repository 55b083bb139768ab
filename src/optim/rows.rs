//! What a step does to the rows of a table that no gradient reached.

use crate::kernels::bulk;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// Which rows of a table ([`Params::add_table`]: an embedding) a step changes. Plain gradient descent leaves a row
/// without gradient as it is. Momentum, weight decay and running means don't, and there the libraries differ:
///
/// | library | gradient | rows |
/// | --- | --- | --- |
/// | PyTorch | dense (the default) | `All` |
/// | PyTorch `SGD` | `Embedding(sparse=True)` | `All` |
/// | PyTorch `SparseAdam` | `Embedding(sparse=True)` | `Touched` |
/// | TF1 `AdamOptimizer` | `IndexedSlices`, as `gather` has it | `All` |
/// | TF1 `MomentumOptimizer`, `RMSPropOptimizer` | `IndexedSlices` | `Touched` |
/// | Keras 2.15 `SGD`, `RMSprop`, `Adam` | `IndexedSlices` | `All` |
/// | Keras 2.15 `legacy.Adam`, and `legacy.RMSprop` without momentum | `IndexedSlices` | `All` |
/// | Keras 2.15 `legacy.SGD` and `legacy.RMSprop` with momentum | `IndexedSlices` | `Touched` |
/// | Keras 3 on JAX | dense | `All` |
///
/// (PyTorch's `Adam` and `RMSprop` refuse sparse gradients.) The presets have the rows of their library.
///
/// All other arrays are changed as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// All: a row without gradient has the gradient 0. Its means decay, its momentum goes on moving it. A step takes
    /// time for the whole table, unless it is one of plain gradient descent, where nothing of this shows.
    #[default]
    All,
    /// Those that the gradient reached ([`Gradients::touched`]); the others, their means and their weight decay stand
    /// still. A step takes time for these rows only. Steps are counted for all rows alike: in Adam's
    /// corrections, a row that is touched for the first time is not new.
    Touched,
}

impl Rows {
    /// Updates the weights and moments of these rows, and of all other arrays, one range after the other. A moment
    /// that is not there is empty in all ranges.
    pub(super) fn update<R: Real, const N: usize>(
        self,
        params: &mut Params<R>,
        mut moments: [&mut [R]; N],
        grads: &Gradients<R>,
        update: impl Fn(&[R], &mut [R], [&mut [R]; N]) + Copy + Sync,
    ) {
        let (w, g) = (params.flat_mut(), grads.flat());
        match self {
            Self::All => {
                bulk::among(bulk::PARAMETERS, [g], w, moments, move |[g], w, moments| update(g, w, moments));
            }
            Self::Touched => grads.touched().for_each(|range| {
                let moments = moments.each_mut().map(|m| m.get_mut(range.clone()).unwrap_or_default());
                update(&g[range.clone()], &mut w[range], moments);
            }),
        }
    }
}
