//! `∂L/∂w` for every weight of a model.

use std::ops::{Index, IndexMut};

use super::{Arena, Param};
use crate::real::Real;

/// `∂L/∂w` for every weight `w` of a [`Params`](crate::Params) store, in the same layout.
#[derive(Clone)]
pub struct Gradients<R = f32> {
    data: Arena<R>,
}

impl<R: Real> Gradients<R> {
    pub(super) fn zeros(len: usize) -> Self {
        let mut data = Arena::default();
        data.reserve(len);
        Self { data }
    }

    /// Sets every gradient to zero. [`Tape::backward`](crate::Tape::backward) only adds.
    pub fn zero(&mut self) {
        self.flat_mut().fill(R::ZERO);
    }

    /// All numbers, laid out as in [`Params::flat`](crate::Params::flat).
    pub fn flat(&self) -> &[R] {
        self.data.all()
    }

    /// All numbers, laid out as in [`Params::flat`](crate::Params::flat).
    pub fn flat_mut(&mut self) -> &mut [R] {
        self.data.all_mut()
    }
}

impl<R: Real> Index<Param> for Gradients<R> {
    type Output = [R];
    fn index(&self, param: Param) -> &[R] {
        &self.flat()[param.range()]
    }
}

impl<R: Real> IndexMut<Param> for Gradients<R> {
    fn index_mut(&mut self, param: Param) -> &mut [R] {
        &mut self.flat_mut()[param.range()]
    }
}
