//! Tapeloop as an entrant: all that this program knows of its products.

use tapeloop::Real;
use tapeloop::kernels::{Mat, gemm::gemm};

use crate::measure::{Entrant, Problem};
use crate::number::Number;
use crate::product::Form;

pub fn entrant<R: Number>(problem: &Problem<R>) -> Entrant<'_, R> {
    let p = problem.product;
    let a = match p.form {
        Form::Tn => Mat::new(&problem.a, p.k, p.m).t(),
        _ => Mat::new(&problem.a, p.m, p.k),
    };
    let b = match p.form {
        Form::Nt => Mat::new(&problem.b, p.n, p.k).t(),
        _ => Mat::new(&problem.b, p.k, p.n),
    };
    let accumulate = p.accumulates();
    let call = Box::new(move |c: &mut [R]| {
        if !accumulate {
            c.fill(<R as Real>::ZERO);
        }
        gemm(a, b, c);
    });
    Entrant { name: "tapeloop".into(), flop: p.flop(), call }
}
