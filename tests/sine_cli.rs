//! The main job as its user meets it: the program `sine`, its output, its files, its exit codes.
#![cfg(all(feature = "plot", feature = "csv"))]

#[path = "../examples/sine/args.rs"]
#[allow(dead_code)] // the program's
mod args;
#[path = "../examples/sine/options.rs"]
#[allow(dead_code)]
mod options;
#[path = "../examples/sine/task.rs"]
#[allow(dead_code)]
mod task;
#[path = "../examples/sine/trainer.rs"]
#[allow(dead_code)]
mod trainer;

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use clap::Parser;
use tapeloop::Params;
use tapeloop::data::Windows;

use args::Args;
use common::program::{self, files, result};
use task::STEPS;
use trainer::Trainer;

/// What the program's options end with if they are bad.
#[allow(dead_code)]
enum Stop {
    Unusable(String),
}

fn sine(args: &[&str], out: &Path) -> Output {
    program::run("sine", args, out)
}

/// A path where nothing is yet.
fn nowhere(name: &str) -> PathBuf {
    program::nowhere(&format!("sine-{name}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a run that has to succeed.
fn success(args: &[&str], out: &Path) -> String {
    let [stdout, _] = program::success("sine", args, out);
    stdout
}

#[test]
fn a_short_run_learns_and_draws_what_it_learned() {
    let out = nowhere("good");
    let stdout = success(&["--epochs", "1"], &out);
    assert_eq!(result(&stdout, "steps"), 150.0);
    assert!(result(&stdout, "train_mse") < 1e-2 && result(&stdout, "test_mse") < 1e-2, "{stdout}");
    assert!(result(&stdout, "seconds") >= 0.0);
    let picture = out.join("sine.svg");
    assert!(stdout.trim_end().ends_with(&format!("picture={}", picture.display())));
    assert!(stdout.contains("predicted") && stdout.contains("actual") && stdout.contains("epoch   1/1"));
    assert_eq!(files(&out), ["sine.svg"]);
    let svg = fs::read_to_string(picture).unwrap();
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("Loss") && svg.contains("prediction") && !svg.contains("no data"));
}

#[test]
fn the_seed_decides_everything() {
    let out = nowhere("seed");
    let run = |seed| {
        let stdout = success(&["--epochs", "1", "--hidden", "5", "--seed", seed], &out);
        let words = stdout.split_whitespace().filter(|word| !word.starts_with("seconds="));
        let svg = fs::read_to_string(out.join("sine.svg")).unwrap();
        (words.collect::<Vec<_>>().join(" "), svg)
    };
    let first = run("3");
    assert_eq!(first, run("3"));
    let other = run("4");
    assert!(first.0 != other.0 && first.1 != other.1);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "ten whole trainings: run with --release")]
fn every_seed_reaches_an_error_of_1e_4() {
    let out = nowhere("seeds");
    for seed in 0..10 {
        let stdout = success(&["--seed", &seed.to_string()], &out);
        assert_eq!(result(&stdout, "steps"), 1500.0);
        assert!(result(&stdout, "test_mse") <= 1e-4, "seed {seed}: {stdout}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "ten whole trainings: run with --release")]
fn every_seed_beats_tomorrow_equals_today_on_sunspots() {
    let out = nowhere("sunspots");
    for seed in 0..10 {
        let stdout = success(&["--data", "sunspots", "--seed", &seed.to_string()], &out);
        let (test, today) = (result(&stdout, "test_rmse"), result(&stdout, "today_rmse"));
        assert!(test < 0.75 * today, "seed {seed}: {test} and {today}");
    }
    assert!(fs::read_to_string(out.join("sunspots.svg")).unwrap().contains("year"));
}

#[test]
fn bad_options_are_one_sentence_and_leave_nothing() {
    let csv = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sine-two-columns.csv");
    fs::write(&csv, "t,v\n0,1\n1,2\n").unwrap();
    let csv = csv.to_str().unwrap();
    let bad: [(&[&str], &str); 22] = [
        (&["--epochs", "0"], "--epochs"),
        (&["--epochs", "1.5"], "whole number from 1 to 1000000"),
        (&["--lr", "-1"], "greater than 0"),
        (&["--lr", "0"], "--lr"),
        (&["--lr", "nan"], "--lr"),
        (&["--lr", "inf"], "--lr"),
        (&["--lr", "fast"], "--lr"),
        (&["--clip-norm", "-1"], "--clip-norm"),
        (&["--hidden", "0"], "--hidden"),
        (&["--hidden", "1025"], "from 1 to 1024"),
        (&["--hidden", "99999999999999999999"], "--hidden"),
        (&["--batch", "0"], "--batch"),
        (&["--batch", "-3"], "--batch"),
        (&["--batch", "1501"], "more than the 1500 training windows"),
        (&["--data", "sunspots", "--batch", "222"], "more than the 221 training windows"),
        (&["--optimizer", "newton"], "[possible values: sgd, rmsprop, adam]"),
        (&["--frobnicate"], "--frobnicate"),
        (&["--as-tutorial", "--lr", "0.1"], "cannot be used with"),
        (&["--data", "no/such.csv"], "no/such.csv"),
        (&["--data", csv], "choose one by its name"),
        (&["--data", csv, "--column", "w"], "no column \"w\""),
        (&["--data", csv, "--column", "v"], "2 numbers are too few"),
    ];
    let out = nowhere("bad");
    for (args, part) in bad {
        let output = sine(args, &out);
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
        let output = sine(&[], &out);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(out.to_str().unwrap()) && stderr.lines().count() == 1, "{stderr}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_rate_that_is_too_large_ends_with_its_cause() {
    let out = nowhere("diverged");
    let output = sine(&["--optimizer", "sgd", "--lr", "0.5"], &out);
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.starts_with("error: training diverged at step ") && stderr.lines().count() == 1);
    assert!(stderr.contains(": the loss") && stderr.contains("is not finite"), "{stderr}");
    for part in [
        "‖∂L/∂h_t‖",
        "‖W_hh‖",
        "Why.",
        "η·λ = -20.0",
        "the loss by 400",
        "exactly 0",
        "Two remedies",
        "--lr 0.04",
        "--clip-norm 1",
    ] {
        assert!(stdout.contains(part), "no {part:?} in {stdout}");
    }
    assert!(!stdout.contains("NaN") && !stdout.contains("result:"));
    assert!(files(&out).is_empty());
}

#[test]
fn both_remedies_work() {
    let out = nowhere("remedies");
    for remedy in [&["--lr", "0.04"][..], &["--lr", "0.5", "--clip-norm", "1"]] {
        let args = [&["--optimizer", "sgd", "--epochs", "2"], remedy].concat();
        let stdout = success(&args, &out);
        assert!(result(&stdout, "test_mse") < 1e-2, "{args:?}: {stdout}");
    }
}

/// What a run prints that diverges, without NaN in it, and with one step at least.
fn explanation(args: &[&str]) -> String {
    let output = sine(args, &nowhere("explained"));
    let stdout = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {}", text(&output.stderr));
    assert!(!stdout.contains("NaN") && stdout.contains("\n    1 "), "{stdout}");
    assert!(stdout.split_once("Why.\n- ").is_some(), "{args:?}: no cause in {stdout}");
    stdout
}

/// The rates that are proposed.
fn proposed(stdout: &str) -> Vec<f64> {
    let commands = stdout.lines().filter(|line| line.contains("cargo run"));
    let rates = commands.map(|line| line.split_once("--lr ").unwrap().1.split(' ').next().unwrap());
    rates.map(|rate| rate.parse().unwrap()).collect()
}

#[test]
fn nothing_is_said_that_the_recorded_numbers_do_not_show() {
    for optimizer in ["adam", "rmsprop"] {
        let stdout = explanation(&["--optimizer", optimizer, "--lr", "1e38"]);
        assert!(stdout.contains("beyond f32, whose largest") && !stdout.contains("η·λ"), "{stdout}");
        assert!(!stdout.contains("exactly 0") && !stdout.contains("larger gradients"), "{stdout}");
        assert!(stdout.contains("To try:") && proposed(&stdout).iter().all(|&lr| lr <= 0.01), "{stdout}");
    }
    // Here some gradient before h_10 is not 0 near the end, and λ changes too much to foretell the loss.
    let stdout = explanation(&["--data", "sunspots", "--optimizer", "sgd", "--lr", "3"]);
    assert!(stdout.contains("from step 1 on") && stdout.contains("larger gradients"), "{stdout}");
    assert!(!stdout.contains("exactly 0") && !stdout.contains("measured"), "{stdout}");
}

#[test]
fn a_proposed_command_has_all_options_and_works() {
    let csv = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sine two words.csv");
    let rows = (0..200).map(|t| format!("{}\n", (f64::from(t) * 0.7).sin()));
    fs::write(&csv, format!("v w\n{}", rows.collect::<String>())).unwrap();
    let csv = csv.to_str().unwrap();
    let options = ["--column", "v w", "--epochs", "4", "--batch", "7", "--hidden", "9", "--seed", "5"];
    let given = [&["--data", csv, "--optimizer", "sgd", "--lr", "5"], &options[..]].concat();
    let stdout = explanation(&given);
    let part = format!("--data '{csv}' --column 'v w' --epochs 4 --batch 7 --hidden 9 --seed 5 --out ");
    assert!(stdout.contains(&part), "no {part} in {stdout}");
    assert_eq!(proposed(&stdout), [0.09, 5.0]);
    for remedy in [["--lr", "0.09"], ["--clip-norm", "0.02"]] {
        assert!(stdout.contains(&remedy.join(" ")), "{remedy:?}: {stdout}");
    }
    success(
        &[&["--data", csv, "--optimizer", "sgd", "--lr", "0.09"], &options[..]].concat(),
        &nowhere("tried"),
    );
}

#[test]
fn weights_that_overflow_are_named() {
    let output = sine(&["--optimizer", "rmsprop", "--lr", "1e38"], &nowhere("overflow"));
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("at step 1: the weight rnn.w_ih after its update is not finite"), "{stderr}");
}

#[test]
fn the_tutorials_way_is_slower_and_says_what_it_is() {
    let out = nowhere("tutorial");
    let stdout = success(&["--as-tutorial", "--epochs", "1"], &out);
    assert!(stdout.contains("a new Adam(1e-4) for every step") && stdout.contains("sign descent"));
    let usual = success(&["--epochs", "1"], &out);
    assert!(result(&stdout, "test_mse") > 10.0 * result(&usual, "test_mse"));
}

#[test]
fn a_column_of_a_file_is_continued_in_its_own_unit() {
    let out = nowhere("csv");
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sine-tides.csv");
    let level = |t: i32| 300.0 + 100.0 * (f64::from(t) * 0.7).sin();
    let rows = (0..200).map(|t| format!("{t},{},calm\n", level(t)));
    fs::write(&file, format!("hour,tide,weather\n{}", rows.collect::<String>())).unwrap();
    let args = ["--data", file.to_str().unwrap(), "--column", "tide", "--epochs", "5"];
    let stdout = success(&args, &out);
    assert_eq!(result(&stdout, "steps"), f64::from(5 * (150 - 10) / 10));
    let (test, today) = (result(&stdout, "test_rmse"), result(&stdout, "today_rmse"));
    // A sine of amplitude A has differences of the root mean square √2·A·sin(0.35).
    assert!((today - 2f64.sqrt() * 100.0 * 0.35f64.sin()).abs() < 1.0, "{today}");
    assert!(test < 0.3 * today, "{test} and {today}");
    assert_eq!(files(&out), ["sine-tides.svg"]);
    assert!(fs::read_to_string(out.join("sine-tides.svg")).unwrap().contains("tide"));
}

/// How a training went with the program's own trainer.
struct Run {
    /// By how much each weight moved in each step.
    moves: Vec<Vec<f64>>,
    /// `h_1` of each step as it has to be if the state before it is that of the tutorial, and as it was.
    first_states: Vec<[Vec<f32>; 2]>,
}

fn run(options: &[&str], steps: usize) -> Run {
    let args = Args::parse_from([&["sine"], options].concat());
    let (mut trainer, (h, b)) = (Trainer::new(&args, steps), (args.hidden, args.batch));
    let mut state = vec![0f32; b * h];
    let mut run = Run { moves: Vec::new(), first_states: Vec::new() };
    for seed in 0..steps as u64 {
        let (x, y) = Windows::<f32>::sine(b, STEPS, 1.0..50.0, seed).arrays();
        let (before, cell) = (trainer.params.clone(), trainer.net.rnn.cell);
        let [w_ih, w_hh, bias]: [Vec<f32>; 3] =
            [cell.w_ih, cell.w_hh, cell.b.expect("a bias")].map(|w| before[w].to_vec());
        let expected = (0..b * h).map(|i| {
            let (row, unit) = (i / h, i % h);
            let back: f32 = (0..h).map(|k| state[row * h + k] * w_hh[k * h + unit]).sum();
            (x.data()[row * STEPS] * w_ih[unit] + back + bias[unit]).tanh()
        });
        let expected = expected.collect();
        let mut seen = (Vec::new(), Vec::new());
        let look = |glimpse: trainer::Glimpse<'_, '_>| {
            seen = (glimpse.states.at(0).value(), glimpse.states.at(STEPS - 1).value());
        };
        assert!(trainer.step(x.data(), y.data(), look).is_ok());
        run.first_states.push([expected, seen.0]);
        state = seen.1;
        let weights = |params: &Params| params.iter().flat_map(|w| w.values.to_vec()).collect::<Vec<_>>();
        let pairs = weights(&before).into_iter().zip(weights(&trainer.params));
        run.moves.push(pairs.map(|(a, b)| f64::from((b - a).abs())).collect());
    }
    run
}

#[test]
fn as_in_the_tutorial_every_weight_moves_by_1e_4_in_every_step() {
    for (step, moves) in run(&["--as-tutorial"], 4).moves.iter().enumerate() {
        for (weight, by) in moves.iter().enumerate() {
            assert!((by / 1e-4 - 1.0).abs() < 0.01, "step {}, weight {weight}: {by:e}", step + 1);
        }
    }
}

#[test]
fn as_in_the_tutorial_a_batch_starts_from_the_last_ones_state() {
    let close = |[a, b]: &[Vec<f32>; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5);
    assert!(run(&["--as-tutorial"], 3).first_states.iter().all(close));
    let usual: Vec<bool> = run(&[], 3).first_states.iter().map(close).collect();
    assert_eq!(usual, [true, false, false], "the program's own way starts from zeros");
}

#[test]
fn each_optimizer_is_the_one_that_was_asked_for() {
    let first = |name| run(&["--optimizer", name, "--lr", "0.001"], 1).moves.remove(0);
    // The first step: Adam's is η·g/|g|, RMSprop's η·g/√(0.01·g²), that of gradient descent η·g.
    for (name, by) in [("adam", 1e-3), ("rmsprop", 1e-2)] {
        assert!(first(name).iter().all(|x| (x / by - 1.0).abs() < 0.01), "{name}");
    }
    let sgd = first("sgd");
    let (least, most) = sgd.iter().fold((f64::MAX, 0f64), |(a, b), &x| (a.min(x), b.max(x)));
    assert!(least < 0.1 * most && most < 1e-2, "from {least:e} to {most:e}");
}

#[test]
fn the_rate_falls_but_for_gradient_descent_and_the_tutorial() {
    let most = |moves: &[f64]| moves.iter().copied().fold(0.0, f64::max);
    for (options, falls) in [
        (&["--optimizer", "adam"][..], true),
        (&["--optimizer", "rmsprop"], true),
        (&["--as-tutorial"], false),
    ] {
        let moves = run(options, 30).moves;
        let ratio = most(&moves[29]) / most(&moves[0]);
        assert_eq!(ratio < 0.02, falls, "{options:?}: {ratio}");
    }
    let rate = |step| Args::parse_from(["sine", "--optimizer", "sgd"]).schedule(30).at(step);
    assert_eq!([rate(0), rate(29)], [0.05, 0.05]);
}

#[test]
#[cfg(target_os = "linux")]
fn an_output_that_ends_early_is_no_panic() {
    let run = |stdout: std::process::Stdio| {
        let mut command = Command::new(program::path("sine"));
        command.args(["--epochs", "1", "--out"]).arg(nowhere("early")).stdout(stdout);
        command.output().unwrap()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = run(writer.into());
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let output = run(fs::OpenOptions::new().write(true).open("/dev/full").unwrap().into());
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.starts_with("error: can't write") && stderr.lines().count() == 1, "{stderr}");
}

#[test]
fn predictions_in_blocks_are_those_one_by_one() {
    let mut trainer = Trainer::new(&Args::parse_from(["sine"]), 1);
    let windows = Windows::sine(2_003, STEPS, 1.0..50.0, 1);
    let together = trainer.predict(&windows);
    assert_eq!(together.len(), 2_003);
    for i in [0, 999, 1000, 1999, 2000, 2002] {
        let one = [windows.input(i), &[0.0]].concat();
        let alone = trainer.predict(&Windows::over(one, STEPS))[0];
        assert!((together[i] - alone).abs() < 1e-5, "window {i}: {} and {alone}", together[i]);
    }
}
