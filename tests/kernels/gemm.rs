//! The tuned matrix product against its definition.

use crate::common::numbers::{all_same, whole};
use crate::common::operands::{Float, Layout, Numbers};
use crate::common::products::{FAST, Problem, random_problems};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use tapeloop::kernels::gemm::{Packed, product};
use tapeloop::kernels::{Mat, MatMut};
use tapeloop::{Dual, Real};

/// More where they are quick.
const MANY: usize = if FAST { 3 } else { 1 };

/// Runs a test for both types of numbers.
macro_rules! for_both_types {
    ($test:ident, $f32:ident, $f64:ident) => {
        #[test]
        fn $f32() {
            $test::<f32>();
        }

        #[test]
        fn $f64() {
            $test::<f64>();
        }
    };
}

fn random_products_are_right<R: Float>() {
    random_problems::<R>(400 * MANY, 50_000 * MANY, &mut ChaCha8Rng::seed_from_u64(1));
}
for_both_types!(random_products_are_right, random_products_are_right_f32, random_products_are_right_f64);

/// So large that they are cut into several blocks, in each direction, and in several at once; `B` in place and packed. That of 1030·603 numbers is copied
/// block by block: there are too few products for a second thread.
const LARGE: &[[usize; 3]] = if FAST {
    &[[6, 1030, 603], [300, 530, 272], [130, 600, 64], [17, 1100, 250], [5, 300, 560], [1, 700, 560]]
} else {
    &[[17, 530, 37], [5, 300, 560], [1, 700, 560]]
};

fn blocks_fit_together<R: Float>() {
    let mut memory = Packed::default();
    for &sizes in LARGE {
        let problem = Problem::new(sizes);
        let operands = problem.operands::<R>(Numbers::Whole, 1);
        let truth = problem.truth(&operands);
        problem.forms().for_each(|problem| problem.check(&truth, &mut memory));
        // The first block replaces what `C` held, the others add to it; and rows have gaps.
        let gaps = Layout { gap: 3, ..Layout::PLAIN };
        let problem = Problem { a: gaps, b: gaps, c: gaps, add: false, ..problem };
        let truth = problem.truth(&operands);
        problem.some_forms().for_each(|problem| problem.check(&truth, &mut memory));
    }
}
for_both_types!(blocks_fit_together, blocks_fit_together_f32, blocks_fit_together_f64);

/// `B` is copied 512 rows at a time, of which 8200·512 are more than is read where it lies for 17 rows. `B` of
/// 600·672 numbers is read there for 128 rows, but not for 129, and of 384·1040 for 512, but not for 513.
fn slabs_of_b_fit_together<R: Float>() {
    let sizes: &[[usize; 3]] = if FAST {
        &[
            [17, 5000, 500],
            [17, 8200, 512],
            [128, 600, 672],
            [129, 600, 672],
            [512, 384, 1040],
            [513, 384, 1040],
        ]
    } else {
        &[[1, 5000, 500], [17, 600, 672]]
    };
    sizes.iter().for_each(|&sizes| one_large_b::<R>(sizes));
}
for_both_types!(slabs_of_b_fit_together, slabs_of_b_fit_together_f32, slabs_of_b_fit_together_f64);

fn one_large_b<R: Float>([m, k, n]: [usize; 3]) {
    let operands = Problem::new([m, k, n]).operands::<R>(Numbers::Real, 1);
    for (a, b, add) in [(false, false, false), (true, true, true)] {
        let [a, b] = [a, b].map(|transposed| Layout { transposed, ..Layout::PLAIN });
        let problem = Problem { a, b, add, ..Problem::new([m, k, n]) };
        let result = problem.run(&operands, &mut Packed::default());
        problem.check_last_row(&operands, &result);
    }
}

fn pools() -> impl Iterator<Item = ThreadPool> {
    [1, 2, 3, 8].into_iter().map(|count| ThreadPoolBuilder::new().num_threads(count).build().unwrap())
}

/// So large that eight threads share them, or two unoptimised; by rows, or, if there is but one, by columns.
const SHARED: [[usize; 3]; 5] = if FAST {
    [[1, 1900, 2227], [1, 2000, 2112], [3, 1300, 1100], [9, 1030, 603], [139, 131, 235]]
} else {
    [[1, 1100, 1009], [1, 1050, 1008], [3, 500, 711], [5, 650, 611], [70, 131, 130]]
};

/// From outside a pool, and from inside of pools of all sizes.
fn any_number_of_threads_gives_the_same<R: Float>() {
    let pools: Vec<_> = pools().collect();
    for sizes in SHARED {
        let operands = Problem::new(sizes).operands::<R>(Numbers::Real, 1);
        for problem in Problem::new(sizes).some_forms() {
            let laid_out = problem.lay_out(&operands);
            let run = || problem.run_as_it_lies(&laid_out, &mut Packed::default());
            let outside = run();
            if problem.is_chain() {
                problem.check_last_row(&operands, &outside);
            }
            for pool in &pools {
                let what = format!("{problem:?}, {} threads", pool.current_num_threads());
                all_same(&pool.install(run), &outside, &what);
            }
        }
    }
}
for_both_types!(
    any_number_of_threads_gives_the_same,
    any_number_of_threads_gives_the_same_f32,
    any_number_of_threads_gives_the_same_f64
);

/// A thread that waits for the others' part of a product may be given another product meanwhile.
#[test]
fn products_at_the_same_time_do_not_disturb_one_another() {
    let problems: Vec<Problem> = Problem::new([101, 211, 130]).forms().collect();
    let operands = problems[0].operands::<f32>(Numbers::Real, 1);
    let run = |problem: &Problem| problem.run(&operands, &mut Packed::default());
    let alone: Vec<Vec<f32>> = problems.iter().map(run).collect();
    for pool in pools() {
        let together: Vec<Vec<f32>> = pool.install(|| problems.par_iter().map(run).collect());
        for (i, (together, alone)) in together.iter().zip(&alone).enumerate() {
            all_same(together, alone, &format!("{:?}, {} threads", problems[i], pool.current_num_threads()));
        }
    }
}

/// Each special number alone, in the first, a middle and the last place of every line and vector: the
/// elements that it is a term of are as the definition has them, and so are their neighbours. The last
/// panel is padded here; what is added to the padding must not be seen.
fn special_numbers_go_where_they_belong<R: Float>() {
    let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, R::TINY].map(R::from_f64);
    let mut memory = Packed::default();
    for [m, k, n] in [[9, 5, 53], [1, 19, 53], [3, 18, 11]] {
        let plain = Problem::new([m, k, n]);
        let operands = plain.operands::<R>(Numbers::Whole, 1);
        let rows_and_cols = [[m, k], [k, n], [m, n]];
        for (which, [rows, cols]) in rows_and_cols.into_iter().enumerate() {
            for i in [0, rows / 2, rows - 1] {
                for j in [0, 7, 8, 15, 16, 47, 48, cols - 1].into_iter().filter(|j| *j < cols) {
                    for (number, special) in specials.into_iter().enumerate() {
                        let mut operands = operands.clone();
                        operands[which][i * cols + j] = special;
                        // Every form has its turn with every number, at one place or another.
                        let problem = plain.forms().nth((i + j + number) % 8).unwrap();
                        problem.check(&plain.truth(&operands), &mut memory);
                    }
                }
            }
        }
    }
}
for_both_types!(
    special_numbers_go_where_they_belong,
    special_numbers_go_where_they_belong_f32,
    special_numbers_go_where_they_belong_f64
);

/// A number of one's own, of any size, is multiplied one by one, in the order of the definition.
fn numbers_of_ones_own<const N: usize>() {
    let mut memory = Packed::default();
    let draw = |len, seed: u64| {
        let parts: Vec<Vec<f64>> = (0..=N as u64).map(|part| whole(len, 10 * seed + part)).collect();
        let number = |i| Dual::<N> { x: parts[0][i], dx: std::array::from_fn(|d| parts[d + 1][i]) };
        (0..len).map(number).collect::<Vec<_>>()
    };
    // The last: a transposed `A` is copied, and, of the largest numbers, a transposed `B` block by block.
    for [m, k, n] in [[0, 2, 3], [1, 0, 1], [1, 7, 12], [3, 17, 5], [10, 20, 29], [41, 19, 8], [5, 400, 4]] {
        let operands = [draw(m * k, 1), draw(k * n, 2), draw(m * n, 3)];
        for problem in Problem::new([m, k, n]).forms() {
            for add in [false, true] {
                let problem = Problem { add, ..problem };
                let results = [problem.run(&operands, &mut memory), problem.reference(&operands)];
                let [ours, expected] =
                    results.map(|c| c.into_iter().map(|c| (c.x, c.dx)).collect::<Vec<_>>());
                assert_eq!(ours, expected, "{problem:?}");
            }
        }
    }
}

#[test]
fn numbers_of_ones_own_of_16_to_1032_bytes() {
    numbers_of_ones_own::<1>();
    numbers_of_ones_own::<2>();
    numbers_of_ones_own::<8>();
    numbers_of_ones_own::<64>();
    numbers_of_ones_own::<128>();
}

/// The derivative of a product is `dA·B + A·dB`.
#[test]
fn a_product_of_dual_numbers_is_differentiated() {
    let [x, y] = [[1.0, 0.0], [0.0, 1.0]].map(|dx| Dual::<2> { x: 3.0, dx });
    let mut c = [Dual::ZERO];
    product(Mat::new(&[x, y], 1, 2), Mat::new(&[y, y], 2, 1), MatMut::new(&mut c, 1, 1));
    assert_eq!((c[0].x, c[0].dx), (18.0, [3.0, 9.0])); // xy + y²
}
