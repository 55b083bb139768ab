//! LSTM and GRU.

use tapeloop::data::Adding;
use tapeloop::nn::{BasicLstm, Cell, Dense, DenseLayer, Gru, Lstm, LstmState, Recurrent, Spec};
use tapeloop::optim::{Adam, Clip, Optimizer};
use tapeloop::{Array, Memory, Params, Tape, Var};

const T: usize = 100;
const H: usize = 32;
const B: usize = 32;

pub fn print() {
    step_by_hand();
    at_once_and_step_by_step();

    let long = (T as f64).ln();
    say!("\nthe adding problem before training, T = {T}, H = {H}, seed 0: ‖∂L/∂state_t‖ / ‖∂L/∂state_T‖");
    let nets = [
        Net::new(BasicLstm::new(H).forget_bias(1.0)).paths("c", "f"),
        Net::new(BasicLstm::new(H).forget_bias(long)).paths("c", "f"),
        Net::new(Gru::new(H)).paths("h", "z"),
    ];
    say!("{:>6} {:^23} {:^23} {:^23}", "", "LSTM, b = 1", "LSTM, b = ln T", "GRU");
    say!("{:>6}{}", "t", format!(" {:>11} {:>11}", "direct", "all paths").repeat(3));
    for t in [100, 95, 90, 75, 50, 25, 1] {
        let cells = nets.iter().map(|net| format!(" {:>11.1e} {:>11.1e}", net.direct[t - 1], net.all[t - 1]));
        say!("{t:>6}{}", cells.collect::<String>());
    }

    say!("\nwhat is left of the gradient at t = 1, by the initial bias of f or z");
    say!("{:>6} {:>11} {:^23} {:^23}", "", "", "LSTM", "GRU");
    say!("{:>6} {:>11}{}", "b", "σ(b)^(T−1)", format!(" {:>11} {:>11}", "direct", "all paths").repeat(2));
    for b in [0.0, 1.0, 2.0, 3.0, long, 6.0] {
        let lstm = Net::new(BasicLstm::new(H).forget_bias(b)).paths("c", "f");
        let gru = Net::new(Gru::new(H).gate_bias(b)).paths("h", "z");
        let cells = [lstm, gru].map(|net| format!(" {:>11.1e} {:>11.1e}", net.direct[0], net.all[0]));
        say!("{b:>6.2} {:>11.1e}{}", sigma(b).powi(T as i32 - 1), cells.concat());
    }

    say!("\nwhile it learns: what is left at t = 1; the product of a unit's gates, the largest three");
    let sums = Adding { lengths: T..=T }.draw::<f64>(B, !0).y;
    let constant = sums.data().iter().map(|y| (1.0 - y) * (1.0 - y)).sum::<f64>() / B as f64;
    say!("(always answering 1: an error of {constant:.4} for these sequences)");
    say!("{:<6} {:>5} {:>9} {:>11} {:>11}   {:<14}", "", "step", "error", "direct", "all paths", "∏ gates");
    learn("LSTM", BasicLstm::new(H).forget_bias(1.0), ["c", "f"], 1000);
    learn("GRU", Gru::new(H), ["h", "z"], 600);
}

/// One unit, whose `h_t` and `c_t` the loss reads: the derivatives by hand.
fn step_by_hand() {
    let (x, h, c) = (0.5, 0.2, 0.8);
    let (w_ih, w_hh, b) = ([0.4, -0.6, 1.0, 0.3], [0.5, 0.2, -0.7, 0.9], [0.0, 1.0, 0.0, 0.0]);
    let [a_i, a_f, a_g, a_o]: [f64; 4] = std::array::from_fn(|k| x * w_ih[k] + h * w_hh[k] + b[k]);
    let (i, f, g, o) = (sigma(a_i), sigma(a_f), a_g.tanh(), sigma(a_o));
    let c_t = f * c + i * g;
    let h_t = o * c_t.tanh();

    let (dh, later) = (1.0, 0.5); // L = h_t + c_t/2
    let dc = later + dh * o * (1.0 - c_t.tanh() * c_t.tanh());
    let da = [
        dc * g * i * (1.0 - i),
        dc * c * f * (1.0 - f),
        dc * i * (1.0 - g * g),
        dh * c_t.tanh() * o * (1.0 - o),
    ];
    let dc_before = dc * f;
    let dh_before: f64 = da.iter().zip(w_hh).map(|(a, w)| a * w).sum();

    let mut params = Params::new(0);
    let layer = Lstm::new(1).build(&mut params, "lstm", 1);
    params[layer.cell.w_ih].copy_from_slice(&w_ih);
    params[layer.cell.w_hh].copy_from_slice(&w_hh);
    let tape = Tape::new(&params, Memory::new()).traced();
    let [h, c] = [h, c].map(|x| tape.variable(&Array::new([1, 1], vec![x])));
    let (_, state) = layer.forward_from(tape.input([1, 1, 1], &[x]), LstmState { h, c });
    tape.backward((state.h + state.c * later).sum(), &mut params.zero_gradients());
    let traced = |name: &str| tape.trace(0, name).at(0);

    say!("one step of one unit: x_t = 0.5, h_{{t−1}} = 0.2, c_{{t−1}} = 0.8, L = h_t + c_t/2");
    say!("{:>6} {:>9} {:>9} {:>11} {:>11}", "", "by hand", "tape", "∂L by hand", "∂L tape");
    let line = |name: &str, value: f64, grad: f64, var: Var<'_, f64>| {
        say!("{name:>6} {value:>9.4} {:>9.4} {grad:>11.4} {:>11.4}", var.item(), var.grad()[0]);
    };
    line("h_t", h_t, dh, traced("h"));
    line("c_t", c_t, dc, traced("c"));
    for (k, (name, a)) in [("a_i", a_i), ("a_f", a_f), ("a_g", a_g), ("a_o", a_o)].into_iter().enumerate() {
        line(name, a, da[k], traced(name));
    }
    line("c_t−1", 0.8, dc_before, c);
    line("h_t−1", 0.2, dh_before, h);
}

/// The kernels' gradient is the tape's.
fn at_once_and_step_by_step() {
    say!("\nall weights of a net with T = {T}, H = {H}: the gradient at once and step by step");
    fn compare<S: Spec>(name: &str, layer: Recurrent<S>) {
        let net = Net::new(layer);
        let [fused, traced] = [false, true].map(|traced| {
            let tape = Tape::new(&net.params, Memory::new());
            let tape = if traced { tape.traced() } else { tape };
            let mut grads = net.params.zero_gradients();
            tape.backward(net.loss(&tape, !0), &mut grads);
            (tape.len(), grads)
        });
        let difference: Vec<f64> =
            fused.1.flat().iter().zip(traced.1.flat()).map(|(fused, traced)| fused - traced).collect();
        let apart = norm(&difference) / norm(traced.1.flat());
        let same = apart < 1e-12;
        say!("{name:<6} {:>5} and {:>5} lines of tape, the same to 1e-12: {same}", fused.0, traced.0);
    }
    compare("LSTM", Lstm::new(H));
    compare("GRU", Gru::new(H));
}

struct Net<C> {
    params: Params<f64>,
    layer: Recurrent<C>,
    read_out: DenseLayer,
}

/// Gradients by a state over time, as parts of the last one; and the products of the gates of each unit.
struct Paths {
    direct: Vec<f64>,
    all: Vec<f64>,
    gates: Vec<f64>,
    loss: f64,
}

impl<C: Cell> Net<C> {
    fn new<S: Spec<Cell = C>>(layer: Recurrent<S>) -> Self {
        let mut params = Params::new(0);
        let layer = layer.build(&mut params, "cell", 2);
        let read_out = Dense::new(1).build(&mut params, "read_out", H);
        Self { params, layer, read_out }
    }

    /// The mean squared error over sequences of the adding problem.
    fn loss<'t>(&self, tape: &'t Tape<'_, f64>, seed: u64) -> Var<'t, f64> {
        let sequences = Adding { lengths: T..=T }.draw(B, seed);
        let h = self.layer.forward(tape.input(sequences.x.shape(), sequences.x.data()));
        self.read_out.forward(h).mse(tape.input(sequences.y.shape(), sequences.y.data()))
    }

    /// Along the direct path the gradient by the state meets one gate at each step, and nothing else.
    fn paths(&self, state: &str, gate: &str) -> Paths {
        let tape = Tape::new(&self.params, Memory::new()).traced();
        let loss = self.loss(&tape, !0);
        tape.backward(loss, &mut self.params.zero_gradients());

        let (state, gate) = (tape.trace(0, state), tape.trace(0, gate));
        let (mut gradient, mut product) = (state.at(T - 1).grad(), vec![1.0; B * H]);
        let last = norm(&gradient);
        let mut direct = vec![1.0; T];
        for t in (1..T).rev() {
            let open = gate.at(t).value();
            gradient.iter_mut().zip(&open).for_each(|(g, f)| *g *= f);
            product.iter_mut().zip(&open).for_each(|(p, f)| *p *= f);
            direct[t - 1] = norm(&gradient) / last;
        }
        let unit = |j: usize| product.iter().skip(j).step_by(H).sum::<f64>() / B as f64;
        let mut gates: Vec<f64> = (0..H).map(unit).collect();
        gates.sort_by(|a, b| b.total_cmp(a));
        let all = state.gradient_norms().iter().map(|(_, norm)| norm / last).collect();
        Paths { direct, all, gates, loss: loss.item() }
    }
}

fn learn<S: Spec>(name: &str, layer: Recurrent<S>, [state, gate]: [&str; 2], steps: u64) {
    let mut net = Net::new(layer);
    let (mut grads, mut adam, mut memory) = (net.params.zero_gradients(), Adam::pytorch(0.01), Memory::new());
    for step in 0..=steps {
        if step % 200 == 0 {
            let Paths { direct, all, gates, loss } = net.paths(state, gate);
            let gates: String = gates[..3].iter().map(|p| format!(" {p:.2}")).collect();
            say!("{name:<6} {step:>5} {loss:>9.4} {:>11.1e} {:>11.1e}  {gates}", direct[0], all[0]);
        }
        let tape = Tape::new(&net.params, memory);
        grads.zero();
        tape.backward(net.loss(&tape, step), &mut grads);
        memory = tape.into_memory();
        Clip::GlobalNorm(1.0).apply(&net.params, &mut grads);
        adam.step(&mut net.params, &grads);
    }
}

fn sigma(a: f64) -> f64 {
    1.0 / (1.0 + (-a).exp())
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}
