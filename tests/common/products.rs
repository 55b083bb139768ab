//! Matrix products of every kind, and what must come out of them.

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use tapeloop::Real;
use tapeloop::kernels::gemm::{Packed, Right, add_product, product};
use tapeloop::kernels::{Mat, MatMut, reference};
use tapeloop::simd::Isa;

use super::numbers::{all_same, same};
use super::operands::{Float, Layout, NUMBERS, Numbers};

/// Whether the compiler optimises: some tests do more then.
pub const FAST: bool = !cfg!(debug_assertions);

/// `C = A·B` or `C += A·B`, and how the three lie in memory.
#[derive(Clone, Copy, Debug)]
pub struct Problem {
    /// M, K and N.
    pub sizes: [usize; 3],
    pub a: Layout,
    pub b: Layout,
    pub c: Layout,
    /// Whether `B` is packed beforehand.
    pub packed: bool,
    pub add: bool,
}

/// `gemm` adds the terms of a sum one by one, but for so few rows times a transposed matrix.
const FEW_ROWS: usize = 4;

impl Problem {
    /// `C += A·B` without gaps.
    pub fn new(sizes: [usize; 3]) -> Self {
        let [a, b, c] = [Layout::PLAIN; 3];
        Self { sizes, a, b, c, packed: false, add: true }
    }

    /// The same in every form: `A` and `B` plain or transposed, `B` as it lies or packed.
    pub fn forms(self) -> impl Iterator<Item = Self> {
        (0..8).map(move |bits| {
            let [a, b, packed] = [1, 2, 4].map(|bit| bits & bit != 0);
            let (a, b) = (Layout { transposed: a, ..self.a }, Layout { transposed: b, ..self.b });
            Self { a, b, packed, ..self }
        })
    }

    /// Plain, both transposed, and packed.
    pub fn some_forms(self) -> impl Iterator<Item = Self> {
        self.forms().enumerate().filter(|(i, _)| [0, 3, 4].contains(i)).map(|(_, form)| form)
    }

    /// Any, with no more than so many multiplications.
    pub fn random(rng: &mut impl Rng, multiplications: usize) -> Self {
        // Around the sizes of vectors, tiles, panels and blocks.
        const AROUND: [usize; 9] = [8, 16, 32, 48, 96, 144, 256, 300, 512];
        let mut size = || match rng.random_range(0..10) {
            0 => rng.random_range(0..2),
            1..5 => rng.random_range(2..16),
            _ => AROUND.choose(rng).unwrap() + rng.random_range(0..3) - 1,
        };
        let mut sizes = [size(), size(), size()];
        while sizes.iter().product::<usize>() > multiplications {
            sizes = [size(), size(), size()];
        }
        let [a, b, mut c] = std::array::from_fn(|_| Layout::random(rng));
        c.transposed = false;
        Self { sizes, a, b, c, packed: rng.random(), add: rng.random() }
    }

    /// `A`, `B` and `C` without gaps.
    pub fn operands<R: Float>(&self, numbers: Numbers, seed: u64) -> [Vec<R>; 3] {
        let [m, k, n] = self.sizes;
        let mut number = 0;
        [m * k, k * n, m * n].map(|len| {
            number += 1;
            numbers.draw(len, 3 * seed + number)
        })
    }

    /// `C` without gaps, by `gemm`. Only what is `C`'s own may change: what lies around it is checked.
    #[track_caller]
    pub fn run<R: Real>(&self, operands: &[Vec<R>; 3], memory: &mut Packed<R>) -> Vec<R> {
        self.run_as_it_lies(&self.lay_out(operands), memory)
    }

    /// `A`, `B` and `C` as they lie in memory: between rows is what must be neither read nor written.
    pub fn lay_out<R: Real>(&self, [a, b, c]: &[Vec<R>; 3]) -> [Vec<R>; 3] {
        let ([m, k, n], nan) = (self.sizes, R::from_f64(f64::NAN));
        let overwritten = if self.add { vec![] } else { vec![nan; m * n] };
        let c = self.c.lay_out(if self.add { c } else { &overwritten }, [m, n], R::from_f64(-777.0));
        [self.a.lay_out(a, [m, k], nan), self.b.lay_out(b, [k, n], nan), c]
    }

    /// `run` for operands that are laid out already.
    #[track_caller]
    pub fn run_as_it_lies<R: Real>(&self, [a, b, before]: &[Vec<R>; 3], memory: &mut Packed<R>) -> Vec<R> {
        let [m, k, n] = self.sizes;
        let (a, b) = (self.a.mat(a, [m, k]), self.b.mat(b, [k, n]));
        let mut after = before.clone();
        let right = if self.packed {
            memory.pack(b);
            Right::from(&*memory)
        } else {
            Right::from(b)
        };
        let stride = n + self.c.gap;
        let c = MatMut::strided(&mut after[self.c.before..], m, n, stride);
        if self.add {
            add_product(a, right, c);
        } else {
            product(a, right, c);
        }

        let mut result = Vec::with_capacity(m * n);
        for (i, (after, before)) in after.iter().zip(before).enumerate() {
            match i.checked_sub(self.c.before) {
                Some(i) if i / stride.max(1) < m && i % stride.max(1) < n => result.push(*after),
                _ => assert!(after == before, "{self:?}: element {i} is not part of C, but was written"),
            }
        }
        result
    }

    /// The definition.
    pub fn reference<R: Real>(&self, [a, b, c]: &[Vec<R>; 3]) -> Vec<R> {
        let [m, k, n] = self.sizes;
        let mut result = if self.add { c.clone() } else { vec![R::ZERO; m * n] };
        reference::gemm(Mat::new(a, m, k), Mat::new(b, k, n), &mut result);
        result
    }

    /// Whether every element is a chain: term after term is added to what `C` held.
    pub fn is_chain(&self) -> bool {
        self.packed || self.a.transposed || !self.b.transposed || self.sizes[0] > FEW_ROWS
    }

    /// That chain, for the element in row `i`, column `j`. The machine's vectors round once per term.
    pub fn chain<R: Real>(&self, [a, b, c]: &[Vec<R>; 3], i: usize, j: usize) -> R {
        let [_, k, n] = self.sizes;
        let fused = Isa::current() != Isa::Scalar;
        let start = if self.add { c[i * n + j] } else { R::ZERO };
        a[i * k..][..k].iter().enumerate().fold(start, |sum, (k, a)| {
            let b = b[k * n + j];
            if fused { a.mul_add(b, sum) } else { *a * b + sum }
        })
    }

    /// What must come out, whatever the form.
    pub fn truth<'a, R: Float>(&self, operands: &'a [Vec<R>; 3]) -> Truth<'a, R> {
        let [m, _, n] = self.sizes;
        let wide = |f: fn(f64) -> f64| operands.each_ref().map(|x| x.iter().map(|x| f(x.to_f64())).collect());
        let exact = self.reference(&wide(|x| x));
        let size = self.reference(&wide(f64::abs));
        let chain = (0..m * n).map(|e| self.chain(operands, e / n, e % n)).collect();
        Truth { operands, exact, size, chain }
    }

    /// Holds `gemm` to the definition: no further apart than `K` roundings can take them, ∞ and NaN at the
    /// same places. And bitwise to the chain, where it is one.
    #[track_caller]
    pub fn check<R: Float>(&self, truth: &Truth<'_, R>, memory: &mut Packed<R>) {
        let [_, k, n] = self.sizes;
        for (e, result) in self.run(truth.operands, memory).into_iter().enumerate() {
            let (got, exact, chain) = (result.to_f64(), truth.exact[e], truth.chain[e]);
            let (i, j) = (e / n, e % n);
            // Each addition rounds by at most half an ulp of a sum no larger than `size`; in f64, those of
            // the definition do too.
            let bound = (k as f64 + 1.0) * (R::EPSILON * truth.size[e] + R::TINY);
            let right = if exact.is_finite() { (got - exact).abs() <= bound } else { same(got, exact) };
            assert!(right, "{self:?}: row {i}, column {j} is {got:e}, not {exact:e}");
            let right = !self.is_chain() || same(result, chain);
            assert!(right, "{self:?}: row {i}, column {j} is {got:e}, not bitwise {chain:e}");
        }
    }

    /// Whether the last row of a large result is what it must be, bitwise.
    #[track_caller]
    pub fn check_last_row<R: Real>(&self, operands: &[Vec<R>; 3], result: &[R]) {
        let [m, _, n] = self.sizes;
        let chains: Vec<R> = (0..n).map(|j| self.chain(operands, m - 1, j)).collect();
        all_same(&result[(m - 1) * n..], &chains, &format!("{self:?}, last row"));
    }
}

/// What must come out of a problem in any form.
pub struct Truth<'a, R> {
    operands: &'a [Vec<R>; 3],
    /// The definition, in f64.
    exact: Vec<f64>,
    /// `|c| + Σ |a|·|b|`
    size: Vec<f64>,
    chain: Vec<R>,
}

/// So many random problems, one after the other, with one memory for what is packed.
pub fn random_problems<R: Float>(count: usize, multiplications: usize, rng: &mut ChaCha8Rng) {
    let mut memory = Packed::default();
    for seed in 0..count as u64 {
        let problem = Problem::random(rng, multiplications);
        let numbers = NUMBERS[seed as usize % NUMBERS.len()];
        problem.check(&problem.truth(&problem.operands::<R>(numbers, seed)), &mut memory);
    }
}
