//! The weights of a model: one flat store of named arrays.
//!
//! Gradients and an optimizer's moments have the same layout, so an optimizer is one loop over
//! slices, and the global norm of all gradients is one norm.

use std::sync::atomic::{AtomicU64, Ordering};

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use super::{Arena, Entry, Gradients, Init, Shape};
use crate::real::Real;

/// A handle to one array of a [`Params`] store. Layers hold handles, not numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The store that it is of.
    store: u64,
    pub(crate) index: usize,
    pub(crate) offset: usize,
    shape: Shape,
}

impl Param {
    /// The shape.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.shape.len()
    }
}

/// The store.
///
/// ```
/// # use tapeloop::{Init, Params};
/// let mut params = Params::<f32>::new(7); // the seed of all initial weights
/// let w = params.add("dense.w", [3, 2], Init::GlorotUniform);
/// assert_eq!(params[w].len(), 6);
/// println!("{}", params.get("dense.w").unwrap());
/// ```
#[derive(Clone)]
pub struct Params<R = f32> {
    /// Its own, and that of its clones: their handles fit each other.
    id: u64,
    data: Arena<R>,
    table: Vec<(String, Param)>,
    /// Those whose gradients are sparse.
    sparse: Vec<Param>,
    seed: u64,
    /// Another one after every change. Two stores of the same version have the same numbers.
    version: u64,
}

/// A number that no store has had yet.
fn unused() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<R: Real> Params<R> {
    /// An empty store. The initial values of an array depend on this seed and on how many arrays were
    /// added before it.
    pub fn new(seed: u64) -> Self {
        let (id, data) = (unused(), Arena::default());
        Self { id, data, table: Vec::new(), sparse: Vec::new(), seed, version: unused() }
    }

    /// Adds an array with its initial values and returns its handle.
    ///
    /// # Panics
    /// If the name is taken.
    #[track_caller]
    pub fn add(&mut self, name: impl Into<String>, shape: impl Into<Shape>, init: Init) -> Param {
        let (name, shape) = (name.into(), shape.into());
        assert!(
            self.find(&name).is_none(),
            "there is a parameter named {name:?} already: give the layer another name"
        );
        let offset = self.data.push(shape.len());
        let param = Param { store: self.id, index: self.table.len(), offset, shape };
        self.table.push((name, param));
        self.flat_mut()[offset..].fill(R::ZERO);
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(param.index as u64);
        init.fill(shape, &mut self[param], &mut rng);
        param
    }

    /// As [`add`](Self::add), for a table `[V, D]` of which a step reads few rows, such as an embedding: only these
    /// cost time when gradients are zeroed, computed, clipped and, if the optimizer does so
    /// ([`Rows`](crate::optim::Rows)), applied.
    ///
    /// # Panics
    /// If the name is taken, or the shape is not that of a matrix.
    #[track_caller]
    pub fn add_table(&mut self, name: impl Into<String>, shape: impl Into<Shape>, init: Init) -> Param {
        let (name, shape) = (name.into(), shape.into());
        assert!(shape.rank() == 2, "the table {name:?} has shape {shape}, not [V, D]");
        let param = self.add(name, shape, init);
        self.sparse.push(param);
        param
    }

    /// The handle of the array with this name.
    pub fn find(&self, name: &str) -> Option<Param> {
        self.table.iter().find(|(n, _)| n == name).map(|&(_, param)| param)
    }

    /// All arrays, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = Entry<'_, R>> {
        self.table.iter().map(|(name, param)| Entry { name, param: *param, values: &self[*param] })
    }

    /// The number of weights.
    pub fn count(&self) -> usize {
        self.table.iter().map(|(_, param)| param.shape.len()).sum()
    }

    /// Panics if the handle is of another store.
    #[track_caller]
    pub(crate) fn check(&self, param: Param) {
        let own = self.table.get(param.index).is_some_and(|(_, own)| *own == param);
        assert!(own, "the handle of an array of shape {} is of another `Params`", param.shape);
    }

    /// Changes when the numbers may have.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// The number of arrays.
    pub(crate) fn arrays(&self) -> usize {
        self.table.len()
    }

    /// All numbers of the store. Between two arrays may lie zeros, up to a 64-byte boundary.
    pub fn flat(&self) -> &[R] {
        self.data.all()
    }

    /// All numbers of the store; see [`flat`](Self::flat).
    pub fn flat_mut(&mut self) -> &mut [R] {
        self.version = unused();
        self.data.all_mut()
    }

    /// The same store with numbers of another kind, `f(i, x)` for the number `x` at place `i` of [`flat`](Self::flat) (of arrays; between them zeros
    /// stay zeros). Handles fit both: a layer built for one works with the other.
    #[must_use]
    pub fn map<S: Real>(&self, mut f: impl FnMut(usize, R) -> S) -> Params<S> {
        let mut data = Arena::default();
        data.reserve(self.flat().len());
        let places = self.table.iter().flat_map(|(_, param)| param.range());
        data.all_mut().fill(S::ZERO);
        places.for_each(|i| data.all_mut()[i] = f(i, self.flat()[i]));
        let (table, sparse) = (self.table.clone(), self.sparse.clone());
        Params { id: self.id, data, table, sparse, seed: self.seed, version: unused() }
    }

    /// A gradient of zeros for every weight.
    pub fn zero_gradients(&self) -> Gradients<R> {
        Gradients::zeros(self.flat().len(), &self.sparse)
    }

    /// Whether gradients have the layout of these weights.
    pub(crate) fn fits(&self, grads: &Gradients<R>) -> bool {
        grads.flat().len() == self.flat().len() && grads.has_tables(&self.sparse)
    }
}

impl<R: Real> std::ops::Index<Param> for Params<R> {
    type Output = [R];
    #[track_caller]
    fn index(&self, param: Param) -> &[R] {
        self.check(param);
        &self.flat()[param.range()]
    }
}

impl<R: Real> std::ops::IndexMut<Param> for Params<R> {
    #[track_caller]
    fn index_mut(&mut self, param: Param) -> &mut [R] {
        self.check(param);
        &mut self.flat_mut()[param.range()]
    }
}
