//! `EarlyStopping` and `ReduceOnPlateau` against recorded runs of Keras' callbacks: the epoch in which training ends, the
//! learning rate after each epoch, the weights that are left.

use tapeloop::train::{EarlyStopping, Monitor, ReduceOnPlateau};

use crate::common::case::folder;
use crate::scripted::run;

#[test]
fn callbacks_do_what_those_of_keras_3_do() {
    let mut compared = [0, 0];
    for case in folder("keras3/callbacks") {
        let config = &case.meta["config"];
        let number = |name: &str, default: f64| config[name].as_f64().unwrap_or(default);
        // Keras' numbers are what we call the loss, which is never negative: +4 and ½ change no comparison but the scale.
        let larger = config["mode"] == "max";
        let monitor = Monitor::new("loss").larger_is_better(larger);
        let patience = number("patience", f64::NAN) as usize;
        let recorded = case.array("input.values");
        let values: Vec<f64> = recorded.data().iter().map(|x| if larger { 4.0 + x } else { *x }).collect();

        let stops = case.meta["callback"] == "EarlyStopping";
        let (history, rates, weight) = if stops {
            let monitor = monitor.min_delta(number("min_delta", 0.0));
            let stopping = EarlyStopping::with(monitor, patience);
            let restore = config["restore_best_weights"].as_bool().unwrap_or(false);
            run(&values, stopping.restore_best(restore))
        } else {
            let monitor = monitor.min_delta(number("min_delta", 1e-4));
            let reduce = ReduceOnPlateau::with(monitor, number("factor", f64::NAN), patience);
            run(&values, reduce.cooldown(number("cooldown", 0.0) as usize).floor(number("min_lr", 0.0)))
        }
        .unwrap();
        let expected = case.array("expected.lr");
        assert_eq!(history.epochs(), expected.shape().len(), "{}: epochs", case.name);
        assert_eq!(rates, expected.data(), "{}: learning rates", case.name);
        assert_eq!(
            weight,
            case.array("expected.weight").data()[0],
            "{}: the epoch of the weights",
            case.name
        );
        assert_eq!(history.stopped().is_some(), history.epochs() < values.len(), "{}", case.name);
        compared[usize::from(stops)] += 1;
    }
    assert_eq!(compared, [12, 11]);
}

/// Keras' defaults, as `new` has them.
#[test]
fn better_is_better_by_more_than_1e_4_when_a_rate_is_reduced() {
    let plateau: Vec<f64> = (0..12).map(|epoch| 1.0 - 0.9e-4 * f64::from(epoch % 2)).collect();
    let (_, rates, _) = run(&plateau, ReduceOnPlateau::new("loss", 0.5, 5)).unwrap();
    assert_eq!(rates, [[1.0; 5].to_vec(), vec![0.5; 5], vec![0.25; 2]].concat());
    let falls: Vec<f64> = (0..12).map(|epoch| 2.0 - 2e-4 * f64::from(epoch)).collect();
    let (_, rates, _) = run(&falls, ReduceOnPlateau::new("loss", 0.5, 1)).unwrap();
    assert_eq!(rates, [1.0; 12]);
}
