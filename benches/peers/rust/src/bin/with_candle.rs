//! candle: `with_candle THREADS`. Its layers, but for the Elman layer and RMSprop, which it hasn't: they are written like its own.

use std::collections::HashMap;
use std::hint::black_box;

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::rnn::{GRUConfig, LSTMConfig, RNN};
use candle_nn::{AdamW, Embedding, Linear, Module, Optimizer, ParamsAdamW, VarBuilder, loss};
use peers::{Case, Weights, Work, first_losses, ids, numbers, serve, sines, size, threads};

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(threads()).build_global().expect("threads");
    let prepare = |case: Case<'_>| match case {
        Case::Cell { kind, backward, size } => cell(kind, backward, size),
        Case::Step(name) => step(name),
    };
    let run = move || serve("candle", "0.11.1", |case| prepare(case).map_err(|problem| problem.to_string()));
    // It walks through the graph by recursion: 500 steps need more than the usual stack.
    std::thread::Builder::new().stack_size(1 << 30).spawn(run).expect("a thread").join().expect("no panic");
}

fn tensor(values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values, shape, &Device::Cpu)
}

/// Makes the weights of a model: variables, where gradients are wanted.
struct Builder {
    weights: Weights,
    variables: Option<Vec<Var>>,
}

/// The outputs of all steps, each `[B, H]`, for `x` `[B, T, I]`.
type Layer = Box<dyn Fn(&Tensor) -> Result<Vec<Tensor>>>;

impl Builder {
    fn new(train: bool) -> Self {
        Self { weights: Weights::default(), variables: train.then(Vec::new) }
    }

    fn weight(&mut self, values: Tensor) -> Result<Tensor> {
        let Some(variables) = &mut self.variables else { return Ok(values) };
        let variable = Var::from_tensor(&values)?;
        let weight = variable.as_tensor().clone();
        variables.push(variable);
        Ok(weight)
    }

    fn layer(&mut self, kind: &str, inputs: usize, units: usize, forget_bias: f32) -> Result<Layer> {
        let gates = [("rnn", 1), ("lstm", 4), ("gru", 3)]
            .into_iter()
            .find(|(name, _)| *name == kind)
            .expect("a cell")
            .1;
        let arrays = self.weights.layer([inputs, units, gates], kind == "gru", forget_bias);
        let shapes =
            [[inputs, gates * units], [units, gates * units], [1, gates * units], [1, gates * units]];
        let names = ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"];
        let mut tensors = HashMap::new();
        for ((name, shape), array) in names.into_iter().zip(shapes).zip(arrays) {
            let values = tensor(array, &shape)?;
            let values =
                if name.starts_with("bias") { values.flatten_all()? } else { values.t()?.contiguous()? };
            tensors.insert(name.to_string(), self.weight(values)?);
        }
        let builder = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
        Ok(match kind {
            "lstm" => {
                let config = LSTMConfig { b_hh_init: None, ..LSTMConfig::default() };
                let lstm = candle_nn::lstm(inputs, units, config, builder)?;
                Box::new(move |x| Ok(lstm.seq(x)?.into_iter().map(|state| state.h).collect()))
            }
            "gru" => {
                let gru = candle_nn::gru(inputs, units, GRUConfig::default(), builder)?;
                Box::new(move |x| Ok(gru.seq(x)?.into_iter().map(|state| state.h).collect()))
            }
            _ => {
                let shape = [(units, inputs), (units, units)];
                let [w_ih, w_hh] = [0, 1].map(|n| builder.get(shape[n], names[n]));
                let elman = Elman { w_ih: w_ih?, w_hh: w_hh?, b: builder.get(units, names[2])?, units };
                Box::new(move |x| elman.seq(x))
            }
        })
    }

    fn dense(&mut self, inputs: usize, outputs: usize) -> Result<Linear> {
        let bound = (inputs as f32).powf(-0.5);
        let w = tensor(self.weights.next(inputs * outputs, bound), &[inputs, outputs])?.t()?.contiguous()?;
        let w = self.weight(w)?;
        let b = tensor(self.weights.next(outputs, bound), &[outputs])?;
        Ok(Linear::new(w, Some(self.weight(b)?)))
    }
}

/// h' = tanh(x·W_ihᵀ + b + h·W_hhᵀ)
struct Elman {
    w_ih: Tensor,
    w_hh: Tensor,
    b: Tensor,
    units: usize,
}

impl RNN for Elman {
    type State = Tensor;

    fn zero_state(&self, rows: usize) -> Result<Tensor> {
        Tensor::zeros((rows, self.units), DType::F32, &Device::Cpu)
    }

    fn step(&self, x: &Tensor, h: &Tensor) -> Result<Tensor> {
        (x.matmul(&self.w_ih.t()?)?.broadcast_add(&self.b)? + h.matmul(&self.w_hh.t()?)?)?.tanh()
    }

    fn states_to_tensor(&self, states: &[Tensor]) -> Result<Tensor> {
        Tensor::stack(states, 1)
    }
}

fn cell(kind: &str, backward: bool, [b, t, i, h]: [usize; 4]) -> Result<Work> {
    let mut builder = Builder::new(backward);
    let layer = builder.layer(kind, i, h, 0.0)?;
    let x = tensor(sines(b * t * i), &[b, t, i])?;
    let size_of =
        |tensor: &Tensor| Ok::<_, candle_core::Error>(size(tensor.flatten_all()?.to_vec1::<f32>()?));
    let Some(weights) = builder.variables else {
        let forward = move || Tensor::stack(&layer(&x)?, 1);
        let checks = vec![size_of(&forward()?)?];
        return Ok(Work { call: Box::new(move || drop(black_box(forward().expect("outputs")))), checks });
    };
    let x = Var::from_tensor(&x)?;
    let input = x.clone();
    let gradients = move || Tensor::stack(&layer(&input)?, 1)?.sum_all()?.backward();
    let of = |gradients: &GradStore, weight: &Var| size_of(gradients.get(weight).expect("a gradient"));
    let first = gradients()?;
    let of_weights: Result<Vec<f64>> = weights.iter().map(|weight| of(&first, weight)).collect();
    let checks = vec![of(&first, &x)?, of_weights?.iter().sum()];
    Ok(Work { call: Box::new(move || drop(black_box(gradients().expect("gradients")))), checks })
}

fn step(name: &str) -> Result<Work> {
    let mut builder = Builder::new(true);
    let words = match name {
        "imdb" => Some(tensor(builder.weights.next(10_000 * 32, 1.0), &[10_000, 32])?),
        _ => None,
    };
    let words = words.map(|table| builder.weight(table)).transpose()?.map(|table| Embedding::new(table, 32));
    let layers = match name {
        "sine" => vec![builder.layer("rnn", 1, 20, 0.0)?],
        "signal" => vec![builder.layer("lstm", 100, 100, 1.0)?, builder.layer("lstm", 100, 100, 1.0)?],
        "series" => vec![builder.layer("lstm", 1, 10, 1.0)?],
        "mnist" => vec![builder.layer("rnn", 28, 128, 0.0)?],
        _ => vec![builder.layer("rnn", 32, 32, 0.0)?],
    };
    let dense = match name {
        "sine" => vec![builder.dense(20, 1)?],
        "signal" => vec![builder.dense(100, 100)?, builder.dense(100, 100)?],
        "series" => vec![builder.dense(10, 1)?],
        "mnist" => vec![builder.dense(128, 10)?],
        _ => vec![builder.dense(32, 1)?],
    };
    let of_ids = |count, end, shape: &[usize]| Tensor::from_vec(ids(count, end), shape, &Device::Cpu);
    let (x, y) = match name {
        "sine" => (tensor(numbers(100), &[10, 10, 1])?, tensor(numbers(10), &[10, 1])?),
        "signal" => (tensor(numbers(1_000), &[1, 10, 100])?, tensor(numbers(100), &[1, 100])?),
        "series" => (tensor(numbers(12), &[3, 4, 1])?, tensor(numbers(12), &[3, 4, 1])?),
        "mnist" => (tensor(numbers(50 * 28 * 28), &[50, 28, 28])?, of_ids(50, 10, &[50])?),
        _ => (of_ids(128 * 500, 10_000, &[128, 500])?, of_ids(128, 2, &[128, 1])?.to_dtype(DType::F32)?),
    };
    let loss_of = match name {
        "mnist" => loss::cross_entropy,
        "imdb" => loss::binary_cross_entropy_with_logit,
        _ => loss::mse,
    };
    let every = name == "series";
    let forward = move || {
        let mut h = words.as_ref().map_or_else(|| Ok(x.clone()), |words| words.forward(&x))?;
        for (n, layer) in layers.iter().enumerate() {
            let mut outputs = layer(&h)?;
            let all = every || n + 1 < layers.len();
            h = if all { Tensor::stack(&outputs, 1)? } else { outputs.pop().expect("a step") };
        }
        for (n, dense) in dense.iter().enumerate() {
            h = dense.forward(&if n > 0 { h.relu()? } else { h })?;
        }
        loss_of(&h, &y)
    };
    let variables = builder.variables.expect("they are wanted");
    let mut optimizer = match name {
        "imdb" => Rule::RmsProp(
            variables
                .into_iter()
                .map(|w| Ok((Var::zeros(w.shape(), DType::F32, &Device::Cpu)?, w)))
                .collect::<Result<_>>()?,
        ),
        _ => Rule::Adam(AdamW::new(variables, ParamsAdamW { weight_decay: 0.0, ..Default::default() })?),
    };
    let mut step = move || {
        let loss = forward()?;
        optimizer.step(&loss.backward()?)?;
        loss.to_scalar::<f32>()
    };
    let checks = first_losses(|| step().expect("a loss"));
    Ok(Work { call: Box::new(move || _ = black_box(step().expect("a loss"))), checks })
}

enum Rule {
    Adam(AdamW),
    /// Each weight after its mean of squares.
    RmsProp(Vec<(Var, Var)>),
}

impl Rule {
    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        match self {
            Self::Adam(adam) => adam.step(gradients),
            Self::RmsProp(weights) => weights.iter().try_for_each(|(v, w)| {
                let g = gradients.get(w).expect("a gradient");
                v.set(&((v.as_tensor() * 0.9)? + (g.sqr()? * 0.1)?)?)?;
                w.set(&(w.as_tensor() - ((g * 1e-3)? / (v.as_tensor() + 1e-7)?.sqrt()?)?)?)
            }),
        }
    }
}
