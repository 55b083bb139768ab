//! A run that was saved and resumed is the run that was not interrupted, to the bit.
#![cfg(feature = "train")]

use std::ops::Range;

use crate::common::files::place;
use tapeloop::io::{Storable, TensorFile, put_optimizer, put_params, take_optimizer, take_params};
use tapeloop::nn::{Dense, DenseLayer, Embedding, EmbeddingLayer, Recurrent, SimpleRnn, SimpleRnnCell};
use tapeloop::optim::{Adam, Optimizer, RateAt, RmsProp, Rows, Sgd, WeightDecay};
use tapeloop::{Gradients, Memory, Params, Real, Tape};

/// Every preset, and every branch of the update loops.
fn all<R: Real>() -> Vec<Box<dyn Optimizer<R>>> {
    let lr = 0.01;
    let l2 = WeightDecay::L2(0.1);
    let rows = Rows::Touched;
    vec![
        Sgd::new(lr).into(),
        Sgd::default().into(),
        Sgd::pytorch(lr, 0.9).into(),
        Sgd { dampening: 0.3, weight_decay: l2, ..Sgd::pytorch(lr, 0.9) }.into(),
        Sgd::keras(lr, 0.9).into(),
        Sgd { nesterov: true, ..Sgd::keras(lr, 0.9) }.into(),
        Sgd { nesterov: true, rows, rate_at: RateAt::Step, ..Sgd::keras(lr, 0.9) }.into(),
        Sgd::tf1(lr, 0.9).into(),
        RmsProp::default().into(),
        RmsProp::pytorch(lr).into(),
        RmsProp { momentum: 0.5, centred: true, weight_decay: l2, ..RmsProp::pytorch(lr) }.into(),
        RmsProp { momentum: 0.5, ..RmsProp::keras(lr) }.into(),
        RmsProp { centred: true, rows, eps: 1e-4, ..RmsProp::keras(lr) }.into(),
        RmsProp::keras2_legacy(lr, 0.0).into(),
        RmsProp::keras2_legacy(lr, 0.9).into(),
        RmsProp::tf1(lr).into(),
        RmsProp { centred: true, momentum: 0.5, ..RmsProp::tf1(lr) }.into(),
        Adam::default().into(),
        Adam::pytorch(lr).into(),
        Adam::pytorch_adamw(lr).into(),
        Adam::pytorch_sparse(lr).into(),
        Adam { amsgrad: true, ..Adam::pytorch_sparse(lr) }.into(),
        Adam::keras(lr).into(),
        Adam::keras_adamw(lr).into(),
        Adam { amsgrad: true, weight_decay: l2, ..Adam::keras(lr) }.into(),
        Adam::tf1(lr).into(),
    ]
}

/// A net of words, of which a step reads some.
struct Net {
    words: EmbeddingLayer,
    rnn: Recurrent<SimpleRnnCell>,
    read_out: DenseLayer,
}

impl Net {
    fn new<R: Real>(seed: u64) -> (Self, Params<R>) {
        let mut params = Params::new(seed);
        let words = Embedding::new(40, 3).build(&mut params, "words");
        let rnn = SimpleRnn::new(5).build(&mut params, "rnn", 3);
        let read_out = Dense::new(2).build(&mut params, "read_out", 5);
        (Self { words, rnn, read_out }, params)
    }

    fn train<R: Real>(&self, params: &mut Params<R>, optimizer: &mut dyn Optimizer<R>, steps: Range<usize>) {
        let mut grads = params.zero_gradients();
        let mut memory = Memory::new();
        for step in steps {
            let ids: [usize; 8] = std::array::from_fn(|i| (7 * i + 3 * step) % 40);
            let tape = Tape::new(params, memory);
            let x = self.words.forward(&tape, [2, 4], &ids);
            let y = self.read_out.forward(self.rnn.forward(x));
            let loss = y.mse(tape.input([2, 2], &[0.5, -0.5, 1.0, 2.0].map(R::from_f64)));
            grads.zero();
            tape.backward(loss, &mut grads);
            memory = tape.into_memory();
            optimizer.step(params, &grads);
        }
    }
}

/// Ten steps, and a file of them.
fn saved<R: Real + Storable>(folder: &str, optimizer: &mut dyn Optimizer<R>) -> TensorFile {
    let (net, mut params) = Net::new::<R>(1);
    net.train(&mut params, optimizer, 0..10);
    let mut file = TensorFile::new();
    put_params(&mut file, "weights.", &params);
    put_optimizer(&mut file, "optimizer.", &params, optimizer);
    let path = place(folder);
    file.save(&path).unwrap();
    TensorFile::load(path).unwrap()
}

fn resumed_runs_are_the_same<R: Real + Storable>(folder: &str, bits: impl Fn(R) -> u64) {
    for (i, (mut first, mut second)) in all::<R>().into_iter().zip(all::<R>()).enumerate() {
        let file = saved(folder, first.as_mut());
        let (net, mut params) = Net::new::<R>(2);
        take_params(&file, "weights.", &mut params).unwrap();
        assert_eq!(take_optimizer(&file, "optimizer.", &params, second.as_mut()).unwrap(), []);
        assert_eq!(second.steps(), 10);
        net.train(&mut params, second.as_mut(), 10..20);

        let (net, mut expected) = Net::new::<R>(1);
        let mut whole = all::<R>().swap_remove(i);
        net.train(&mut expected, whole.as_mut(), 0..20);
        let same = |a: &[R], b: &[R]| a.iter().map(|x| bits(*x)).eq(b.iter().map(|x| bits(*x)));
        assert!(params.iter().zip(expected.iter()).all(|(a, b)| same(a.values, b.values)), "{i}");
        let [second, whole] = [&second, &whole].map(|optimizer| optimizer.export().unwrap());
        assert_eq!((second.name, &second.settings, second.steps), (whole.name, &whole.settings, 20), "{i}");
        assert_eq!(second.moments.len(), whole.moments.len(), "{i}");
        for ((name, a), (other, b)) in second.moments.iter().zip(&whole.moments) {
            let same = expected.iter().zip(params.iter()).all(|(w, v)| same(&a[v.param], &b[w.param]));
            assert!(same && name == other, "{i}: {name}");
        }
    }
}

#[test]
fn ten_steps_a_file_and_ten_steps_are_twenty_steps() {
    resumed_runs_are_the_same::<f32>("optimizers-f32", |x| x.to_bits().into());
    resumed_runs_are_the_same::<f64>("optimizers-f64", f64::to_bits);
}

/// Without the file the two runs would differ: the moments matter, and so does the number of steps.
#[test]
fn a_fresh_optimizer_is_another_run() {
    let (net, start) = Net::new::<f32>(1);
    for (mut first, mut second) in all::<f32>().into_iter().zip(all::<f32>()) {
        let (mut a, mut b) = (start.clone(), start.clone());
        net.train(&mut a, first.as_mut(), 0..20);
        net.train(&mut b, second.as_mut(), 0..10);
        second.reset();
        net.train(&mut b, second.as_mut(), 10..20);
        let has_memory = !first.export().unwrap().moments.is_empty();
        assert_eq!(a.flat() != b.flat(), has_memory, "{:?}", first.export().unwrap().settings);
    }
}

#[test]
fn settings_are_all_that_can_be_set() {
    let names = |optimizer: &dyn Optimizer<f32>| {
        let exported = optimizer.export().unwrap();
        (
            exported.name,
            exported
                .settings
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    let sgd = Sgd { weight_decay: WeightDecay::L2(1e-4), ..Sgd::keras(0.1, 0.9) };
    let text =
        "lr=0.1 momentum=0.9 dampening=0.0 nesterov=false rate_at=Buffer weight_decay=L2(0.0001) rows=All";
    assert_eq!(names(&sgd), ("sgd", text.into()));
    let text = "lr=0.001 rho=0.9 eps=1e-10 eps_inside=true centred=false momentum=0.0 rate_at=Buffer start=1.0 weight_decay=None rows=Touched";
    assert_eq!(names(&RmsProp::tf1(1e-3)), ("rmsprop", text.into()));
    let text =
        "lr=0.001 beta1=0.9 beta2=0.999 eps=1e-7 eps_hat=true amsgrad=false weight_decay=None rows=All";
    assert_eq!(names(&Adam::default()), ("adam", text.into()));
}

#[test]
fn other_settings_are_told() {
    let file = saved("optimizers-settings", &mut Adam::<f32>::keras(0.01));
    let params = Net::new::<f32>(1).1;
    let mut adam = Adam { beta2: 0.99, ..Adam::keras(0.02) };
    let changed = take_optimizer(&file, "optimizer.", &params, &mut adam).unwrap();
    let changed: Vec<String> = changed.iter().map(ToString::to_string).collect();
    assert_eq!(changed, ["lr was 0.01 and is 0.02", "beta2 was 0.999 and is 0.99"]);
    assert_eq!((adam.lr, adam.steps()), (0.02, 10));
}

/// An optimizer of one's own.
struct SignDescent(f64);

impl Optimizer<f32> for SignDescent {
    fn step(&mut self, params: &mut Params<f32>, grads: &Gradients<f32>) {
        let lr = self.0 as f32;
        params.flat_mut().iter_mut().zip(grads.flat()).for_each(|(w, g)| *w -= lr * g.signum());
    }
    fn lr(&self) -> f64 {
        self.0
    }
    fn set_lr(&mut self, lr: f64) {
        self.0 = lr;
    }
    fn steps(&self) -> usize {
        0
    }
    fn reset(&mut self) {}
}

/// The message when `optimizer` is to go on from a file; it must not have changed.
fn refusal(file: &TensorFile, optimizer: &mut dyn Optimizer<f32>) -> String {
    let before = optimizer.steps();
    let error = take_optimizer(file, "optimizer.", &Net::new(1).1, optimizer).unwrap_err().to_string();
    assert_eq!(optimizer.steps(), before);
    error.strip_prefix(&format!("{}: ", file.path().display())).unwrap().to_owned()
}

#[test]
fn what_does_not_fit_is_refused() {
    let cannot = |problem: &str| format!("the run cannot be resumed: {problem}");
    let file = saved("optimizers-none", &mut SignDescent(0.1));
    let message = refusal(&file, &mut Adam::default());
    assert_eq!(message, cannot("there is no state of an optimizer in the file"));
    assert_eq!(file.metadata().len(), 0);

    let file = saved("optimizers-sgd", &mut Sgd::<f32>::new(0.1));
    assert_eq!(refusal(&file, &mut SignDescent(0.1)), cannot("this optimizer does not export its state"));
    assert_eq!(refusal(&file, &mut Adam::default()), cannot("it was trained with \"sgd\", not adam"));
    let message = refusal(&file, &mut Sgd::pytorch(0.1, 0.9));
    assert_eq!(message, cannot("sgd with these settings needs the moment \"b\", which is missing"));

    let mut file = saved("optimizers-adam", &mut Adam::<f32>::default());
    let message = refusal(&file, &mut Adam { amsgrad: true, ..Adam::default() });
    assert_eq!(message, cannot("adam with these settings needs the moment \"v_max\", which is missing"));

    file.set_text("optimizer.steps", "ten");
    assert_eq!(refusal(&file, &mut Adam::default()), cannot("\"ten\" is no number of steps"));
    file.set_text("optimizer.steps", "10");
    file.set_text("optimizer.moments", "m,v,w");
    assert!(
        refusal(&file, &mut Adam::default()).contains("\"optimizer.w.words.table\" (F32 [40, 3]) is missing")
    );
    file.set_text("optimizer.moments", "m");
    let message = refusal(&file, &mut Adam::default());
    assert_eq!(message, cannot("adam with these settings needs the moment \"v\", which is missing"));

    // Moments of other weights.
    let mut other = Params::<f32>::new(0);
    Embedding::new(41, 3).build(&mut other, "words");
    file.set_text("optimizer.moments", "m,v");
    let error = take_optimizer(&file, "optimizer.", &other, &mut Adam::default()).unwrap_err().to_string();
    assert!(
        error.contains(
            "\"optimizer.m.words.table\" is F32 [40, 3], not F32 [41, 3]; \"optimizer.m.read_out.b\" is not"
        ),
        "{error}"
    );
}

#[test]
fn restore_knows_its_moments() {
    let grads = || Net::new::<f32>(1).1.zero_gradients();
    let mut rms_prop = RmsProp::<f32>::default();
    let error = rms_prop.restore(1, vec![("u".into(), grads())]).unwrap_err();
    assert_eq!(error, "rmsprop has the moments [\"v\", \"a\", \"b\"], but no \"u\"");
    assert_eq!(rms_prop.steps(), 0);
    // Before the first step there are none; and one that is there, though these settings don't need it, does no harm.
    rms_prop.restore(0, vec![]).unwrap();
    rms_prop.restore(3, vec![("b".into(), grads()), ("v".into(), grads())]).unwrap();
    assert_eq!(rms_prop.steps(), 3);
    assert_eq!(
        rms_prop.export().unwrap().moments.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["v", "b"]
    );
}
