//! tapeloop: `ours THREADS`.

#[path = "../../../../common/cells.rs"]
#[allow(dead_code, reason = "other programs use more of it")]
mod cells;
#[path = "../../../../common/nets.rs"]
#[allow(dead_code, reason = "other programs use more of it")]
mod nets;

use std::hint::black_box;

use cells::{CELLS, Size};
use peers::{Case, Weights, Work, first_losses, gates, serve, size, threads};
use tapeloop::Params;

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads()).build().expect("threads");
    let manifest = include_str!("../../../../../Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = ")).expect("a version");
    pool.install(|| serve("tapeloop", version.trim_matches('"'), prepare));
}

fn prepare(case: Case<'_>) -> Result<Work, String> {
    Ok(match case {
        Case::Cell { kind, backward, size: sizes } => {
            let cell = CELLS.iter().find(|(name, _)| *name == kind).ok_or(format!("no cell {kind}"))?.1;
            let mut call =
                cells::Case { cell, size: Size(sizes), forward: !backward, unrolled: false }.build::<f32>();
            set(&mut call.params, sizes[3]);
            let results = call.results().map(|numbers| size(numbers.iter().map(|&x| x as f32)));
            let checks = if backward { results[1..].into() } else { results[..1].into() };
            Work { call: Box::new(move || _ = black_box(call.run())), checks }
        }
        Case::Step(name) => {
            let mut net = nets::Net::new(name);
            let units = match name {
                "sine" => 20,
                "signal" => 100,
                "series" => 10,
                "mnist" => 128,
                "imdb" => 32,
                _ => return Err(format!("no net {name}")),
            };
            set(&mut net.params, units);
            let checks = first_losses(|| net.step());
            Work { call: Box::new(move || _ = black_box(net.step())), checks }
        }
    })
}

/// Sets all weights of a model with `units` in every layer as `Weights` says. Our GRU has its gates in the order `z, r, n`, the
/// BasicLSTM `i, g, f, o`, its two kernels in one array, and its forget bias is no weight.
fn set(params: &mut Params, units: usize) {
    let entries: Vec<_> =
        params.iter().map(|entry| (entry.name.to_string(), entry.param, entry.values.len())).collect();
    let (mut weights, bound) = (Weights::default(), (units as f32).powf(-0.5));
    for (name, param, count) in &entries {
        let (_, kind) = name.rsplit_once('.').expect("a layer's name");
        let of_gru = params.find("layer.b_ih").is_some();
        let values = match kind {
            "kernel" => {
                let recurrent = 4 * units * units;
                let both = [weights.next(count - recurrent, bound), weights.next(recurrent, bound)].concat();
                gates(&both, 4, &[0, 2, 1, 3], units)
            }
            "bias" => gates(&weights.next(*count, bound), 4, &[0, 2, 1, 3], units),
            "w_ih" | "w_hh" | "b_ih" | "b_hh" if of_gru => {
                gates(&weights.next(*count, bound), 3, &[1, 0, 2], units)
            }
            "table" => weights.next(*count, 1.0),
            _ => weights.next(*count, bound),
        };
        params[*param].copy_from_slice(&values);
    }
}
