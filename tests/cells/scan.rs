//! The scan: blocks of time against the plain loop, threads, and what doesn't fit.

use crate::common::numbers::{all_same, real};
use tapeloop::kernels::scan::{Scan, Sizes, add_to_a, add_to_h_0, scan};
use tapeloop::nn::zoo::{Lru, Mamba, MinGru, MinLstm, Qrnn, S4d, S5, Sru};
use tapeloop::nn::{Recurrent, Spec};
use tapeloop::{Array, Memory, Params, Tape, Var};

/// Factors below 1, complex ones too: states don't grow, nor do rounding errors.
fn small(a: Vec<f64>) -> Vec<f64> {
    a.into_iter().map(|a| 0.7 * a).collect()
}

/// All that the kernels compute with blocks of so many steps: states, and what `a` and `h_0` get if those are also `∂L/∂h`.
fn results<const P: usize>(
    [batch, steps, width]: [usize; 3],
    block: usize,
    [reverse, adjoint, constant]: [bool; 3],
) -> [Vec<f64>; 3] {
    let sizes = Sizes { batch, steps, width, block };
    let arrays =
        |len: usize, seed: u64| -> [Vec<f64>; P] { std::array::from_fn(|p| real(len, 10 * seed + p as u64)) };
    let a = arrays(if constant { width } else { sizes.len() }, 1).map(small);
    let (b, h_0) = (arrays(sizes.len(), 2), arrays(batch * width, 3));
    let of = |x: &'static [Vec<f64>; P]| x.each_ref().map(|x| &x[..]);
    let [a, b, h_0] = [a, b, h_0].map(|x| of(Box::leak(Box::new(x))));
    let given = Scan { sizes, reverse, adjoint, a, b, h_0 };
    let mut ends = vec![f64::NAN; 2 * P * width * sizes.pieces()];
    let mut h = arrays(sizes.len(), 4);
    scan(&given, h.each_mut().map(|h| &mut h[..]), &mut ends);
    let h = of(Box::leak(Box::new(h)));
    let (mut da, mut dh_0) = (arrays(a[0].len(), 5), arrays(batch * width, 6));
    if !adjoint {
        for p in 0..P {
            add_to_a(&given, p, h, h, &mut da[p], &mut ends);
            add_to_h_0(&given, p, h, &mut dh_0[p]);
        }
    }
    [h.concat(), da.concat(), dh_0.concat()]
}

/// The definition.
fn plain<const P: usize>(sizes: [usize; 3], [reverse, adjoint, constant]: [bool; 3]) -> Vec<f64> {
    let [batch, steps, width] = sizes;
    let len = batch * steps * width;
    let array = |len: usize, seed: u64, p: usize| -> Vec<f64> { real(len, 10 * seed + p as u64) };
    let part = |len, seed| [array(len, seed, 0), if P == 2 { array(len, seed, 1) } else { vec![0.0; len] }];
    let a = part(if constant { width } else { len }, 1).map(small);
    let (b, h_0) = (part(len, 2), part(batch * width, 3));
    let mut h = [vec![0.0; len], vec![0.0; len]];
    for row in 0..batch {
        for i in 0..width {
            let mut now = [0, 1].map(|p| h_0[p][row * width + i]);
            let mut factor = [0.0; 2];
            for n in 0..steps {
                let at = (row * steps + if reverse { steps - 1 - n } else { n }) * width + i;
                let own = [0, 1].map(|p: usize| a[p][if constant { i } else { at }]);
                let [x, y] = if !adjoint {
                    own
                } else if n == 0 {
                    [0.0; 2]
                } else {
                    [factor[0], -factor[1]]
                };
                factor = own;
                now = [b[0][at] + x * now[0] - y * now[1], b[1][at] + x * now[1] + y * now[0]];
                (h[0][at], h[1][at]) = (now[0], now[1]);
            }
        }
    }
    h[..P].concat()
}

fn blocks_are_the_loop<const P: usize>() {
    let mut worst = 0.0_f64;
    for sizes in [[1, 1, 1], [2, 7, 3], [1, 64, 5], [3, 29, 1], [1, 17, 33]] {
        for flags in (0..8).map(|n| [n & 1 > 0, n & 2 > 0, n & 4 > 0]) {
            let definition = plain::<P>(sizes, flags);
            let whole = results::<P>(sizes, sizes[1], flags);
            for block in [1, 2, 3, 8, 16, sizes[1] + 5] {
                let blocked = results::<P>(sizes, block, flags);
                let [states, others] = [(&blocked[0], &definition), (&blocked[1], &whole[1])];
                for (x, y) in [states, others, (&blocked[2], &whole[2])].into_iter().flat_map(|(x, y)| {
                    assert_eq!(x.len(), y.len());
                    x.iter().zip(y)
                }) {
                    let apart = (x - y).abs() / y.abs().max(1.0);
                    assert!(apart < 1e-13, "{P} parts, {sizes:?}, block {block}, {flags:?}: {x} and {y}");
                    worst = worst.max(apart);
                }
            }
        }
    }
    println!("{P} parts: at most {worst:.1e} apart");
}

#[test]
fn blocks_of_time_are_the_loop() {
    blocks_are_the_loop::<1>();
    blocks_are_the_loop::<2>();
}

/// The bits of a scan and of its gradients.
fn bits(threads: usize, shape: [usize; 3], constant: bool) -> Vec<f32> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let (params, [batch, steps, width]) = (Params::<f32>::new(0), shape);
        let tape = Tape::new(&params, Memory::new());
        let array = |sizes: &[usize], seed| {
            let len = sizes.iter().product();
            tape.variable(&Array::new(tapeloop::Shape::new(sizes), real(len, seed)))
        };
        let a: Vec<usize> = if constant { vec![width] } else { vec![batch, steps, width] };
        let [a, a_im] = [1, 2].map(|seed| array(&a, seed) * 0.7);
        let [b, b_im] = [3, 4].map(|seed| array(&[batch, steps, width], seed));
        let [h, h_im] = [5, 6].map(|seed| array(&[batch, width], seed));
        let real = a.scan(b, h, false);
        let complex = Var::scan_complex([a, a_im], [b, b_im], [h, h_im], true);
        let loss = (real * real).sum() + (complex[0] * b + complex[1] * complex[0]).sum();
        tape.backward(loss, &mut params.zero_gradients());
        let values = [real, complex[0], complex[1]].into_iter().flat_map(Var::value);
        values.chain([a, a_im, b, b_im, h, h_im].into_iter().flat_map(Var::grad)).collect()
    })
}

#[test]
fn the_bits_are_those_of_any_number_of_threads() {
    for shape in [[1, 9000, 33], [3, 1501, 64], [20, 300, 47]] {
        for constant in [false, true] {
            let one = bits(1, shape, constant);
            assert!(one.iter().all(|x| x.is_finite()));
            for threads in [2, 3, 5] {
                all_same(&one, &bits(threads, shape, constant), &format!("{shape:?}, {threads} threads"));
            }
        }
    }
}

/// Blocks depend on the shape: few rows that are long have some.
#[test]
fn few_long_rows_are_cut() {
    assert_eq!(Sizes::new([16, 100_000, 64]).blocks(), 1);
    assert_eq!(Sizes::new([1, 1000, 64]).blocks(), 1);
    assert_eq!(Sizes::new([1, 16384, 64]).blocks(), 32);
    assert_eq!(Sizes::new([3, 16384, 64]).pieces(), 33);
    assert_eq!(Sizes::new([1, 1024, 4096]).block, 64);
}

/// Sequences so long that they are taken in blocks, through each layer that has a scan: the loop and the scan.
#[test]
fn long_layers_are_their_loops() {
    fn compare<S: Spec + Copy>(spec: Recurrent<S>) {
        for reverse in [false, true] {
            let mut params = Params::<f64>::new(1);
            let spec = spec.return_sequences(true).go_backwards(reverse);
            let mut layer = spec.build(&mut params, "layer", 3);
            let mut run = |unrolled: bool| {
                layer.unrolled = unrolled;
                let tape = Tape::new(&params, Memory::new());
                let x = tape.variable(&Array::new([1, 2010, 3], real(2010 * 3, 7)));
                let y = layer.forward(x);
                let mut grads = params.zero_gradients();
                tape.backward((y * y).mean(), &mut grads);
                (tape.len(), [y.value(), x.grad(), grads.flat().to_vec()].concat())
            };
            let ((lines, scan), (more, unrolled)) = (run(false), run(true));
            assert!(lines < 200 && more > 2010, "{}: {lines} lines at once, {more} unrolled", S::kind());
            let apart = scan.iter().zip(&unrolled).map(|(x, y)| (x - y).abs() / y.abs().max(1.0));
            let worst = apart.fold(0.0, f64::max);
            assert!(worst < 1e-11, "{}, reverse {reverse}: {worst:e}", S::kind());
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    pool.install(|| {
        compare(MinGru::new(131));
        compare(MinLstm::new(131));
        compare(Qrnn::new(131));
        compare(Sru::new(131).first_version(true));
        compare(Lru::new(71));
        compare(S4d::new(17));
        compare(S5::new(131));
        compare(Mamba::new(7));
    });
}

#[test]
fn no_steps_and_no_rows() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    for [batch, steps, width] in [[2, 0, 3], [0, 2, 3], [2, 3, 0]] {
        let zeros = |sizes: &[usize]| tape.variable(&Array::zeros(tapeloop::Shape::new(sizes)));
        let (a, h) = (zeros(&[batch, steps, width]), zeros(&[batch, width]));
        assert!(a.scan(a, h, true).value().is_empty());
        let [re, im] = Var::scan_complex([a, a], [a, a], [h, h], false);
        tape.backward((re * im).sum() + a.scan(a, h, false).sum(), &mut params.zero_gradients());
        assert!(h.grad().iter().all(|&g| g == 0.0));
    }
}

#[test]
#[should_panic = "scan: a has shape [2, 3], which doesn't fit b of shape [1, 2, 3]"]
fn factors_of_another_shape() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let _ = tape.zeros([2, 3]).scan(tape.zeros([1, 2, 3]), tape.zeros([1, 3]), false);
}

#[test]
#[should_panic = "scan: h_0 has shape [2, 3], not [1, 3], for b of shape [1, 2, 3]"]
fn a_state_of_another_batch() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let _ = tape.zeros([3]).scan(tape.zeros([1, 2, 3]), tape.zeros([2, 3]), false);
}

#[test]
#[should_panic = "s4d: x_t has shape [2, 4], not [B, 3]"]
fn a_cell_says_who_it_is() {
    let mut params = Params::<f64>::new(0);
    let s4d = S4d::new(2).unrolled().build(&mut params, "s4d", 3);
    let tape = Tape::new(&params, Memory::new());
    let _ = s4d.forward(tape.zeros([2, 5, 4]));
}
