//! What happens after batches and epochs. (Against Keras: `keras_callbacks.rs`.)

use std::fs;
use std::sync::{Arc, Mutex, mpsc};

use tapeloop::data::Dataset;
use tapeloop::nn::{Dense, Gru};
use tapeloop::optim::{Adam, Clip, Norm, Optimizer, Schedule, Sgd};
use tapeloop::train::{
    BatchEnd, Callback, CsvLog, EarlyStopping, EpochEnd, Fit, History, InputShape, Loss, Metric, Model,
    Monitor, Rate, ReduceOnPlateau, SaveBest, Sequential, TerminateOnNan, on_batch, on_epoch,
};
use tapeloop::{Array, Error, Gradients, Params};

use crate::common::files::place;
use crate::common::numbers::all_same;
use crate::nets::{fit, numbers, weights};
use crate::scripted;

const NAN: f64 = f64::NAN;

#[test]
fn early_stopping_puts_the_best_weights_back_whether_it_ends_training_or_not() {
    let losses = [3.0, 2.0, 4.0, 2.0, 1.0, 5.0, 6.0, 7.0];
    for (patience, epochs, best) in [(1, 3, 1.0), (2, 4, 1.0), (3, 8, 4.0), (9, 8, 4.0)] {
        let (history, _, weight) = scripted::run(&losses, EarlyStopping::new("loss", patience)).unwrap();
        assert_eq!((history.epochs(), weight), (epochs, best), "patience {patience}");
        assert_eq!(history.get("loss"), &losses[..epochs]);
    }
    let last = EarlyStopping::new("loss", 2).restore_best(false);
    let (history, _, weight) = scripted::run(&losses, last).unwrap();
    assert_eq!((history.epochs(), weight), (4, 3.0));
    assert_eq!(history.stopped(), Some("no better epoch in 2"));
}

/// Keras takes NaN for an improvement on nothing; here it never is one.
#[test]
fn nan_is_never_better() {
    let (history, _, weight) =
        scripted::run(&[NAN, 2.0, NAN, 3.0, NAN, NAN], EarlyStopping::new("loss", 3)).unwrap();
    assert_eq!((history.epochs(), weight), (5, 1.0));
    let (history, _, weight) = scripted::run(&[NAN; 4], EarlyStopping::new("loss", 2)).unwrap();
    assert_eq!((history.epochs(), weight), (2, 1.0)); // no best epoch: the last weights
}

#[test]
fn the_name_says_whether_larger_is_better() {
    let path = place("callbacks_name");
    let monitors = [
        ("loss", false),
        ("val_loss", false),
        ("mse", false),
        ("lr", false),
        ("accuracy", true),
        ("val_top_2_accuracy", true),
    ];
    for (name, larger) in monitors {
        assert_eq!(Monitor::new(name), Monitor::new(name).larger_is_better(larger), "{name}");
    }
    // All that ask for a name take its direction.
    let (_, rates, _) = scripted::run(&[1.0, 2.0, 3.0], ReduceOnPlateau::new("loss", 0.5, 1)).unwrap();
    assert_eq!(rates, [1.0, 0.5, 0.25]);
    let larger = Monitor::new("loss").larger_is_better(true);
    let (_, rates, _) = scripted::run(&[1.0, 2.0, 3.0, 2.5], ReduceOnPlateau::with(larger, 0.5, 1)).unwrap();
    assert_eq!(rates, [1.0, 1.0, 1.0, 0.5]);
    scripted::run(&[1.0, 2.0], SaveBest::new(&path, "loss")).unwrap();
}

/// Settings are used again for another net: what was best in the first run is nothing to the second. Keras resets both, too.
#[test]
fn a_second_run_begins_anew() {
    let mut fit = scripted::epochs(3);
    fit.callbacks.push(Box::new(EarlyStopping::new("loss", 2)));
    fit.callbacks.push(Box::new(ReduceOnPlateau::new("loss", 0.5, 2).cooldown(50)));
    let mut first = scripted::net(&[1.0, 2.0, 2.0], &[]);
    let history = first.fit(&scripted::data(), &mut fit).unwrap();
    assert!(history.stopped().is_some());
    assert_eq!((weights(&first)[0], fit.optimizer.lr()), (0.0, 0.5));

    let mut second = scripted::net(&[5.0, 4.0, 4.5], &[]);
    let history = second.fit(&scripted::data(), &mut fit).unwrap();
    assert_eq!((history.epochs(), history.stopped()), (3, None));
    assert_eq!((weights(&second)[0], fit.optimizer.lr()), (1.0, 0.5));
    let mut third = scripted::net(&[5.0, 6.0, 6.0], &[]);
    third.fit(&scripted::data(), &mut fit).unwrap();
    assert_eq!((weights(&third)[0], fit.optimizer.lr()), (0.0, 0.25)); // no cooling left from before
    // Nothing is better than NaN, but what was best in another run is nothing to this one.
    let mut fourth = scripted::net(&[NAN, NAN], &[]);
    fourth.fit(&scripted::data(), &mut fit).unwrap();
    assert_eq!(weights(&fourth)[0], 1.0);
}

#[test]
fn validation_data_can_be_looked_at() {
    let rest = scripted::data();
    let mut fit = scripted::epochs(5);
    fit.validation = Some(&rest);
    fit.callbacks.push(Box::new(EarlyStopping::new("val_loss", 2)));
    let mut model = scripted::net(&[5.0, 4.0, 3.0, 2.0, 1.0], &[2.0, 1.0, 3.0, 4.0, 5.0]);
    let history = model.fit(&scripted::data(), &mut fit).unwrap();
    assert_eq!((history.epochs(), weights(&model)[0]), (4, 1.0));
    assert_eq!(history.names().collect::<Vec<_>>(), ["loss", "val_loss", "lr"]);
    assert_eq!(history.get("val_loss"), [2.0, 1.0, 3.0, 4.0]);
}

fn data(n: usize) -> Dataset<f64> {
    Dataset::new(numbers([n, 4, 2], 1), numbers([n, 1], 2)).unwrap()
}

fn net() -> Model<f64> {
    let net = Sequential::default().add(Gru::new(3)).add(Dense::new(1));
    net.build(InputShape::sequence(4, 2), 0).unwrap()
}

/// The net is saved in its best epochs only, and the file gives these weights back.
#[test]
fn save_best_keeps_the_best_epoch() {
    let path = place("save_best");
    let data = Dataset::new(numbers([12, 4, 2], 1), Array::new([12, 1], vec![1.0; 12])).unwrap();
    let best = Arc::new(Mutex::new((f64::INFINITY, Vec::new())));
    let note = Arc::clone(&best);
    let note = on_epoch(move |at: EpochEnd<'_, f64>| {
        let loss = at.history.last("val_loss").unwrap();
        let mut best = note.lock().unwrap();
        if loss < best.0 {
            *best = (loss, crate::nets::of(at.params));
        }
    });
    // The rate rises until it is far too large: the last epochs are bad.
    let rates = Rate::Epochs(Schedule::Exponential { lr: 0.03, factor: 2.0, every: 1 });
    let fit = fit(Loss::Mse, Sgd::new(1.0), 9, 4);
    let save = SaveBest::new(&path, "val_loss");
    let mut fit =
        Fit { validation_split: 0.3, rate: rates, callbacks: vec![Box::new(note), Box::new(save)], ..fit };
    let mut model = net();
    let history = model.fit(&data, &mut fit).unwrap();
    drop(fit);
    let (loss, kept) = Arc::into_inner(best).unwrap().into_inner().unwrap();
    assert!(history.last("val_loss").unwrap() > 2.0 * loss, "the last epoch is as good as the best");
    assert!(history.get("val_loss")[0] > loss, "the first epoch is the best");
    let mut saved = net();
    saved.load_weights(&path).unwrap();
    all_same(&weights(&saved), &kept, "the weights of the best epoch");
    assert_ne!(weights(&model), kept);
}

#[test]
fn csv_log_is_the_history() {
    let path = place("csv_log").with_extension("csv");
    let written = Arc::new(Mutex::new(Vec::new()));
    let (note, file) = (Arc::clone(&written), path.clone());
    let read =
        on_epoch(move |_: EpochEnd<'_, f64>| note.lock().unwrap().push(fs::read_to_string(&file).unwrap()));
    let fit = fit(Loss::Mse, Sgd::new(0.125), 3, 5);
    let mut fit = Fit {
        metrics: vec![Metric::Mae],
        validation_split: 0.5,
        callbacks: vec![Box::new(CsvLog::new(&path)), Box::new(read)],
        ..fit
    };
    let history = net().fit(&data(12), &mut fit).unwrap();
    drop(fit);
    let written = Arc::into_inner(written).unwrap().into_inner().unwrap();
    assert_eq!(written.iter().map(|text| text.lines().count()).collect::<Vec<_>>(), [2, 3, 4]);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!((&text, &history.to_csv()), (&written[2], &written[2]));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("epoch,loss,mae,val_loss,val_mae,lr"));
    for (epoch, line) in lines.enumerate() {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        let names = ["loss", "mae", "val_loss", "val_mae", "lr"];
        let expected: Vec<f64> = names.iter().map(|name| history.get(name)[epoch]).collect();
        assert_eq!(cells[0], epoch as f64 + 1.0);
        all_same(&cells[1..], &expected, "the numbers of the file");
    }
    let other = place("csv_saved").with_extension("csv");
    history.save_csv(&other).unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), text);
    assert_eq!(
        (history.get("nothing"), history.last("nothing"), History::default().to_csv()),
        (&[][..], None, "epoch\n".into())
    );
}

/// A NaN among the data: the batch with it is the last one.
#[test]
fn terminate_on_nan_ends_training_after_the_batch() {
    let mut x = vec![0.5; 12];
    x[7] = NAN; // row 7, in the batch of the rows 6 to 8
    let data = Dataset::new(Array::new([12, 1], x), Array::new([12, 1], vec![1.0; 12])).unwrap();
    let model = || Sequential::default().add(Dense::new(1)).build(InputShape::features(1), 0).unwrap();
    let batches = Arc::new(Mutex::new(0));
    let settings = |terminate: bool| {
        let count = Arc::clone(&batches);
        let count = on_batch(move |_| *count.lock().unwrap() += 1);
        let mut fit = Fit { callbacks: vec![Box::new(count)], ..fit(Loss::Mse, Sgd::new(0.1), 2, 3) };
        if terminate {
            fit.callbacks.push(Box::new(TerminateOnNan));
        }
        fit
    };
    let history = model().fit(&data, &mut settings(true)).unwrap();
    assert_eq!((*batches.lock().unwrap(), history.epochs()), (3, 1));
    assert_eq!(history.stopped(), Some("the loss of batch 3 is NaN"));
    assert!(history.get("loss")[0].is_nan());
    *batches.lock().unwrap() = 0;
    let history = model().fit(&data, &mut settings(false)).unwrap(); // NaN is no reason to panic
    assert_eq!((*batches.lock().unwrap(), history.epochs(), history.stopped()), (8, 2, None));
}

#[test]
fn terminate_on_nan_minds_infinity() {
    for loss in [f64::INFINITY, NAN] {
        let (history, ..) = scripted::run(&[1.0, loss, 2.0], TerminateOnNan).unwrap();
        assert_eq!(history.epochs(), 2, "{loss}");
    }
}

/// What ended training is what is said of it, whatever others say later.
#[test]
fn the_first_reason_is_the_one_that_is_kept() {
    let mut fit = scripted::epochs(9);
    fit.callbacks.push(Box::new(TerminateOnNan));
    fit.callbacks.push(Box::new(EarlyStopping::new("loss", 0)));
    let history = scripted::net(&[1.0, NAN], &[]).fit(&scripted::data(), &mut fit).unwrap();
    assert_eq!(history.stopped(), Some("the loss of batch 1 is NaN"));
}

#[test]
fn closures_see_every_batch_and_every_epoch_and_may_stop() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (batches, epochs) = (Arc::clone(&log), Arc::clone(&log));
    let batch = on_batch(move |at| {
        batches.lock().unwrap().push(format!("batch {}.{}", at.epoch, at.batch));
        if (at.epoch, at.batch) == (2, 1) {
            *at.stop = Some("enough".into());
        }
    });
    let epoch = on_epoch(move |at: EpochEnd<'_, f64>| {
        assert_eq!(at.history.epochs(), at.epoch + 1);
        assert_eq!(at.chain.links().len(), 2);
        epochs.lock().unwrap().push(format!("epoch {}", at.epoch));
    });
    let fit = fit(Loss::Mse, Sgd::new(0.1), 9, 4);
    let mut fit = Fit { callbacks: vec![Box::new(batch), Box::new(epoch)], ..fit };
    let history = net().fit(&data(12), &mut fit).unwrap();
    drop(fit);
    let said = Arc::into_inner(log).unwrap().into_inner().unwrap();
    let expected = "batch 0.0, batch 0.1, batch 0.2, epoch 0, batch 1.0, batch 1.1, batch 1.2, epoch 1, \
                    batch 2.0, batch 2.1, epoch 2";
    assert_eq!(said.join(", "), expected);
    assert_eq!((history.epochs(), history.stopped()), (3, Some("enough")));
}

/// A callback of one's own: it ends training with an error.
struct Refuses;

impl Callback<f64> for Refuses {
    fn epoch_end(&mut self, at: EpochEnd<'_, f64>) -> Result<(), Error> {
        let problem = format!("no more than {} epochs", at.epoch);
        if at.epoch == 1 { Err(Error::Setting { setting: "refuses", problem }) } else { Ok(()) }
    }
    fn batch_end(&mut self, at: BatchEnd<'_>) {
        assert!(at.loss.is_finite());
    }
}

#[test]
fn a_callback_may_fail() {
    let fit = fit(Loss::Mse, Sgd::new(0.1), 9, 4);
    let mut fit = Fit { callbacks: vec![Box::new(Refuses)], ..fit };
    let mut model = net();
    let error = model.fit(&data(12), &mut fit).unwrap_err();
    assert_eq!(error.to_string(), "refuses: no more than 1 epochs");
    assert_eq!(fit.optimizer.steps(), 6);
    fit.callbacks.clear();
    assert_eq!(model.fit(&data(12), &mut fit).unwrap().epochs(), 9, "the net can be used on");
}

/// Plain gradient descent that tells the learning rate of each step.
struct Telling(Sgd<f64>, mpsc::Sender<f64>);

impl Optimizer<f64> for Telling {
    fn step(&mut self, params: &mut Params<f64>, grads: &Gradients<f64>) {
        self.1.send(self.lr()).unwrap();
        self.0.step(params, grads);
    }
    fn lr(&self) -> f64 {
        self.0.lr
    }
    fn set_lr(&mut self, lr: f64) {
        self.0.set_lr(lr);
    }
    fn steps(&self) -> usize {
        self.0.steps()
    }
    fn reset(&mut self) {
        self.0.reset();
    }
}

/// The learning rate of each step, two in an epoch.
fn rates(rate: Rate, epochs: usize) -> (Vec<f64>, History) {
    let (send, told) = mpsc::channel();
    let optimizer: Box<dyn Optimizer<f64>> = Box::new(Telling(Sgd::new(0.5), send));
    let mut settings = Fit { rate, ..fit(Loss::Mse, optimizer, epochs, 6) };
    let history = net().fit(&data(12), &mut settings).unwrap();
    drop(settings);
    (told.iter().collect(), history)
}

#[test]
fn schedules_count_steps_or_epochs() {
    let halves = || Schedule::Step { lr: 1.0, factor: 0.5, every: 1 };
    let (steps, history) = rates(Rate::Fixed, 2);
    assert_eq!((steps, history.get("lr")), (vec![0.5; 4], &[0.5; 2][..]));
    let (steps, history) = rates(Rate::Steps(halves()), 3);
    assert_eq!(steps, [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125]);
    assert_eq!(history.get("lr"), [0.5, 0.125, 0.03125]);
    let (steps, history) = rates(Rate::Epochs(halves()), 3);
    assert_eq!(steps, [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
    assert_eq!(history.get("lr"), [1.0, 0.5, 0.25]);
    let warm = Schedule::Constant { lr: 1.0 }.after_warmup(0.0, 4);
    assert_eq!(rates(Rate::Steps(warm), 3).0, [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]);
}

/// Steps are those of the optimizer: a second run goes on with the schedule; epochs begin anew.
#[test]
fn a_second_run_goes_on_with_the_steps() {
    let halves = || Schedule::Step { lr: 1.0, factor: 0.5, every: 1 };
    for (rate, expected) in [(Rate::Steps(halves()), [0.25, 0.03125]), (Rate::Epochs(halves()), [1.0, 1.0])] {
        let mut settings = Fit { rate, ..fit(Loss::Mse, Sgd::new(1.0), 1, 4) };
        let mut model = net();
        let lrs = [0, 1].map(|_| model.fit(&data(12), &mut settings).unwrap().last("lr").unwrap());
        settings.epochs = 0;
        assert_eq!(model.fit(&data(12), &mut settings).unwrap(), History::default());
        assert_eq!((lrs, settings.optimizer.steps()), (expected, 6));
    }
}

/// The first step of gradient descent moves the weights by the clipped gradient.
#[test]
fn clipping_takes_effect() {
    let step = |clip| {
        let mut model = net();
        let before = weights(&model);
        let mut settings = Fit { clip, ..fit(Loss::Mse, Sgd::new(1.0), 1, 64) };
        let data = Dataset::new(numbers([12, 4, 2], 1), Array::new([12, 1], vec![100.0; 12])).unwrap();
        model.fit(&data, &mut settings).unwrap();
        let after = weights(&model);
        before.iter().zip(after).map(|(before, after)| before - after).collect::<Vec<f64>>()
    };
    let norm = |step: &[f64]| Norm::L2.of(step);
    let (plain, global) = (step(None), step(Some(Clip::GlobalNorm(0.5))));
    assert!(norm(&plain) > 50.0);
    assert!((norm(&global) - 0.5).abs() < 1e-12, "{}", norm(&global));
    for (plain, clipped) in plain.iter().zip(&global) {
        assert!((plain * 0.5 / norm(&step(None)) - clipped).abs() < 1e-12);
    }
    let value = step(Some(Clip::Value(0.25)));
    assert!(value.iter().all(|g| g.abs() <= 0.25 + 1e-12) && value.iter().any(|g| g.abs() > 0.249));
    all_same(&step(Some(Clip::GlobalNorm(1e9))), &plain, "a bound that nothing reaches");
}

/// The moments belong to the settings.
#[test]
fn two_runs_of_one_epoch_are_a_run_of_two() {
    let data = data(12);
    let settings = |epochs| fit(Loss::Mse, Adam::keras(0.01), epochs, 4);
    let (mut one, mut two) = (net(), net());
    one.fit(&data, &mut settings(2)).unwrap();
    let mut again = settings(1);
    two.fit(&data, &mut again).unwrap();
    two.fit(&data, &mut again).unwrap();
    all_same(&weights(&one), &weights(&two), "weights");
}

/// A panel for each measure, with both curves; none for the learning rate.
#[test]
#[cfg(feature = "plot")]
fn a_history_has_a_picture() {
    let metrics = vec![Metric::Mae];
    let mut settings = Fit { metrics, validation_split: 0.5, ..fit(Loss::Mse, Sgd::new(0.1), 3, 4) };
    let history = net().fit(&data(12), &mut settings).unwrap();
    let svg = history.picture("how it went").to_svg();
    let count = |text: &str| svg.matches(&format!("\n{text}\n")).count();
    assert_eq!((count("how it went"), count("training"), count("validation")), (1, 2, 2), "{svg}");
    assert!(svg.contains("mae") && !svg.contains("val_") && !svg.contains("lr"), "{svg}");
    settings.validation_split = 0.0;
    let svg = net().fit(&data(12), &mut settings).unwrap().picture("training alone").to_svg();
    assert!(!svg.contains("validation"));
}
