//! LTC: neurons whose time constants depend on what they are told

use super::gates::split;
use crate::nn::cells::check;
use crate::nn::{Cell, Recurrent};
use crate::real::Real;
use crate::tape::{Tape, Var};
use crate::tensor::{Init, Param, Params};

/// A layer of liquid time-constant neurons: a membrane with capacity `c` leaks, and synapses that open by degrees pull its voltage `v` to
/// theirs. The more of them are open, the faster.
///
/// Hasani, Lechner, Amini, Rus & Grosu, *Liquid time-constant networks* (2021), <https://arxiv.org/abs/2006.04439>. The paper's equation 1,
/// `ẋ = −(1/τ + f)⊙x + f⊙A`, with the synapses of its published code as `f`, one `σ` for each pair of neurons, where the paper also writes a layer; and its
/// fused solver, 6 times in a step. ncps `LTCCell`, fully connected, without maps of input and output, `implicit_param_constraints`.
///
/// ```text
/// g(y; W, S, M)ⱼ = Σᵢ Wᵢⱼ·σ(Sᵢⱼ·(yᵢ − Mᵢⱼ))       conductance of the synapses from y to j
/// p(y; W, S, M, E)ⱼ = Σᵢ Eᵢⱼ·Wᵢⱼ·σ(…)             where they pull to
/// c·v̇ = g_l⊙(v_l − v) + p(x_t) + p(v) − (g(x_t) + g(v))⊙v
/// v ← (6c⊙v + g_l⊙v_l + p(x_t) + p(v)) / (6c + g_l + g(x_t) + g(v)), 6 times
/// ```
///
/// The last line is an implicit step of 1/6, but for `g` and `p`, so it is stable whatever the weights. `W`, `c` and `g_l` are softplus of
/// the parameters, so they are positive.
///
/// [`build`](Recurrent::build) adds, for synapses from the input, `{name}.w_x`, `{name}.s_x`, `{name}.m_x`, `{name}.e_x` `[I, H]`; from the neurons, `{name}.w`,
/// `{name}.s`, `{name}.m`, `{name}.e` `[H, H]`; and `{name}.c`, `{name}.g_l`, `{name}.v_l` `[H]`. They begin, before softplus, as those of ncps: `W`
/// and `g_l` uniform in 0.001 to 1, `S` in 3 to 8, `M` in 0.3 to 0.8, `E` 1 or, a third of them, −1, `c` in 0.4 to 0.6, `v_l` in ±0.2.
pub type Ltc = Recurrent<LtcSpec>;

/// The steps of the solver in a step of the sequence.
const UNFOLDED: usize = 6;

units_only!(Ltc, LtcSpec, LtcCell, "`H` neurons.");

/// The synapses from inputs, or neurons, to neurons.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// `W` `[.., H]`: the conductance of an open synapse, before softplus.
    pub w: Param,
    /// `S` `[.., H]`: how suddenly it opens.
    pub s: Param,
    /// `M` `[.., H]`: where it is half open.
    pub m: Param,
    /// `E` `[.., H]`: the voltage that it pulls to.
    pub e: Param,
}

impl Connections {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, from: &str, shape: [usize; 2]) -> Self {
        let mut add = |which, low, high| {
            params.add(format!("{name}.{which}{from}"), shape, Init::Uniform { low, high })
        };
        let [w, s, m, e] =
            [add("w", 0.001, 1.0), add("s", 3.0, 8.0), add("m", 0.3, 0.8), add("e", -1.0, 2.0)];
        params[e].iter_mut().for_each(|e| *e = if *e < R::ZERO { -R::ONE } else { R::ONE });
        Self { w, s, m, e }
    }

    /// `[g, p]` `[B, 2·H]`, with `W` as it is after softplus.
    #[track_caller]
    fn of<'t, R: Real>(&self, y: Var<'t, R>, w: Var<'t, R>) -> Var<'t, R> {
        let [s, m, e] = [self.s, self.m, self.e].map(|param| y.tape().param(param));
        y.synapses(w, s, m, e)
    }
}

/// One step of an [`Ltc`].
#[derive(Clone, Copy, Debug)]
pub struct LtcCell {
    /// The synapses from the inputs.
    pub inputs: Connections,
    /// The synapses from the neurons.
    pub neurons: Connections,
    /// `c` `[H]`: the capacity, before softplus.
    pub c: Param,
    /// `g_l` `[H]`: the conductance of the leak, before softplus.
    pub g_l: Param,
    /// `v_l` `[H]`: the voltage that the leak pulls to.
    pub v_l: Param,
}

impl LtcCell {
    #[track_caller]
    fn new<R: Real>(params: &mut Params<R>, name: &str, [inputs, h]: [usize; 2]) -> Self {
        let mut vector =
            |which, low, high| params.add(format!("{name}.{which}"), [h], Init::Uniform { low, high });
        let [c, g_l, v_l] = [vector("c", 0.4, 0.6), vector("g_l", 0.001, 1.0), vector("v_l", -0.2, 0.2)];
        let inputs = Connections::new(params, name, "_x", [inputs, h]);
        Self { inputs, neurons: Connections::new(params, name, "", [h, h]), c, g_l, v_l }
    }
}

impl Cell for LtcCell {
    /// `v` `[B, H]`.
    type State<'t, R: Real> = Var<'t, R>;

    fn zero_state<'t, R: Real>(&self, tape: &'t Tape<'t, R>, batch: usize) -> Var<'t, R> {
        tape.zeros([batch, self.c.shape().last()])
    }

    #[track_caller]
    fn step<'t, R: Real>(&self, x_t: Var<'t, R>, v: Var<'t, R>) -> Var<'t, R> {
        self.step_reading(x_t, v, v)
    }

    /// The charge `6c⊙v` is that of `v_{t−1}` itself; the synapses read `read`, and from the second time on what came out.
    #[track_caller]
    fn step_reading<'t, R: Real>(&self, x_t: Var<'t, R>, v: Var<'t, R>, read: Var<'t, R>) -> Var<'t, R> {
        let tape = v.tape();
        check("ltc", x_t, self.inputs.w.shape().rows(), &[("the state v", v, self.c.shape().last())]);
        let c = UNFOLDED as f64 * tape.param(self.c).softplus();
        let (g_l, v_l) = (tape.param(self.g_l).softplus(), tape.param(self.v_l));
        let from_inputs = self.inputs.of(x_t, tape.param(self.inputs.w).softplus()).named("from_x");
        let w = tape.param(self.neurons.w).softplus();
        let solve = |v: Var<'t, R>, read: Var<'t, R>| {
            let [g, p] = split(from_inputs + self.neurons.of(read, w));
            (c.expand(v.shape()) * v + p.add_bias(g_l * v_l)) / g.add_bias(c + g_l)
        };
        (1..UNFOLDED).fold(solve(v, read), |v, _| solve(v, v))
    }
}
