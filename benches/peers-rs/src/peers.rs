//! The other libraries as entrants, each by its ordinary call.

use tapeloop::Real;

use crate::measure::{Call, Entrant, Problem};
use crate::number::Number;
use crate::openblas::OpenBlas;
use crate::product::Form;

pub fn entrants<'a, R: Number>(
    problem: &'a Problem<R>,
    threads: usize,
    openblas: Option<&'a OpenBlas>,
) -> Vec<Entrant<'a, R>> {
    let entrant = |name: &str, call| Entrant { name: name.into(), flop: problem.product.flop(), call };
    let mut entrants = vec![
        entrant("faer", faer(problem, threads)),
        entrant("gemm", gemm(problem, threads)),
        entrant("gemmkit", gemmkit(problem, threads)),
        entrant("matrixmultiply", matrixmultiply(problem)),
    ];
    if let Some(openblas) = openblas {
        entrants.push(entrant(&format!("OpenBLAS {}", openblas.core), openblas.call(problem)));
    }
    entrants
}

fn faer<R: Number>(problem: &Problem<R>, threads: usize) -> Call<'_, R> {
    use faer::{Accum, MatMut, MatRef, Par};
    let p = problem.product;
    let a = match p.form {
        Form::Tn => MatRef::from_row_major_slice(&problem.a, p.k, p.m).transpose(),
        _ => MatRef::from_row_major_slice(&problem.a, p.m, p.k),
    };
    let b = match p.form {
        Form::Nt => MatRef::from_row_major_slice(&problem.b, p.n, p.k).transpose(),
        _ => MatRef::from_row_major_slice(&problem.b, p.k, p.n),
    };
    let to = if p.accumulates() { Accum::Add } else { Accum::Replace };
    let par = if threads == 1 { Par::Seq } else { Par::rayon(threads) };
    Box::new(move |c| {
        let c = MatMut::from_row_major_slice_mut(c, p.m, p.n);
        faer::linalg::matmul::matmul(c, to, a, b, <R as Real>::ONE, par);
    })
}

fn gemmkit<R: Number>(problem: &Problem<R>, threads: usize) -> Call<'_, R> {
    use gemmkit::{MatMut, MatRef, Parallelism};
    let p = problem.product;
    let ((a_row, a_col), (b_row, b_col)) = (p.a_strides(), p.b_strides());
    let (alpha, beta) = (<R as Real>::ONE, problem.beta());
    let par = if threads == 1 { Parallelism::Serial } else { Parallelism::Rayon(threads) };
    Box::new(move |c| {
        let a = MatRef::new(&problem.a, p.m, p.k, a_row, a_col);
        let b = MatRef::new(&problem.b, p.k, p.n, b_row, b_col);
        gemmkit::gemm(alpha, a, b, beta, MatMut::from_row_major(c, p.m, p.n), par);
    })
}

#[rustfmt::skip]
fn gemm<R: Number>(problem: &Problem<R>, threads: usize) -> Call<'_, R> {
    use gemm::Parallelism;
    let p = problem.product;
    let ((a_row, a_col), (b_row, b_col)) = (p.a_strides(), p.b_strides());
    let one = <R as Real>::ONE;
    let par = if threads == 1 { Parallelism::None } else { Parallelism::Rayon(threads) };
    Box::new(move |c| {
        assert_eq!(c.len(), p.m * p.n);
        let (a, b, c) = (problem.a.as_ptr(), problem.b.as_ptr(), c.as_mut_ptr());
        // SAFETY: there are M·K, K·N and M·N numbers, which the strides address one to one; `c` was borrowed
        // mutably, so it overlaps neither of the others.
        unsafe {
            gemm::gemm(
                p.m, p.n, p.k,
                c, 1, p.n as isize, p.accumulates(),
                a, a_col, a_row,
                b, b_col, b_row,
                one, one, false, false, false, par,
            );
        }
    })
}

fn matrixmultiply<R: Number>(problem: &Problem<R>) -> Call<'_, R> {
    let p = problem.product;
    let ((a_row, a_col), (b_row, b_col)) = (p.a_strides(), p.b_strides());
    let (alpha, beta, width) = (<R as Real>::ONE, problem.beta(), p.n as isize);
    let multiply = R::MATRIXMULTIPLY;
    Box::new(move |c| {
        assert_eq!(c.len(), p.m * p.n);
        let (a, b, c) = (problem.a.as_ptr(), problem.b.as_ptr(), c.as_mut_ptr());
        // SAFETY: as for `gemm`.
        unsafe {
            multiply(p.m, p.k, p.n, alpha, a, a_row, a_col, b, b_row, b_col, beta, c, width, 1);
        }
    })
}
