//! burn on its backend flex: `with_burn THREADS`. Its own layers, losses and optimizers.

use std::hint::black_box;

use burn::module::{Module, Param};
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{
    Embedding, EmbeddingConfig, GateController, Gru, GruConfig, Linear, LinearConfig, Lstm, LstmConfig, Rnn,
    RnnConfig,
};
use burn::optim::{AdamConfig, GradientsParams, RmsPropConfig};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use peers::{Case, Weights, Work, first_losses, gates, ids, numbers, serve, sines, size, threads};

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(threads()).build_global().expect("threads");
    let run = || {
        serve("burn", "0.22.1", |case| {
            Ok(match case {
                Case::Cell { kind, backward, size } => cell(kind, backward, size),
                Case::Step(name) => step(name),
            })
        });
    };
    // It walks through the graph by recursion: 500 steps need more than the usual stack.
    std::thread::Builder::new().stack_size(1 << 30).spawn(run).expect("a thread").join().expect("no panic");
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn whole<const D: usize>(count: usize, end: u32, shape: [usize; D], device: &Device) -> Tensor<D, Int> {
    let values: Vec<i32> = ids(count, end).into_iter().map(|id| id as i32).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are one or two")]
enum Layer {
    Rnn(Rnn),
    Lstm(Lstm),
    Gru(Gru),
}

impl Layer {
    fn new(
        kind: &str,
        [inputs, units]: [usize; 2],
        forget_bias: f32,
        weights: &mut Weights,
        device: &Device,
    ) -> Self {
        match kind {
            "rnn" => {
                let mut rnn = RnnConfig::new(inputs, units, true).init(device);
                let arrays = weights.layer([inputs, units, 1], false, 0.0);
                set([&mut rnn.gate], &arrays, [inputs, units], device);
                Self::Rnn(rnn)
            }
            "lstm" => {
                let mut lstm = LstmConfig::new(inputs, units, true).init(device);
                let arrays = weights.layer([inputs, units, 4], false, forget_bias);
                let Lstm { input_gate, forget_gate, cell_gate, output_gate, .. } = &mut lstm;
                let forget_gate = forget_gate.as_mut().expect("not coupled");
                set([input_gate, forget_gate, cell_gate, output_gate], &arrays, [inputs, units], device);
                Self::Lstm(lstm)
            }
            _ => {
                let mut gru = GruConfig::new(inputs, units, true).init(device);
                let arrays = weights.layer([inputs, units, 3], true, 0.0);
                let Gru { reset_gate, update_gate, new_gate, .. } = &mut gru;
                set([reset_gate, update_gate, new_gate], &arrays, [inputs, units], device);
                Self::Gru(gru)
            }
        }
    }

    /// All outputs `[B, T, H]`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self {
            Self::Rnn(rnn) => rnn.forward(x, None).0,
            Self::Lstm(lstm) => lstm.forward(x, None).0,
            Self::Gru(gru) => gru.forward(x, None),
        }
    }
}

/// Sets the gates' weights. There is a second bias only if `arrays` has one.
fn set<const G: usize>(
    into: [&mut GateController; G],
    arrays: &[Vec<f32>],
    [inputs, units]: [usize; 2],
    device: &Device,
) {
    for (n, gate) in into.into_iter().enumerate() {
        let part = |array: &Vec<f32>| gates(array, G, &[n], units);
        let matrix = |array, rows| Param::from_tensor(tensor(part(array), [rows, units], device));
        let bias = |array| Param::from_tensor(tensor(part(array), [units], device));
        gate.input_transform.weight = matrix(&arrays[0], inputs);
        gate.hidden_transform.weight = matrix(&arrays[1], units);
        gate.input_transform.bias = Some(bias(&arrays[2]));
        gate.hidden_transform.bias = arrays.get(3).map(bias);
    }
}

fn cell(kind: &str, backward: bool, [b, t, i, h]: [usize; 4]) -> Work {
    let plain = Device::flex();
    let device = if backward { plain.autodiff() } else { plain };
    let layer = Layer::new(kind, [i, h], 0.0, &mut Weights::default(), &device);
    let x = tensor(sines(b * t * i), [b, t, i], &device);
    let numbers_of = |tensor: Tensor<3>| size(tensor.into_data().try_to_vec::<f32>().expect("numbers"));
    if !backward {
        let checks = vec![numbers_of(layer.forward(x.clone()))];
        let call = move || {
            black_box(layer.forward(x.clone()));
            device.sync().expect("an idle device");
        };
        return Work { call: Box::new(call), checks };
    }
    let x = x.require_grad();
    let gradients = layer.forward(x.clone()).sum().backward();
    let checks = vec![numbers_of(x.grad(&gradients).expect("a gradient"))];
    Work { call: Box::new(move || drop(black_box(layer.forward(x.clone()).sum().backward()))), checks }
}

#[derive(Module, Debug)]
struct Net {
    words: Option<Embedding>,
    layers: Vec<Layer>,
    dense: Vec<Linear>,
}

impl Net {
    fn new(words: bool, layers: &[(&str, usize, usize)], outputs: &[usize], device: &Device) -> Self {
        let mut weights = Weights::default();
        let words = words.then(|| {
            let mut words = EmbeddingConfig::new(10_000, 32).init(device);
            words.weight = Param::from_tensor(tensor(weights.next(10_000 * 32, 1.0), [10_000, 32], device));
            words
        });
        let make = |&(kind, inputs, units): &(&str, usize, usize)| {
            Layer::new(kind, [inputs, units], 1.0, &mut weights, device)
        };
        let (layers, mut inputs) = (layers.iter().map(make).collect(), layers[layers.len() - 1].2);
        let mut dense = Vec::new();
        for &units in outputs {
            let (mut linear, bound) =
                (LinearConfig::new(inputs, units).init(device), (inputs as f32).powf(-0.5));
            linear.weight =
                Param::from_tensor(tensor(weights.next(inputs * units, bound), [inputs, units], device));
            linear.bias = Some(Param::from_tensor(tensor(weights.next(units, bound), [units], device)));
            dense.push(linear);
            inputs = units;
        }
        Self { words, layers, dense }
    }

    /// All outputs `[B, T, H]`.
    fn recurrent(&self, x: Tensor<3>) -> Tensor<3> {
        self.layers.iter().fold(x, |x, layer| layer.forward(x))
    }

    fn dense<const D: usize>(&self, h: Tensor<D>) -> Tensor<D> {
        let first = self.dense[0].forward(h);
        self.dense[1..].iter().fold(first, |h, dense| dense.forward(activation::relu(h)))
    }

    fn on_last(&self, x: Tensor<3>) -> Tensor<2> {
        let all = self.recurrent(x);
        let [rows, steps, units] = all.dims();
        self.dense(all.slice([0..rows, steps - 1..steps, 0..units]).reshape([rows, units]))
    }
}

type Loss = Box<dyn Fn(&Net) -> Tensor<1>>;

fn step(name: &str) -> Work {
    let device = &Device::flex().autodiff();
    let mse = |a, b| MseLoss::new().forward(a, b, Reduction::Mean);
    let (net, loss): (Net, Loss) = match name {
        "sine" => {
            let (x, y) = (tensor(numbers(100), [10, 10, 1], device), tensor(numbers(10), [10, 1], device));
            let net = Net::new(false, &[("rnn", 1, 20)], &[1], device);
            (net, Box::new(move |net| mse(net.on_last(x.clone()), y.clone())))
        }
        "signal" => {
            let (x, y) =
                (tensor(numbers(1_000), [1, 10, 100], device), tensor(numbers(100), [1, 100], device));
            let net = Net::new(false, &[("lstm", 100, 100), ("lstm", 100, 100)], &[100, 100], device);
            (net, Box::new(move |net| mse(net.on_last(x.clone()), y.clone())))
        }
        "series" => {
            let [x, y] = [0, 1].map(|_| tensor(numbers(12), [3, 4, 1], device));
            let net = Net::new(false, &[("lstm", 1, 10)], &[1], device);
            let loss = move |net: &Net| {
                let outputs = net.dense(net.recurrent(x.clone()));
                MseLoss::new().forward(outputs, y.clone(), Reduction::Mean)
            };
            (net, Box::new(loss))
        }
        "mnist" => {
            let (x, y) = (tensor(numbers(50 * 28 * 28), [50, 28, 28], device), whole(50, 10, [50], device));
            let (net, loss) = (
                Net::new(false, &[("rnn", 28, 128)], &[10], device),
                CrossEntropyLossConfig::new().init(device),
            );
            (net, Box::new(move |net| loss.forward(net.on_last(x.clone()), y.clone())))
        }
        _ => {
            let (x, y) = (whole(128 * 500, 10_000, [128, 500], device), whole(128, 2, [128, 1], device));
            let net = Net::new(true, &[("rnn", 32, 32)], &[1], device);
            let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
            let words = |net: &Net, x| net.words.as_ref().expect("an embedding").forward(x);
            (net, Box::new(move |net| loss.forward(net.on_last(words(net, x.clone())), y.clone())))
        }
    };
    let mut optimizer = match name {
        "imdb" => RmsPropConfig::new().with_alpha(0.9).with_momentum(0.0).with_epsilon(1e-7).init(),
        _ => AdamConfig::new().with_epsilon(1e-8).init(),
    };
    let mut net = Some(net);
    let mut step = move || {
        let before = net.take().expect("a net");
        let loss = loss(&before);
        let gradients = GradientsParams::from_grads(loss.backward(), &before);
        let value = loss.into_scalar::<f32>();
        net = Some(optimizer.step(1e-3, before, gradients));
        value
    };
    let mut checks = first_losses(&mut step);
    if name == "imdb" {
        checks.truncate(1); // its RMSprop adds epsilon to the root, that of the others to what's below it
    }
    Work { call: Box::new(move || _ = black_box(step())), checks }
}
