//! `Dense`, activations, `LayerNorm` and `time_distributed` against Keras 3: values and all gradients.

use crate::common::case::{Case, assert_close, folder};
use crate::common::parity;
use tapeloop::nn::{Activation, Dense, LayerNorm, time_distributed};
use tapeloop::{Memory, Param, Params, Tape, Var};

const TOLERANCE: f64 = 1e-13;

#[test]
fn activations_are_keras() {
    parity::check(
        "keras3/activations",
        TOLERANCE,
        &[
            ("elu", |g| Activation::Elu { alpha: 1.0 }.apply(g.x())),
            ("exponential", |g| Activation::Exp.apply(g.x())),
            ("hard_sigmoid", |g| Activation::HardSigmoid.apply(g.x())),
            // In its mirror image, because in JAX the corner belongs to the upper side: `docs/edges.md`.
            ("leaky_relu", |g| Activation::LeakyRelu { slope: 5.0 }.apply(-g.x()) * -0.2),
            ("log_softmax", |g| Activation::LogSoftmax.apply(g.x())),
            ("relu", |g| Activation::Relu.apply(g.x())),
            ("softplus", |g| Activation::Softplus.apply(g.x())),
            ("softsign", |g| Activation::Softsign.apply(g.x())),
            // Composed: not among ours.
            ("selu", |g| g.x().elu(1.6732632423543772) * 1.0507009873554805),
            ("silu", |g| g.x() * g.x().sigmoid()),
            ("mish", |g| g.x() * g.x().softplus().tanh()),
        ],
    );
}

fn case(name: &str) -> Case {
    folder("keras3/layers").into_iter().find(|case| case.name == name).unwrap()
}

/// The value of a recorded weight, or with the prefix `grad.` its gradient, by the end of its name.
fn weight(case: &Case, prefix: &str, end: &str) -> Vec<f64> {
    let prefix = format!("{prefix}param.");
    let name =
        case.names().into_iter().find(|name| name.starts_with(&prefix) && name.ends_with(end)).unwrap();
    case.array(&name).data().to_vec()
}

/// Sets the weights to those recorded, runs the layer, and compares its output and all gradients.
fn check(
    case: &Case,
    mut params: Params<f64>,
    weights: &[(Param, &str)],
    run: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>,
) {
    for (param, end) in weights {
        params[*param].copy_from_slice(&weight(case, "", end));
    }
    let tape = Tape::new(&params, Memory::new());
    let x = tape.variable(&case.array("input.x"));
    let y = run(x);
    let [expected, upstream] = ["expected.output_0", "upstream.output_0"].map(|name| case.array(name));
    assert_eq!(y.shape(), expected.shape(), "{}", case.name);
    assert_close(&case.name, &y.value(), expected.data(), TOLERANCE);

    let mut grads = params.zero_gradients();
    tape.backward((y * tape.input(y.shape(), upstream.data())).sum(), &mut grads);
    assert_close(&format!("{}: ∂/∂x", case.name), &x.grad(), case.array("grad.x").data(), TOLERANCE);
    for (param, end) in weights {
        assert_close(
            &format!("{}: ∂/∂{end}", case.name),
            &grads[*param],
            &weight(case, "grad.", end),
            TOLERANCE,
        );
    }
}

#[test]
fn dense_is_keras() {
    for (name, activation) in [("dense_3d", Activation::Tanh), ("dense_nobias_softmax", Activation::Softmax)]
    {
        let case = case(name);
        let mut params = Params::new(0);
        let inputs = case.array("input.x").shape().last();
        let bias = case.meta["config"]["use_bias"] == true;
        let layer = Dense::new(5).bias(bias).activation(activation).build(&mut params, "dense", inputs);
        let weights: Vec<_> = [(layer.w, "kernel")].into_iter().chain(layer.b.map(|b| (b, "bias"))).collect();
        check(&case, params, &weights, |x| layer.forward(x));
    }
}

#[test]
fn layer_norm_is_keras() {
    for (name, axes) in [("layernorm", 1), ("layernorm_axis12", 2)] {
        let case = case(name);
        let sizes = case.array("input.x").shape().sizes().to_vec();
        let mut params = Params::new(0);
        let row = tapeloop::Shape::new(&sizes[sizes.len() - axes..]);
        let layer = LayerNorm::new().build(&mut params, "norm", row);
        let weights = [(layer.gamma.unwrap(), "gamma"), (layer.beta.unwrap(), "beta")];
        check(&case, params, &weights, |x| layer.forward(x));
    }
}

/// The mask of the recording changes nothing: Keras hands it to layers that take one, and `Dense` doesn't.
#[test]
fn time_distributed_is_keras() {
    let case = case("timedistributed_dense_masked");
    assert!(case.array("input.mask").data().contains(&0.0));
    let mut params = Params::new(0);
    let layer = Dense::new(5).build(&mut params, "dense", 4);
    let weights = [(layer.w, "kernel"), (layer.b.unwrap(), "bias")];
    check(&case, params, &weights, |x| time_distributed(x, |rows| layer.forward(rows)));
}
