//! A long text in pieces, each of which goes on where the last one ended.

/// A long sequence of ids, read in `B` places at once, in pieces of `T` steps.
///
/// The sequence is cut into `B` rows of equal length, and each row into pieces. A net that keeps its state from piece to piece
/// ([`Stateful`](crate::nn::Stateful)) reads each row without a gap, and gradients end where a piece begins: truncated
/// backpropagation through time. The target of each id is the id that follows.
///
/// ```
/// # use tapeloop::data::{Characters, Pieces};
/// let characters = Characters::of("abcdefghijklm");
/// let ids = characters.ids("abcdefghijklm");
/// let pieces = Pieces::new(&ids, 2, 3); // B = 2 rows of 6 ids, T = 3
/// let read = |piece| [pieces.inputs(piece), pieces.targets(piece)].map(|ids| characters.text(&ids));
/// assert_eq!(pieces.len(), 2);
/// assert_eq!(read(0), ["abcghi", "bcdhij"]); // both rows, one after the other
/// assert_eq!(read(1), ["defjkl", "efgklm"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pieces<'a> {
    ids: &'a [usize],
    rows: usize,
    steps: usize,
}

impl<'a> Pieces<'a> {
    /// `B` rows, and pieces of `T` steps. Ids at the end that make no piece of all rows are left out.
    ///
    /// # Panics
    /// If not even one piece fits: it takes `B·T + 1` ids.
    #[track_caller]
    pub fn new(ids: &'a [usize], rows: usize, steps: usize) -> Self {
        let fit = 0 < rows && 0 < steps && rows.checked_mul(steps).is_some_and(|least| least < ids.len());
        assert!(
            fit,
            "pieces: {rows} rows of {steps} steps out of {} ids, of which the first has no target",
            ids.len()
        );
        Self { ids, rows, steps }
    }

    /// How many pieces a row has.
    pub fn len(&self) -> usize {
        self.row() / self.steps
    }

    /// Never: there is at least one piece.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is read in a piece, `[B, T]`.
    ///
    /// # Panics
    /// If there is no such piece.
    #[track_caller]
    pub fn inputs(&self, piece: usize) -> Vec<usize> {
        self.at(piece, 0)
    }

    /// The id that follows each of the [`inputs`](Self::inputs), `[B, T]`.
    ///
    /// # Panics
    /// If there is no such piece.
    #[track_caller]
    pub fn targets(&self, piece: usize) -> Vec<usize> {
        self.at(piece, 1)
    }

    /// Ids that a row may read; the last id of all is nothing but a target.
    fn row(&self) -> usize {
        (self.ids.len() - 1) / self.rows
    }

    #[track_caller]
    fn at(&self, piece: usize, later: usize) -> Vec<usize> {
        assert!(piece < self.len(), "pieces: no piece {piece} of {}", self.len());
        let begin = |row| row * self.row() + piece * self.steps + later;
        (0..self.rows).flat_map(|row| &self.ids[begin(row)..][..self.steps]).copied().collect()
    }
}
