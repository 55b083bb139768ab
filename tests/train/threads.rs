//! Equal seeds give equal bits, for any number of threads; other seeds others.

use std::sync::mpsc;

use tapeloop::Array;
use tapeloop::data::{Dataset, Inputs};
use tapeloop::nn::{Dense, Dropout, Embedding, Gru, Lstm};
use tapeloop::optim::{Adam, Clip};
use tapeloop::train::{Fit, InputShape, Loss, Metric, Sequential};

use crate::common::numbers::all_same;
use crate::nets::{below, fit, weights};
use crate::validation::Witness;

const N: usize = 44; // trained with 39: batches of 32 and 7
const T: usize = 3;

/// All losses, all metrics and all weights of a run with everything that is drawn: dropout, dropout of states, orders.
fn run(threads: usize, build: u64, seed: u64, units: usize) -> (String, Vec<f32>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut model = Sequential::new()
        .add(Embedding::new(50, 32).mask_zero(true))
        .add(Dropout::new(0.2))
        .add(Lstm::new(units).dropout(0.1, 0.1).return_sequences(true))
        .add(Dropout::new(0.2).over_time(true))
        .add(Gru::new(units))
        .add(Dense::new(4))
        .build(InputShape::tokens(T), build)
        .unwrap();
    let data = Dataset::new(Inputs::ids(T, below(N * T, 50, 0)), below(N, 4, 1)).unwrap();
    let mut settings = Fit {
        loss: Loss::CategoricalCrossEntropyLogits,
        optimizer: Adam::keras(0.01).into(),
        metrics: vec![Metric::Accuracy],
        clip: Some(Clip::GlobalNorm(1.0)),
        epochs: 2,
        validation_split: 0.1,
        seed,
        progress: false,
        ..Fit::default()
    };
    let history = pool.install(|| model.fit(&data, &mut settings)).unwrap();
    assert_eq!(history.epochs(), 2);
    (history.to_csv(), weights(&model))
}

/// 256 units and 32 rows: products that are shared out among threads.
#[test]
fn the_number_of_threads_changes_no_bit() {
    let (history, weights) = run(1, 0, 0, 256);
    for threads in [2, 3] {
        let (other, others) = run(threads, 0, 0, 256);
        assert_eq!(history, other, "{threads} threads");
        all_same(&weights, &others, &format!("{threads} threads"));
    }
}

#[test]
fn equal_seeds_give_equal_nets_and_other_seeds_others() {
    let (history, weights) = run(1, 3, 4, 6);
    let (again, same) = run(1, 3, 4, 6);
    assert_eq!(history, again);
    all_same(&weights, &same, "equal seeds");
    for (build, seed) in [(3, 5), (2, 4)] {
        let (other, others) = run(1, build, seed, 6);
        assert!(history != other && weights != others, "seeds {build} and {seed}");
    }
}

/// Each source of chance by itself hears the seed of the settings: the order, the two dropouts.
#[test]
fn the_seed_decides_about_each_of_them() {
    let net = |what: &str| {
        let gru = Gru::new(4).return_sequences(true);
        let gru = if what == "state" { gru.dropout(0.0, 0.5) } else { gru };
        let net = Sequential::new().add(Embedding::new(50, 5)).add(gru);
        let net = if what == "dropout" { net.add(Dropout::new(0.5)) } else { net };
        net.add(Gru::new(3)).add(Dense::new(4)).build(InputShape::tokens(T), 0).unwrap()
    };
    let data = Dataset::new(Inputs::ids(T, below(N * T, 50, 0)), below(N, 4, 1)).unwrap();
    for what in ["nothing", "order", "state", "dropout"] {
        let with = |seed| {
            let mut model = net(what);
            let loss = Loss::CategoricalCrossEntropyLogits;
            let fit = Fit { loss, seed, shuffle: what == "order", progress: false, ..Fit::default() };
            let mut fit = Fit { optimizer: Adam::keras(0.01).into(), ..fit };
            model.fit(&data, &mut fit).unwrap();
            weights(&model)
        };
        assert_eq!(with(1) == with(2), what == "nothing", "{what}");
        assert_eq!(with(1), with(1), "{what}");
    }
}

/// What is dropped is another thing in each step, each layer and each row; and what a run of other settings drops is another.
#[test]
fn each_step_and_each_layer_drops_others() {
    let dropped = |seed| {
        let [(first, of_first), (second, of_second)] = [(); 2].map(|()| mpsc::channel());
        let mut model = Sequential::<f64>::default()
            .add(Dropout::new(0.5))
            .add(Witness(first))
            .add(Dropout::new(0.5))
            .add(Witness(second))
            .add(Dense::new(1))
            .build(InputShape::features(100), 0)
            .unwrap();
        let data = Dataset::new(Array::new([4, 100], vec![1.0; 400]), Array::zeros([4, 1])).unwrap();
        let mut settings = Fit { seed, ..fit(Loss::Mse, Adam::keras(0.01), 2, 2) };
        model.fit(&data, &mut settings).unwrap();
        drop(model);
        (of_first.iter().collect::<Vec<_>>(), of_second.iter().collect::<Vec<_>>())
    };
    let (first, second) = dropped(1);
    assert_eq!((first.len(), second.len()), (4, 4));
    // Equal in about half of their places, were they drawn independently; in all, were they the same.
    let differ = |a: &[f64], b: &[f64]| a.iter().zip(b).filter(|(a, b)| (**a == 0.0) != (**b == 0.0)).count();
    for (step, (one, both)) in first.iter().zip(&second).enumerate() {
        let kept = one.iter().filter(|x| **x == 2.0).count();
        assert!(
            one.iter().all(|x| [0.0, 2.0].contains(x)) && (70..130).contains(&kept),
            "{kept} of 200 kept"
        );
        assert!((20..80).contains(&differ(one, both)), "the second layer drops the same as the first");
        assert!(differ(&one[..100], &one[100..]) > 20, "both rows lose the same");
        assert!(
            first[..step].iter().all(|before| differ(one, before) > 50),
            "step {step} drops the same as one before"
        );
    }
    assert_eq!(dropped(1), (first.clone(), second));
    assert!(differ(&dropped(2).0[0], &first[0]) > 50);
}
