//! The tuned matrix product against its definition.

mod common;

use common::numbers::{real, whole};
use rayon::ThreadPoolBuilder;
use tapeloop::Real;
use tapeloop::kernels::gemm::add_product;
use tapeloop::kernels::{Mat, MatMut, reference};

/// Around every size of a tile or block, and one beyond all of them.
const SIZES: [usize; 16] = [0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130];

/// The `[rows, cols]` matrix with these elements, laid out as it is or transposed.
fn laid_out<R: Real>(data: &[R], rows: usize, cols: usize, transposed: bool) -> Vec<R> {
    let at = |i: usize| if transposed { data[i % rows * cols + i / rows] } else { data[i] };
    (0..data.len()).map(at).collect()
}

/// Every way in which the two operands may lie in memory, with the product as `gemm` computes it on top
/// of `c`.
fn products<R: Real>(
    [m, k, n]: [usize; 3],
    [a, b, c]: [&[R]; 3],
) -> impl Iterator<Item = ([bool; 2], Vec<R>)> {
    [[false, false], [true, false], [false, true], [true, true]].into_iter().map(move |[a_t, b_t]| {
        let (a, b) = (laid_out(a, m, k, a_t), laid_out(b, k, n, b_t));
        let a = if a_t { Mat::new(&a, k, m).t() } else { Mat::new(&a, m, k) };
        let b = if b_t { Mat::new(&b, n, k).t() } else { Mat::new(&b, k, n) };
        let mut product = c.to_vec();
        add_product(a, b, MatMut::new(&mut product, m, n));
        ([a_t, b_t], product)
    })
}

fn gemm_is_exact_on_whole_numbers<R: Real>() {
    // All of the product in release mode; unoptimised, no two large sizes at a time.
    let large = |size: &&usize| cfg!(debug_assertions) && **size > 17;
    for m in SIZES {
        for k in SIZES {
            for n in SIZES {
                if [m, k, n].iter().filter(large).count() > 1 {
                    continue;
                }
                let (a, b, c) = (whole::<R>(m * k, 1), whole::<R>(k * n, 2), whole::<R>(m * n, 3));
                let mut expected = c.clone();
                reference::gemm(Mat::new(&a, m, k), Mat::new(&b, k, n), &mut expected);
                for (transposed, product) in products([m, k, n], [&a, &b, &c]) {
                    assert_eq!(product, expected, "[{m}, {k}]·[{k}, {n}], transposed: {transposed:?}");
                }
            }
        }
    }
}

#[test]
fn gemm_is_exact_on_whole_numbers_f32() {
    gemm_is_exact_on_whole_numbers::<f32>();
}

#[test]
fn gemm_is_exact_on_whole_numbers_f64() {
    gemm_is_exact_on_whole_numbers::<f64>();
}

/// Each of the `k` additions rounds by at most half an ulp of a sum no larger than `|c| + Σ |a|·|b|`.
fn gemm_rounds_no_more_than_it_must<R: Real>(epsilon: f64) {
    for [m, k, n] in [[7, 1000, 9], [130, 130, 130], [33, 257, 65]] {
        let (a, b, c) = (real::<R>(m * k, 1), real::<R>(k * n, 2), real::<R>(m * n, 3));
        let wide = |x: &[R]| x.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
        let positive = |x: &[R]| x.iter().map(|x| x.to_f64().abs()).collect::<Vec<f64>>();
        let (mut exact, mut sizes) = (wide(&c), positive(&c));
        reference::gemm(Mat::new(&wide(&a), m, k), Mat::new(&wide(&b), k, n), &mut exact);
        reference::gemm(Mat::new(&positive(&a), m, k), Mat::new(&positive(&b), k, n), &mut sizes);
        for (transposed, product) in products([m, k, n], [&a, &b, &c]) {
            for ((product, exact), size) in product.iter().zip(&exact).zip(&sizes) {
                let error = (product.to_f64() - exact).abs();
                assert!(
                    error <= k as f64 * epsilon * size,
                    "[{m}, {k}]·[{k}, {n}] {transposed:?}: {error:e}"
                );
            }
        }
    }
}

#[test]
fn gemm_rounds_no_more_than_it_must_f32() {
    gemm_rounds_no_more_than_it_must::<f32>(f64::from(f32::EPSILON));
}

#[test]
fn gemm_rounds_no_more_than_it_must_f64() {
    gemm_rounds_no_more_than_it_must::<f64>(f64::EPSILON);
}

/// 139·131·127 multiplications are above the threshold from which threads share a product.
fn gemm_is_the_same_for_any_number_of_threads<R: Real>() {
    let [m, k, n] = [139, 131, 127];
    let (a, b, c) = (real::<R>(m * k, 1), real::<R>(k * n, 2), real::<R>(m * n, 3));
    let with_threads = |count| {
        let pool = ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| products([m, k, n], [&a, &b, &c]).collect::<Vec<_>>())
    };
    let one = with_threads(1);
    assert!(one.windows(2).all(|pair| pair[0].1 == pair[1].1), "the layout changes the result");
    for count in [2, 3, 8] {
        assert!(with_threads(count) == one, "{count} threads change the result");
    }
}

#[test]
fn gemm_is_the_same_for_any_number_of_threads_f32() {
    gemm_is_the_same_for_any_number_of_threads::<f32>();
}

#[test]
fn gemm_is_the_same_for_any_number_of_threads_f64() {
    gemm_is_the_same_for_any_number_of_threads::<f64>();
}
