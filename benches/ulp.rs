#[path = "../tests/common/truth.rs"]
#[allow(dead_code, unreachable_pub)]
mod truth;
use std::time::Instant;
use tapeloop::Real;
use tapeloop::kernels::elementwise::map;
struct F {
    name: &'static str,
    f32: fn(&[f32], &mut [f32]),
    f64: fn(&[f64], &mut [f64]),
    std: fn(f64) -> f64,
    truth: fn(f64) -> truth::Scaled,
}
macro_rules! f {
    ($n:ident, $std:expr) => {
        F {
            name: stringify!($n),
            f32: |x, y| map(x, y, <f32 as Real>::$n),
            f64: |x, y| map(x, y, <f64 as Real>::$n),
            std: $std,
            truth: truth::$n,
        }
    };
}
fn main() {
    if std::env::var("DBG").is_ok() {
        return debug();
    }
    let fs = [
        f!(exp, f64::exp),
        f!(tanh, f64::tanh),
        f!(sigmoid, |x| 1.0 / (1.0 + (-x).exp())),
        f!(softplus, |x| x.max(0.0) + (-x.abs()).exp().ln_1p()),
        f!(ln, f64::ln),
        f!(exp_m1, f64::exp_m1),
    ];
    let stride: u64 =
        std::env::args().nth(1).filter(|a| a != "--bench").and_then(|s| s.parse().ok()).unwrap_or(997);
    let only = std::env::args().nth(2).filter(|a| a != "--bench").unwrap_or_default();
    for f in &fs {
        if !f.name.contains(&only) {
            continue;
        }
        let (mut worst, mut at, mut sum, mut n) = (0.0, 0f32, 0.0, 0.0);
        let mut b = 0u64;
        let mut x = vec![0f32; 4096];
        let mut y = x.clone();
        while b < 1 << 32 {
            for x in &mut x {
                *x = f32::from_bits(b as u32);
                b += stride;
            }
            (f.f32)(&x, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let u = truth::ulp_f32(y, (f.std)(f64::from(x)));
                if !(u <= worst) {
                    worst = u;
                    at = x;
                }
                sum += u;
                n += 1.0;
            }
        }
        println!("f32 {:10} max {worst:.3} at {at:e}, mean {:.3}", f.name, sum / n);
        let (mut worst, mut at, mut sum, mut n) = (0.0, 0f64, 0.0, 0.0);
        let mut x = vec![0f64; 4096];
        let mut y = x.clone();
        let mut state = 1u64;
        for i in 0..100 {
            for x in &mut x {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let r = (state >> 11) as f64 / (1u64 << 53) as f64;
                *x = match i % 5 {
                    0 => f64::from_bits(state),
                    1 => 40.0 * r - 20.0,
                    2 => 2.0 * r - 1.0,
                    3 => 1460.0 * r - 750.0,
                    _ => (40.0 * r - 20.0).exp(),
                };
            }
            (f.f64)(&x, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let t = if x.is_nan()
                    || x.is_infinite()
                    || x == 0.0
                    || (f.name == "ln" && x < 0.0 || f.name == "ln_1p" && x <= -1.0)
                {
                    (truth::Double((f.std)(x), 0.0), 0)
                } else {
                    (f.truth)(x)
                };
                let u = truth::ulp_f64(y, t);
                if !(u <= worst) {
                    worst = u;
                    at = x;
                }
                sum += u;
                n += 1.0;
            }
        }
        println!("f64 {:10} max {worst:.3} at {at:e}, mean {:.3}", f.name, sum / n);
    }
    const N: usize = 16384;
    let x: Vec<f32> = (0..N).map(|i| ((i * 7919) % N) as f32 / N as f32 * 10.0 - 5.0).collect();
    let xd: Vec<f64> = x.iter().map(|&x| x.into()).collect();
    let mut y = vec![0f32; N];
    let mut yd = vec![0f64; N];
    for isa in tapeloop::simd::Isa::available() {
        tapeloop::simd::limit(isa);
        let mut times = vec![vec![]; 2 + 2 * fs.len()];
        let time = |f: &mut dyn FnMut()| {
            let t = Instant::now();
            for _ in 0..50 {
                f();
            }
            t.elapsed().as_secs_f64() / 50.0 / N as f64
        };
        for _ in 0..if isa == tapeloop::simd::Isa::Scalar { 3 } else { 60 } {
            times[0]
                .push(time(&mut || std::hint::black_box(&mut y).copy_from_slice(std::hint::black_box(&x))));
            times[1]
                .push(time(&mut || std::hint::black_box(&mut yd).copy_from_slice(std::hint::black_box(&xd))));
            for (i, f) in fs.iter().enumerate() {
                times[2 + 2 * i]
                    .push(time(&mut || (f.f32)(std::hint::black_box(&x), std::hint::black_box(&mut y))));
                times[3 + 2 * i]
                    .push(time(&mut || (f.f64)(std::hint::black_box(&xd), std::hint::black_box(&mut yd))));
            }
        }
        for t in &mut times {
            t.sort_by(f64::total_cmp);
        }
        let m = |i: usize| times[i][times[i].len() / 2];
        println!("{isa:?} copy {:.2} {:.2}", 1e-9 / m(0), 1e-9 / m(1));
        for (i, f) in fs.iter().enumerate() {
            println!(
                "  {:10} f32 {:.2} G = {:.2} copies   f64 {:.2} G = {:.2} copies",
                f.name,
                1e-9 / m(2 + 2 * i),
                m(2 + 2 * i) / m(0),
                1e-9 / m(3 + 2 * i),
                m(3 + 2 * i) / m(1)
            );
        }
    }
}
#[allow(dead_code)]
pub fn debug() {
    for x in [-4.193469168699221e1_f64, 1.5, 0.3] {
        println!(
            "sigmoid {x:e} {:?} got {:e}; tanh {:?} got {:e}",
            truth::sigmoid(x),
            Real::sigmoid(x),
            truth::tanh(x),
            Real::tanh(x)
        );
    }
    for x in [7.060784680089796e-1_f64] {
        println!("ln {x:e} {:?} got {:e}", truth::ln(x), Real::ln(x));
    }
}
