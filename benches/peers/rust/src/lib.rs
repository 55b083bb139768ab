//! What the workers share: the cases, their numbers, and the loop that answers requests. `../workers/common.py` says how they talk.

#[path = "../../../common/numbers.rs"]
mod numbers;

use std::io::{self, Write};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};

use numbers::numbers_from;
pub use numbers::{ids, numbers};

/// `cell/lstm/forward/B1_T100_I128_H128` or `step/sine`.
#[derive(Clone, Copy)]
pub enum Case<'a> {
    /// A layer by itself.
    Cell { kind: &'a str, backward: bool, size: [usize; 4] },
    /// A training step of the net of this name.
    Step(&'a str),
}

impl<'a> Case<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        match name.split('/').collect::<Vec<_>>()[..] {
            ["step", net] => Some(Self::Step(net)),
            ["cell", kind, direction, size] => {
                let sizes: Vec<usize> = size.split('_').map_while(|part| part[1..].parse().ok()).collect();
                Some(Self::Cell {
                    kind,
                    backward: direction == "forward_backward",
                    size: sizes.try_into().ok()?,
                })
            }
            _ => None,
        }
    }
}

/// A prepared case: what is timed, and what is compared with others.
pub struct Work {
    pub call: Box<dyn FnMut()>,
    pub checks: Vec<f64>,
}

/// The first loss and the fifth.
pub fn first_losses(mut step: impl FnMut() -> f32) -> Vec<f64> {
    let losses: Vec<f64> = (0..5).map(|_| f64::from(step())).collect();
    vec![losses[0], losses[4]]
}

/// The input of a layer by itself.
pub fn sines(count: usize) -> Vec<f32> {
    (0..count).map(|n| (n as f64).sin() as f32).collect()
}

/// Σ |x|: what is compared of arrays.
pub fn size(numbers: impl IntoIterator<Item = f32>) -> f64 {
    numbers.into_iter().map(|x| f64::from(x.abs())).sum()
}

/// The initial weights: the n-th array, from 1, begins with the (n·2²⁰)-th number.
#[derive(Default)]
pub struct Weights {
    made: usize,
}

impl Weights {
    /// The next array, of numbers in [−bound, bound).
    pub fn next(&mut self, count: usize, bound: f32) -> Vec<f32> {
        self.made += 1;
        numbers_from(self.made << 20, count).into_iter().map(|x| x * bound).collect()
    }

    /// `w_ih` `[I, G·H]`, `w_hh` `[H, G·H]`, `b` `[G·H]` and, if asked for, `b_hh`. Gates as PyTorch has them, with this bias for
    /// the forget gate in addition.
    pub fn layer(
        &mut self,
        [inputs, units, gates]: [usize; 3],
        second: bool,
        forget_bias: f32,
    ) -> Vec<Vec<f32>> {
        let bound = (units as f32).powf(-0.5);
        let mut arrays: Vec<_> = [inputs, units, 1].map(|rows| self.next(rows * gates * units, bound)).into();
        if second {
            arrays.push(self.next(gates * units, bound));
        }
        if gates == 4 {
            arrays[2][units..2 * units].iter_mut().for_each(|b| *b += forget_bias);
        }
        arrays
    }
}

/// Of an array `[rows, all·H]`, these gates.
pub fn gates(array: &[f32], all: usize, order: &[usize], units: usize) -> Vec<f32> {
    let rows = array.chunks(all * units);
    rows.flat_map(|row| order.iter().flat_map(|gate| &row[gate * units..(gate + 1) * units]).copied())
        .collect()
}

#[derive(Deserialize)]
struct Request {
    case: String,
    seconds: f64,
}

/// Answers requests until there are no more. `prepare` gives the work of a case, or why it can't.
pub fn serve(name: &str, version: &str, prepare: impl Fn(Case<'_>) -> Result<Work, String>) {
    answer(&json!({ "versions": { name: version } }));
    let mut current = (String::new(), Err("nothing was asked for".to_string()));
    for line in io::stdin().lines() {
        let request: Request = serde_json::from_str(&line.expect("a line")).expect("a request");
        if request.case != current.0 {
            current.1 = Err("replaced".into()); // the last case's memory goes first
            let case = Case::parse(&request.case).unwrap_or_else(|| panic!("no case {:?}", request.case));
            current = (request.case.clone(), prepare(case));
            if let Ok(work) = &mut current.1 {
                measure(work, 0.3);
            }
        }
        answer(&match &mut current.1 {
            Err(reason) => json!({ "unsupported": reason }),
            Ok(work) => {
                let (seconds, calls) = measure(work, request.seconds);
                json!({ "us": seconds * 1e6, "calls": calls, "checks": work.checks })
            }
        });
    }
}

fn answer(content: &Value) {
    println!("{content}");
    io::stdout().flush().expect("an open pipe");
}

/// The median of samples of a tenth of `seconds` (or of single calls), and how many calls that were.
fn measure(work: &mut Work, seconds: f64) -> (f64, usize) {
    let mut once = |count: usize| {
        let start = Instant::now();
        (0..count).for_each(|_| (work.call)());
        start.elapsed().as_secs_f64() / count as f64
    };
    let count = ((seconds / 10.0 / once(1)) as usize).max(1);
    let (start, mut samples) = (Instant::now(), Vec::new());
    while samples.is_empty() || start.elapsed().as_secs_f64() < seconds {
        samples.push(once(count));
    }
    samples.sort_by(f64::total_cmp);
    let middle = samples.len() / 2;
    let median =
        if samples.len() % 2 == 1 { samples[middle] } else { (samples[middle - 1] + samples[middle]) / 2.0 };
    (median, count * samples.len())
}

/// How many threads may be used: the first argument.
pub fn threads() -> usize {
    std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .expect("the number of threads as first argument")
}
