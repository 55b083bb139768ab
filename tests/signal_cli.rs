//! The program `signal` as its user meets it, and its forecasts beside the net's.
#![cfg(all(feature = "plot", feature = "csv", feature = "train"))]

#[path = "../examples/signal/args.rs"]
#[allow(dead_code)] // the program's
mod args;
#[path = "../examples/signal/linear.rs"]
mod linear;
#[path = "../examples/sine/options.rs"]
#[allow(dead_code)]
mod options;
#[path = "../examples/signal/task.rs"]
#[allow(dead_code)]
mod task;

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use clap::Parser;

use args::Args;
use common::program::{self, result};
use linear::Linear;
use task::{AHEAD, ALONE, TRAIN, Task, Test, WINDOW, go_on, repeated};

/// What the program's options end with if they are bad.
#[allow(dead_code)]
enum Stop {
    Unusable(String),
}

fn signal(args: &[&str], out: &Path) -> Output {
    program::run("signal", args, out)
}

/// A path where nothing is yet.
fn nowhere(name: &str) -> PathBuf {
    program::nowhere(&format!("signal-{name}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a run that has to succeed.
fn success(args: &[&str], out: &Path) -> String {
    let [stdout, _] = program::success("signal", args, out);
    stdout
}

/// A CSV file of so many numbers.
fn csv(name: &str, numbers: usize, number: impl Fn(usize) -> f64) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("signal-{name}.csv"));
    let rows: String = (0..numbers).map(|i| format!("{i},{}\n", number(i))).collect();
    fs::write(&path, format!("t,level\n{rows}")).unwrap();
    path.to_str().unwrap().into()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of forecasts: run with --release")]
fn a_short_run_learns_and_draws_what_it_learned() {
    let out = nowhere("good");
    let stdout = success(&["--steps", "100", "--batch", "32", "--lr", "0.002", "--falling"], &out);
    assert_eq!(result(&stdout, "steps"), 100.0);
    assert!(result(&stdout, "test_mse") < 0.2 * result(&stdout, "repeat_mse"), "{stdout}");
    for name in ["linear_mse", "free_mse", "linear_free_mse", "repeat_free_mse", "seconds"] {
        assert!(result(&stdout, name) > 0.0, "{stdout}");
    }
    assert!(stdout.contains("its first forecast ten times") && stdout.contains("BasicLstm"), "{stdout}");
    let picture = out.join("signal-vibration.svg");
    assert!(stdout.trim_end().ends_with(&format!("picture={}", picture.display())));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    let svg = fs::read_to_string(picture).unwrap();
    assert!(svg.contains("Left alone") && svg.contains("acceleration (g)") && !svg.contains("no data"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of forecasts: run with --release")]
fn the_seed_decides_everything() {
    let out = nowhere("seed");
    let run = |seed| {
        let stdout = success(&["--steps", "5", "--seed", seed], &out);
        let words = stdout.split_whitespace().filter(|word| !word.starts_with("seconds="));
        let svg = fs::read_to_string(out.join("signal-vibration.svg")).unwrap();
        (words.collect::<Vec<_>>().join(" "), svg)
    };
    let first = run("3");
    assert_eq!(first, run("3"));
    let other = run("4");
    assert!(first.0 != other.0 && first.1 != other.1);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "whole trainings: run with --release")]
fn the_net_beats_the_last_window_repeated() {
    let out = nowhere("whole");
    let part = |args: &[&str], name: &str| {
        let stdout = success(args, &out);
        result(&stdout, &format!("{name}_mse"))
            / result(&stdout, &format!("repeat_{name}_mse").replace("test_", ""))
    };
    for seed in ["0", "1"] {
        assert!(part(&["--seed", seed], "test") < 0.08, "seed {seed}");
        assert!(part(&["--seed", seed], "free") < 0.3, "seed {seed}");
        assert!(part(&["--data", "ecg", "--seed", seed], "test") < 0.85, "seed {seed}");
    }
    assert!(part(&["--batch", "32", "--lr", "0.002", "--falling"], "test") < 0.011);
    // Worse, and on the electrocardiogram worse than the last window.
    assert!((0.03..0.5).contains(&part(&["--as-tutorial"], "test")));
    assert!(part(&["--as-tutorial", "--data", "ecg"], "test") > 1.0);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "thousands of forecasts: run with --release")]
fn a_column_of_a_file_is_forecast_in_its_own_unit() {
    let out = nowhere("csv");
    let file = csv("tides", 16_000, |i| 300.0 + 100.0 * (i as f64 * 0.02).sin());
    let stdout = success(&["--data", &file, "--column", "level"], &out);
    // A sine of amplitude A, a hundred numbers later: a mean square of 2·A²·sin²(1).
    let repeat = 2.0 * 1e4 * 1f64.sin().powi(2);
    assert!((result(&stdout, "repeat_mse") / repeat - 1.0).abs() < 0.05, "{stdout}");
    assert!(result(&stdout, "test_mse") < 0.05 * repeat, "{stdout}");
    assert!(result(&stdout, "linear_mse") < 1e-3 * repeat, "{stdout}");
    let svg = fs::read_to_string(out.join("signal-signal-tides.svg")).unwrap();
    assert!(svg.contains("level") && svg.contains("15000"));
}

#[test]
fn bad_options_are_one_sentence_and_leave_nothing() {
    let short = csv("short", 15_999, |i| i as f64);
    let constant = csv("constant", 16_000, |i| if i < TRAIN { 0.1 } else { i as f64 });
    let far = csv("far", 16_000, |i| if i == 15_500 { 1e300 } else { (i % 7) as f64 });
    let text_in_it = csv("text", 16_000, |i| if i == 7 { f64::NAN } else { i as f64 });
    let bad: [(&[&str], &str); 16] = [
        (&["--steps", "0"], "whole number from 1 to 1000000"),
        (&["--steps", "1.5"], "--steps"),
        (&["--lr", "0"], "greater than 0"),
        (&["--lr", "inf"], "--lr"),
        (&["--seed", "x"], "--seed"),
        (&["--as-tutorial", "--lr", "0.1"], "cannot be used with"),
        (&["--batch", "0"], "whole number from 1 to 2500"),
        (&["--frobnicate"], "--frobnicate"),
        (&["--column", "level"], "--column is for a CSV file"),
        (&["--data", "ecg", "--column", "1"], "--data is ecg"),
        (&["--data", "no/such.csv"], "no/such.csv"),
        (&["--data", &short], "choose one by its name"),
        (&["--data", &short, "--column", "2"], "15999 numbers are too few"),
        (&["--data", &constant, "--column", "level"], "constant"),
        (&["--data", &far, "--column", "level"], "1e300 (row 15501) is too far"),
        (&["--data", &text_in_it, "--column", "level"], "line 9"),
    ];
    let out = nowhere("bad");
    for (args, part) in bad {
        let output = signal(args, &out);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{args:?}: {stderr}");
        assert!(stderr.contains(part), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}: {}", text(&output.stdout));
        assert!(!out.exists(), "{args:?} left {}", out.display());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_training() {
    let file = nowhere("file");
    let _ = fs::remove_file(&file);
    fs::write(&file, "mine").unwrap();
    for out in [file.clone(), file.join("below")] {
        let output = signal(&[], &out);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(out.to_str().unwrap()) && stderr.lines().count() == 1, "{stderr}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_rate_that_is_too_large_ends_with_a_sentence() {
    let out = nowhere("diverged");
    let output = signal(&["--lr", "1e30", "--steps", "10"], &out);
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    let last = stderr.lines().last().unwrap();
    assert!(last.starts_with("error: training diverged at step ") && last.contains("--lr"), "{stderr}");
    assert!(!text(&output.stdout).contains("result:") && fs::read_dir(&out).unwrap().count() == 0);
}

#[test]
fn each_forecast_becomes_a_part_of_the_next_window() {
    let windows: Vec<f64> = (0..2 * WINDOW).map(|i| i as f64).collect();
    let mut calls = 0;
    let numbers = go_on(&windows, &mut |windows| {
        calls += 1;
        let ends = windows.chunks_exact(WINDOW).map(|window| window[WINDOW - 1]);
        ends.flat_map(|end| (1..=AHEAD).map(move |k| end + k as f64)).collect()
    });
    assert_eq!(calls, 10);
    let counted = |from: usize| (from..from + ALONE).map(|i| i as f64);
    assert_eq!(numbers, counted(1_000).chain(counted(2_000)).collect::<Vec<_>>());

    let stuck = repeated(&numbers[..AHEAD]);
    assert!(stuck.len() == ALONE && stuck.chunks(AHEAD).all(|part| part == &numbers[..AHEAD]));
}

#[test]
fn nothing_tested_was_trained_with() {
    let task = Task::new(&Args::parse_from(["signal", "--data", "ecg"])).unwrap();
    for (ahead, most) in [(AHEAD, 2_500), (ALONE, 250)] {
        let test = Test::new(&task, ahead, most);
        assert!(most <= test.len() && test.len() < 2 * most, "{}", test.len());
        assert_eq!(test.windows[..WINDOW], task.values[TRAIN..][..WINDOW]);
        // The truth has no error, and its mean that of the test part, in mV².
        let mean = test.mse(&vec![0.0; test.len() * ahead]);
        assert!((0.7..1.0).contains(&mean), "{mean}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "a thousand equations, six times: run with --release")]
fn the_linear_forecast_goes_on_with_sines_exactly() {
    let sines = |i: usize| (i as f64 * 0.1).sin() + 0.5 * (i as f64 * 0.37 + 1.0).cos();
    let series: Vec<f64> = (0..TRAIN + WINDOW + AHEAD).map(sines).collect();
    let (train, test) = series.split_at(TRAIN);
    let forecast = Linear::fit(train).forecast(&test[..WINDOW]);
    assert_eq!(forecast.len(), AHEAD);
    for (p, y) in forecast.iter().zip(&test[WINDOW..]) {
        assert!((p - y).abs() < 1e-3, "{p} and {y}");
    }
}
