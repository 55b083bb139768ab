//! Tapeloop as an entrant: all that this program knows of its products.

use tapeloop::kernels::gemm::{self, Packed};
use tapeloop::kernels::{Mat, MatMut};

use crate::measure::{Call, Entrant, Problem};
use crate::number::Number;
use crate::product::{Form, Set};

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
    let call: Call<'_, R> = if p.accumulates() {
        Box::new(move |c: &mut [R]| gemm::add_product(a, b, MatMut::new(c, p.m, p.n)))
    } else if p.set == Set::Recurrent {
        let b = Packed::new(b); // once per sequence, so not timed
        Box::new(move |c: &mut [R]| gemm::product(a, &b, MatMut::new(c, p.m, p.n)))
    } else {
        Box::new(move |c: &mut [R]| gemm::product(a, b, MatMut::new(c, p.m, p.n)))
    };
    Entrant { name: "tapeloop".into(), flop: p.flop(), call }
}
