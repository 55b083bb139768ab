//! `y[i, :] = table[ids[i], :]`: an embedding

use super::{Backward, Forward, Inputs, Rule, Span};
use crate::kernels::elementwise;
use crate::real::Real;
use crate::tensor::{MAX_RANK, Shape};

/// `y[i, :] = table[ids[i], :]`: for every id its row of the table `[V, D]`. Ids of shape `[B, T]`
/// make `y` `[B, T, D]`.
///
/// The same as multiplying one-hot vectors by the table, without the zeros.
#[derive(Clone, Copy, Debug)]
pub struct Gather {
    /// The ids, row by row.
    pub ids: Span,
    /// Their shape.
    pub shape: Shape,
    /// The row that gets no gradient, if any.
    pub padding: Option<usize>,
    /// Whether a row's gradient is divided by how often its id occurs. That is no derivative of `y` any more.
    pub mean: bool,
}

impl<R: Real> Rule<R> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    #[track_caller]
    fn shape(&self, x: Inputs<'_, R>) -> Shape {
        let (table, ids) = (x.shape(0), x.ids(self.ids));
        assert!(table.rank() == 2, "gather: the table has shape {table}, not [V, D]");
        assert!(ids.len() == self.shape.len(), "gather: {} ids for shape {}", ids.len(), self.shape);
        assert!(
            self.shape.rank() < MAX_RANK,
            "gather: ids of shape {} have no room for one more axis",
            self.shape
        );
        let rows = table.rows();
        if let Some(id) = ids.iter().find(|&&id| id as usize >= rows) {
            panic!("gather: id {id} is not below V = {rows}, the rows of the table {table}");
        }
        self.shape.with_axis(self.shape.rank(), table.last())
    }

    // How often each id occurs.
    fn saved(&self, x: Inputs<'_, R>) -> usize {
        if self.mean { x.shape(0).rows() } else { 0 }
    }

    fn forward(&self, at: Forward<'_, R>) {
        let (table, ids, d) = (at.x.value(0), at.x.ids(self.ids), at.shape.last());
        for (y, &id) in at.y.chunks_exact_mut(d.max(1)).zip(ids) {
            y.copy_from_slice(&table[id as usize * d..][..d]);
        }
        if self.mean {
            ids.iter().for_each(|&id| at.saved[id as usize] = R::ZERO);
            ids.iter().for_each(|&id| at.saved[id as usize] += R::ONE);
        }
    }

    // Each row of dy is added to the row of the table that was read. A word that occurs twice gets
    // two contributions, one that doesn't occur none.
    fn vjp(&self, mut at: Backward<'_, R>) {
        let (dy, count, d) = (at.dy, at.saved, at.shape.last());
        let ids = at.x.ids(self.ids).iter().map(|&id| id as usize);
        let wanted = |id: &usize| Some(*id) != self.padding;
        let Some(table) = at.grad_rows(0, ids.clone().filter(wanted)) else { return };
        for (dy, id) in dy.chunks_exact(d.max(1)).zip(ids).filter(|(_, id)| wanted(id)) {
            let part = if self.mean { R::ONE / count[id] } else { R::ONE };
            elementwise::add_map(dy, &mut table[id * d..][..d], move |dy| part * dy);
        }
    }
}
