//! The program `bptt_explorer`: the page that it writes, and whether the numbers in it are right.

use std::fs;
use std::path::Path;

use crate::common::program::{failure, files, nowhere, result, success};
use serde_json::Value;
use tapeloop::data::Adding;
use tapeloop::nn::{Cell, Dense, DenseLayer, Gru, Lstm, Recurrent, SimpleRnn, Spec};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Init, Memory, Params, Tape, Var};

const LENGTH: usize = 6;
const UNITS: usize = 4;
const STEPS: usize = 30;
const BATCH: usize = 8;
const SEED: u64 = 3;

fn write(name: &str) -> String {
    let out = nowhere(name);
    let options = ["--lengths", "6,2,6", "--units", "4", "--steps", "30", "--batch", "8", "--seed", "3"];
    let [stdout, _] = success("bptt_explorer", &options, &out);
    let page = fs::read_to_string(out.join("bptt_explorer.html")).unwrap();
    assert_eq!(result(&stdout, "bytes"), page.len() as f64);
    assert_eq!(result(&stdout, "runs"), 12.0);
    assert_eq!(files(&out), ["bptt_explorer.html"]);
    page
}

/// The block of data, between its tags.
fn block(page: &str) -> &str {
    let (_, rest) = page.split_once(r#"<script type="application/json" id="data">"#).unwrap();
    rest.split_once("</script>").unwrap().0
}

fn data(page: &str) -> Value {
    serde_json::from_str(block(page)).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// What was seen of a cell.
fn look<'a>(data: &'a Value, cell: &str, length: usize, trained: bool) -> &'a Value {
    let runs = data["runs"].as_array().unwrap().iter();
    let mut found = runs.filter(|r| r["cell"] == cell && r["length"] == length && r["trained"] == trained);
    let look = &found.next().unwrap()["look"];
    assert!(found.next().is_none());
    look
}

#[test]
fn the_page_needs_nothing_else() {
    let page = write("explorer");
    assert_eq!(page, write("explorer-again"), "the same options, the same page");
    for outside in
        ["http:", "https:", "//cdn", " src=", "@import", "url(", "fetch(", "import(", "XMLHttpRequest"]
    {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && page.starts_with("<!doctype html>"));
    assert_eq!([page.matches("<link ").count(), page.matches(r#"href="data:,""#).count()], [1, 1]);
    assert!(!block(&page).contains('<') && !page.contains("{{"));
    let data = data(&page);
    assert_eq!(numbers(&data["options"]["lengths"]), [2.0, 6.0]);
}

/// Files that it names are there.
#[test]
fn the_page_names_files_that_exist() {
    let page = write("explorer-files");
    let mut found = 0;
    for start in ["src/", "examples/"] {
        for (at, _) in page.match_indices(start) {
            let end = page[at..].find(|c: char| !c.is_alphanumeric() && !"_/.".contains(c)).unwrap();
            let file = page[at..at + end].trim_end_matches('.');
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(), "{file}");
            found += 1;
        }
    }
    assert!(found >= 10);
}

/// A net as that of the page, put together here.
struct Net<C> {
    params: Params<f64>,
    layer: Recurrent<C>,
    read_out: DenseLayer,
}

impl<C: Cell> Net<C> {
    fn new<S: Spec<Cell = C>>(layer: Recurrent<S>) -> Self {
        let mut params = Params::new(SEED);
        let layer = layer.build(&mut params, "net", 2);
        let read_out = Dense::new(1).build(&mut params, "out", UNITS);
        Self { params, layer, read_out }
    }

    fn loss<'t>(&'t self, tape: &'t Tape<'_, f64>, count: usize, seed: u64) -> Var<'t, f64> {
        let task = Adding { lengths: LENGTH..=LENGTH }.draw::<f64>(count, seed);
        let h = self.layer.forward(tape.input([count, LENGTH, 2], task.x.data()));
        let error = self.read_out.forward(h) - tape.input([count, 1], task.y.data());
        (error * error).mean()
    }

    /// The gradients of the sequence that is shown; on a tape that isn't traced.
    fn gradients(&self) -> Vec<(String, Vec<f64>)> {
        let tape = Tape::new(&self.params, Memory::new());
        let mut grads = self.params.zero_gradients();
        tape.backward(self.loss(&tape, 1, !SEED), &mut grads);
        let of_net = |name: &str| name.strip_prefix("net.").map(str::to_owned);
        let all =
            self.params.iter().filter_map(|e| of_net(e.name).map(|name| (name, grads[e.param].to_vec())));
        all.collect()
    }

    fn train(&mut self) {
        let (mut grads, mut adam) = (self.params.zero_gradients(), Adam::pytorch(0.01));
        for step in 1..=STEPS {
            grads.zero();
            let tape = Tape::new(&self.params, Memory::new());
            tape.backward(self.loss(&tape, BATCH, (SEED << 32) + step as u64), &mut grads);
            drop(tape);
            Clip::GlobalNorm(1.0).apply(&self.params, &mut grads);
            adam.step(&mut self.params, &grads);
        }
    }
}

/// The page's gradients are those of the library, and the sums of what the steps add.
fn compare(look: &Value, gradients: Vec<(String, Vec<f64>)>) {
    assert_eq!(look["weights"].as_object().unwrap().len(), gradients.len());
    for (name, expected) in gradients {
        let weight = &look["weights"][&name];
        let norm = |all: &[f64]| all.iter().map(|g| g * g).sum::<f64>().sqrt();
        let size = norm(&expected);
        assert!(size > 0.0 && (weight["norm"].as_f64().unwrap() / size - 1.0).abs() < 1e-3, "{name}");
        for (g, expected) in numbers(&weight["gradient"]).iter().zip(&expected) {
            assert!((g - expected).abs() <= 5.1e-4 * expected.abs(), "{name}: {g}, not {expected}");
        }
        // Backwards, as the page walks.
        let mut sum = vec![0.0; expected.len()];
        let (norms, sums) = (numbers(&weight["norms"]), numbers(&weight["sums"]));
        let summands = weight["summands"].as_array().unwrap();
        assert_eq!([summands.len(), norms.len(), sums.len()], [LENGTH; 3]);
        let mut error = 0.0;
        for t in (0..LENGTH).rev() {
            let largest = summands[t]["largest"].as_f64().unwrap();
            let part: Vec<_> =
                numbers(&summands[t]["thousandths"]).iter().map(|n| n * largest / 1000.0).collect();
            // Half a thousandth of each number, and the rounding of the largest.
            error += 1.1e-3 * largest;
            sum.iter_mut().zip(&part).for_each(|(sum, g)| *sum += g);
            let near = |norm: f64, stated: f64| (norm - stated).abs() <= 8.0 * error;
            assert!(near(norm(&part), norms[t]) && near(norm(&sum), sums[t]), "{name}, step {t}");
        }
        for (sum, expected) in sum.iter().zip(&expected) {
            assert!((sum - expected).abs() <= error, "{name}: {sum}, not {expected}");
        }
        assert!((sums[0] / size - 1.0).abs() < 1e-3, "{name}");
        assert_eq!(norms[0] == 0.0, name == "w_hh", "{name}: the first step reads a state of zeros");
    }
}

#[test]
fn gradients_are_those_of_the_library() {
    let data = data(&write("explorer-numbers"));
    let uniform = Init::Uniform { low: -0.5, high: 0.5 }; // 1/√4
    fn check<S: Spec>(data: &Value, name: &str, layer: Recurrent<S>) {
        let mut net = Net::new(layer);
        compare(look(data, name, LENGTH, false), net.gradients());
        net.train();
        compare(look(data, name, LENGTH, true), net.gradients());
    }
    check(&data, "rnn", SimpleRnn::new(UNITS).init(uniform, uniform));
    check(&data, "lstm", Lstm::new(UNITS).init(uniform, uniform));
    check(&data, "gru", Gru::new(UNITS).init(uniform, uniform));
}

/// The numbers of a look by the names of the page, `[T][H]`.
struct Numbers<'a>(&'a Value);

impl Numbers<'_> {
    fn of(&self, name: &str, kind: &str, t: usize) -> Vec<f64> {
        let all = numbers(&self.0["quantities"][name][kind][t]);
        assert_eq!(all.len(), UNITS, "{name}");
        all
    }

    /// The value at step `t`, or before the first one 0.
    fn v(&self, name: &str, t: isize) -> Vec<f64> {
        usize::try_from(t).map_or_else(|_| vec![0.0; UNITS], |t| self.of(name, "values", t))
    }

    /// The gradient, or after the last step 0.
    fn d(&self, name: &str, t: isize) -> Vec<f64> {
        if t < LENGTH as isize { self.of(name, "gradients", t as usize) } else { vec![0.0; UNITS] }
    }

    fn weight(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["weights"][name]["value"])
    }

    /// `x·W + b` of a block of columns.
    fn affine(&self, x: &[f64], w: &str, b: Option<&str>, block: usize, blocks: usize) -> Vec<f64> {
        let (w, columns) = (self.weight(w), blocks * UNITS);
        let at = |j: usize| {
            let bias = b.map_or(0.0, |b| self.weight(b)[block * UNITS + j]);
            bias + x.iter().enumerate().map(|(i, x)| x * w[i * columns + block * UNITS + j]).sum::<f64>()
        };
        (0..UNITS).map(at).collect()
    }

    /// `d·W_hhᵀ` for the blocks of `d` side by side.
    fn back(&self, d: &[Vec<f64>]) -> Vec<f64> {
        let (w, d) = (self.weight("w_hh"), d.concat());
        (0..UNITS).map(|i| (0..d.len()).map(|j| d[j] * w[i * d.len() + j]).sum()).collect()
    }
}

fn zip(a: &[f64], b: &[f64], f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect()
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    zip(a, b, |a, b| a * b)
}

fn plus(a: &[f64], b: &[f64]) -> Vec<f64> {
    zip(a, b, |a, b| a + b)
}

fn map(a: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    a.iter().map(|&a| f(a)).collect()
}

fn sigma(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

/// The same but for four digits of what it was computed from.
fn same(stated: &[f64], computed: &[f64], what: &str) {
    let size = computed.iter().chain(stated).fold(0.0, |size: f64, x| size.max(x.abs()));
    for (a, b) in stated.iter().zip(computed) {
        assert!((a - b).abs() <= 4e-3 * size, "{what}: {stated:?}, not {computed:?}");
    }
}

/// Each equation that the page prints, at every step of every cell: the gates' and the chain rules'.
#[test]
fn the_equations_hold() {
    let data = data(&write("explorer-equations"));
    let x: Vec<_> = data["sequences"]["6"]["x"].as_array().unwrap().iter().map(numbers).collect();
    let curve = |d: &[f64], y: &[f64]| times(d, &map(y, |y| 1.0 - y * y)); // of tanh
    let slope = |d: &[f64], y: &[f64]| times(d, &map(y, |y| y * (1.0 - y))); // of σ
    for trained in [false, true] {
        for cell in ["rnn", "lstm", "gru"] {
            let look = look(&data, cell, LENGTH, trained);
            let [y, loss, sum] = [&look["answer"], &look["loss"], &data["sequences"]["6"]["target"]]
                .map(|n| n.as_f64().unwrap());
            let error = 2.0 * (y - sum);
            assert!((loss - (y - sum).powi(2)).abs() <= 2e-3 * (y.abs() + sum) * error.abs(), "L");
            let w = map(&numbers(&look["read_out"]), |w| error * w);
            let tolerance = 1e-3 * (y.abs() + sum) / (y - sum).abs(); // digits that are lost in y − sum
            let last = Numbers(look).d("h", LENGTH as isize - 1);
            for (d, w) in last.iter().zip(&w) {
                assert!((d - w).abs() <= (tolerance + 1e-3) * w.abs(), "{cell}: {d}, not {w}");
            }
        }
        for t in 0..LENGTH as isize {
            let last = t + 1 == LENGTH as isize;
            let x = &x[t as usize];

            let n = Numbers(look(&data, "rnn", LENGTH, trained));
            let before = n.v("h", t - 1);
            let a = plus(&n.affine(x, "w_ih", Some("b"), 0, 1), &n.affine(&before, "w_hh", None, 0, 1));
            same(&n.v("a", t), &a, "a");
            same(&n.v("h", t), &map(&a, f64::tanh), "h");
            same(&n.d("a", t), &curve(&n.d("h", t), &n.v("h", t)), "∂a");
            if !last {
                same(&n.d("h", t), &n.back(&[n.d("a", t + 1)]), "∂h");
            }

            let n = Numbers(look(&data, "lstm", LENGTH, trained));
            let before = n.v("h", t - 1);
            for (block, gate) in ["i", "f", "g", "o"].into_iter().enumerate() {
                let a = format!("a_{gate}");
                let sum = plus(
                    &n.affine(x, "w_ih", Some("b"), block, 4),
                    &n.affine(&before, "w_hh", None, block, 4),
                );
                same(&n.v(&a, t), &sum, &a);
                same(&n.v(gate, t), &map(&sum, if gate == "g" { f64::tanh } else { sigma }), gate);
                let chain = if gate == "g" { curve } else { slope };
                same(&n.d(&a, t), &chain(&n.d(gate, t), &n.v(gate, t)), &a);
            }
            let [i, f, g, o, c, h] = ["i", "f", "g", "o", "c", "h"].map(|name| n.v(name, t));
            same(&c, &plus(&times(&f, &n.v("c", t - 1)), &times(&i, &g)), "c");
            let squashed = map(&c, f64::tanh);
            same(&h, &times(&o, &squashed), "h");
            same(&n.d("o", t), &times(&n.d("h", t), &squashed), "∂o");
            let kept = if last { vec![0.0; UNITS] } else { n.v("f", t + 1) };
            let through = times(&n.d("h", t), &curve(&o, &squashed));
            same(&n.d("c", t), &plus(&through, &times(&n.d("c", t + 1), &kept)), "∂c");
            same(&n.d("i", t), &times(&n.d("c", t), &g), "∂i");
            same(&n.d("f", t), &times(&n.d("c", t), &n.v("c", t - 1)), "∂f");
            same(&n.d("g", t), &times(&n.d("c", t), &i), "∂g");
            if !last {
                same(&n.d("h", t), &n.back(&["a_i", "a_f", "a_g", "a_o"].map(|a| n.d(a, t + 1))), "∂h");
            }

            let n = Numbers(look(&data, "gru", LENGTH, trained));
            let before = n.v("h", t - 1);
            let [x_z, x_r, x_n] = [0, 1, 2].map(|block| n.affine(x, "w_ih", Some("b_ih"), block, 3));
            let [h_z, h_r, h_n] = [0, 1, 2].map(|block| n.affine(&before, "w_hh", Some("b_hh"), block, 3));
            let [z, r, new, h] = ["z", "r", "n", "h"].map(|name| n.v(name, t));
            same(&n.v("a_z", t), &plus(&x_z, &h_z), "a_z");
            same(&n.v("a_r", t), &plus(&x_r, &h_r), "a_r");
            same(&n.v("a_n", t), &plus(&x_n, &times(&r, &h_n)), "a_n");
            same(&z, &map(&n.v("a_z", t), sigma), "z");
            same(&r, &map(&n.v("a_r", t), sigma), "r");
            same(&new, &map(&n.v("a_n", t), f64::tanh), "n");
            let rest = map(&z, |z| 1.0 - z);
            same(&h, &plus(&times(&z, &before), &times(&rest, &new)), "h");
            let dh = n.d("h", t);
            same(&n.d("z", t), &times(&dh, &zip(&before, &new, |a, b| a - b)), "∂z");
            same(&n.d("n", t), &times(&dh, &rest), "∂n");
            same(&n.d("a_n", t), &curve(&n.d("n", t), &new), "∂a_n");
            same(&n.d("r", t), &times(&n.d("a_n", t), &h_n), "∂r");
            same(&n.d("a_z", t), &slope(&n.d("z", t), &z), "∂a_z");
            same(&n.d("a_r", t), &slope(&n.d("r", t), &r), "∂a_r");
            if !last {
                let t = t + 1;
                let through = times(&n.d("a_n", t), &n.v("r", t));
                let back = n.back(&[n.d("a_z", t), n.d("a_r", t), through]);
                same(&dh, &plus(&times(&n.d("h", t), &n.v("z", t)), &back), "∂h");
            }
        }
    }
}

/// What a step adds to a weight is what it read times a gradient, as the page draws it.
#[test]
fn summands_are_outer_products() {
    let data = data(&write("explorer-summands"));
    let x = data["sequences"]["6"]["x"].as_array().unwrap();
    let mut checked = 0;
    for cell in data["cells"].as_array().unwrap() {
        let look = look(&data, cell["name"].as_str().unwrap(), LENGTH, true);
        let n = Numbers(look);
        for weight in cell["weights"].as_array().unwrap() {
            for t in 0..LENGTH {
                let read = match weight["reads"].as_str().unwrap() {
                    "h" => n.v("h", t as isize - 1),
                    "x" => numbers(&x[t]),
                    _ => vec![1.0],
                };
                let factors = weight["factors"].as_array().unwrap().iter().flat_map(|names| {
                    let names: Vec<_> =
                        names.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
                    names[1..]
                        .iter()
                        .fold(n.d(names[0], t as isize), |d, name| times(&d, &n.v(name, t as isize)))
                });
                let factors: Vec<_> = factors.collect();
                let product: Vec<_> =
                    read.iter().flat_map(|read| factors.iter().map(move |d| read * d)).collect();
                let stated = &look["weights"][weight["name"].as_str().unwrap()]["summands"][t];
                let largest = stated["largest"].as_f64().unwrap();
                let stated: Vec<_> =
                    numbers(&stated["thousandths"]).iter().map(|n| n * largest / 1000.0).collect();
                assert_eq!(stated.len(), product.len());
                same(&stated, &product, &format!("{} of {}", weight["name"], cell["name"]));
                checked += product.len();
            }
        }
    }
    assert!(checked > 500);
}

/// The net that isn't trained forgets; every gradient is there, except where the state before is 0.
#[test]
fn gradients_are_there_and_fade() {
    let data = data(&write("explorer-fade"));
    for cell in ["rnn", "lstm", "gru"] {
        for trained in [false, true] {
            for (name, quantity) in look(&data, cell, LENGTH, trained)["quantities"].as_object().unwrap() {
                let norms = numbers(&quantity["norms"]);
                assert_eq!(norms.len(), LENGTH);
                assert!(norms[1..].iter().all(|&norm| norm > 0.0), "{cell}, {name}: {norms:?}");
                for (norm, g) in norms.iter().zip(quantity["gradients"].as_array().unwrap()) {
                    let computed = numbers(g).iter().map(|g| g * g).sum::<f64>().sqrt();
                    assert!((norm - computed).abs() <= 1e-3 * norm, "{cell}, {name}");
                }
            }
        }
        let h = numbers(&look(&data, cell, LENGTH, false)["quantities"]["h"]["norms"]);
        assert!(h[0] < 0.5 * h[LENGTH - 1], "{cell}: {h:?}");
    }
}

#[test]
fn bad_options_are_one_sentence() {
    for (args, part) in [
        (["--lengths", "1"], "from 2 to 200"),
        (["--lengths", "5,x"], "from 2 to 200"),
        (["--lengths", "2,3,4,5,6,7,8"], "at most 6"),
        (["--units", "0"], "from 1 to 16"),
        (["--lr", "-3"], "greater than 0"),
    ] {
        let out = nowhere("explorer-bad");
        assert!(failure("bptt_explorer", &args, &out, 2).contains(part), "{args:?}");
        assert!(!out.exists(), "{args:?}");
    }
    let out = nowhere("explorer-far");
    let args = ["--lengths", "3", "--steps", "3", "--lr", "1e300"];
    assert!(failure("bptt_explorer", &args, &out, 2).contains("smaller --lr"));
    assert!(files(&out).is_empty());
    let file = nowhere("explorer-file");
    fs::write(&file, "").unwrap();
    assert!(failure("bptt_explorer", &["--steps", "1"], &file, 2).contains("explorer-file"));
}
