//! Matrix products of nothing, and mistakes in their sizes.

use crate::common::numbers::{all_same, whole};
use crate::common::operands::Numbers;
use crate::common::panics::panics;
use crate::common::products::Problem;
use tapeloop::kernels::gemm::{Packed, add_product, product};
use tapeloop::kernels::{Mat, MatMut};

/// Products into a `C` that is empty, or of sums that are.
#[test]
fn nothing_times_nothing() {
    let mut memory = Packed::default();
    for [m, k, n] in [[0, 0, 0], [0, 3, 2], [2, 3, 0], [2, 0, 3], [70, 0, 0], [0, 70, 70], [5, 0, 17]] {
        for problem in Problem::new([m, k, n]).forms() {
            let operands = problem.operands::<f32>(Numbers::Whole, 1);
            all_same(&problem.run(&operands, &mut memory), &operands[2], &format!("{problem:?}"));
            let problem = Problem { add: false, ..problem };
            all_same(&problem.run(&operands, &mut memory), &vec![0.0; m * n], &format!("{problem:?}"));
        }
    }
    let many = Mat::<f32>::new(&[], usize::MAX, 0);
    product(many.t(), many, MatMut::new(&mut [], 0, 0));
    product(many.t(), &Packed::new(many), MatMut::new(&mut [], 0, 0));
    product(Mat::new(&[], 0, 0), &Packed::new(many.t()), MatMut::new(&mut [], 0, usize::MAX));
    let (mut c, far) = ([1.0; 3], []);
    product(Mat::strided(&far, 3, 0, usize::MAX), Mat::new(&far, 0, 1), MatMut::new(&mut c, 3, 1));
    assert_eq!(c, [0.0; 3]);
}

/// One row overlaps with no other, whatever its stride.
#[test]
fn one_row_may_have_any_stride() {
    for n in [5, 16] {
        let (row, column) = (whole::<f32>(n, 1), [3.0]);
        let expected: Vec<f32> = row.iter().map(|x| 3.0 * x).collect();
        let dot: f32 = row.iter().map(|x| x * x).sum();
        for stride in [0, 1, 3, n, n + 1, usize::MAX] {
            let (b, mut c) = (Mat::strided(&row, 1, n, stride), vec![f32::NAN; n]);
            product(Mat::new(&column, 1, 1), b, MatMut::strided(&mut c, 1, n, stride));
            assert_eq!(c, expected, "stride {stride}");
            product(Mat::new(&column, 1, 1), &Packed::new(b), MatMut::strided(&mut c, 1, n, stride));
            assert_eq!(c, expected, "stride {stride}, packed");
            let column = Mat::new(&column, 1, 1);
            product(column, Mat::new(&row, n, 1).t(), MatMut::strided(&mut c, 1, n, stride));
            assert_eq!(c, expected, "stride {stride}, transposed");
            let empty = [(); 2].map(|()| Mat::new(&[], n, 0));
            product(Mat::new(&[], 1, 0), empty[0].t(), MatMut::strided(&mut c, 1, n, stride));
            assert_eq!(c, vec![0.0; n], "stride {stride}, empty sums");
            product(b, b.t(), MatMut::new(&mut c, 1, 1));
            assert_eq!(c[0], dot, "stride {stride}, row times column");
        }
    }
}

#[test]
fn sizes_that_do_not_fit_together() {
    let x = [0.0_f32; 64];
    let mat = |rows, cols| Mat::new(&x, rows, cols);
    let into = |rows: usize, cols| MatMut::new(vec![0.0; rows * cols].leak(), rows, cols);
    let packed = Packed::new(mat(4, 5));
    let start = "matrix product of ";
    let inner = &["[2, 3] and [4, 5] into [2, 5]"];
    panics(start, inner, || product(mat(2, 3), mat(4, 5), into(2, 5)));
    panics(start, inner, || product(mat(3, 2).t(), mat(5, 4).t(), into(2, 5)));
    panics(start, inner, || product(mat(2, 3), &packed, into(2, 5)));
    panics(start, inner, || add_product(mat(2, 3), mat(4, 5), into(2, 5)));
    panics(start, inner, || add_product(mat(2, 3), &packed, into(2, 5)));
    panics(start, &["[2, 4] and [4, 5] into [3, 5]"], || product(mat(2, 4), mat(4, 5), into(3, 5)));
    panics(start, &["[2, 4] and [4, 5] into [2, 6]"], || product(mat(2, 4), mat(4, 5), into(2, 6)));
    panics(start, &["[2, 4] and [4, 5] into [5, 2]"], || add_product(mat(2, 4), &packed, into(5, 2)));
    // Nothing to do, but not right either.
    panics(start, &["[0, 3] and [4, 5] into [0, 5]"], || product(mat(0, 3), mat(4, 5), into(0, 5)));
    panics(start, &["[2, 0] and [1, 5] into [2, 5]"], || product(mat(2, 0), mat(1, 5), into(2, 5)));
}

#[test]
fn matrices_that_are_not_there() {
    const MAX: usize = usize::MAX;
    const HALF: usize = MAX / 2 + 1;
    let x = [0.0_f64; 12];
    let y = &mut x.clone();
    panics("12 numbers for a [5, 3] matrix", &["3 apart"], || Mat::new(&x, 5, 3));
    panics("12 numbers for a [5, 3] matrix", &["3 apart"], || MatMut::new(y, 5, 3));
    panics("12 numbers for a [3, 3] matrix", &["5 apart"], || Mat::strided(&x, 3, 3, 5));
    panics("12 numbers for a [3, 3] matrix", &["5 apart"], || MatMut::strided(y, 3, 3, 5));
    panics("12 numbers for a [1, 13] matrix", &[], || Mat::strided(&x, 1, 13, 0));
    panics("rows of 3 columns overlap", &["stride of 2"], || Mat::strided(&x, 2, 3, 2));
    panics("rows of 3 columns overlap", &["stride of 2"], || MatMut::strided(y, 2, 3, 2));
    // The last row needs nothing behind it.
    assert_eq!(Mat::strided(&x, 3, 2, 5).at(2, 1), 0.0);

    // These sizes wrap around, some to 0.
    let max = &[&*format!("{MAX}")];
    let half = &[&*format!("{HALF}")];
    panics("12 numbers for a [", max, || Mat::new(&x, MAX, 2));
    panics("12 numbers for a [", max, || Mat::new(&x, 2, MAX));
    panics("12 numbers for a [", max, || Mat::new(&x, MAX, MAX));
    panics("12 numbers for a [", half, || Mat::new(&x, HALF, 2));
    panics("12 numbers for a [", half, || Mat::new(&x, 2, HALF));
    panics("12 numbers for a [3, 1] matrix", max, || Mat::strided(&x, 3, 1, MAX));
    panics("12 numbers for a [2, 2] matrix", max, || MatMut::strided(y, 2, 2, MAX));
    panics("12 numbers for a [", max, || MatMut::new(y, MAX, 2));
    panics("12 numbers for a [", half, || MatMut::new(y, HALF, 2));
}
