//! The example imdb as its user meets it.
#![cfg(all(feature = "plot", feature = "files", feature = "train"))]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::formats::{case, file};
use crate::common::program::{self, files, nowhere, result};
use tapeloop::data::sentences;

fn success(args: &[&str], out: &Path) -> [String; 2] {
    program::success("imdb", args, out)
}

/// The cells of the summaries' lines.
fn layers(stdout: &str) -> Vec<[String; 3]> {
    let lines = stdout.lines().filter(|line| line.starts_with("│ ") && !line.contains("Param #"));
    let cells = |line: &str| line.split('│').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    lines.map(|line| std::array::from_fn(|i| cells(line)[i + 1].clone())).collect()
}

/// The folder aclImdb with some of the crate's sentences.
fn acl_folder(name: &str, train: usize, test: usize) -> PathBuf {
    let folder = nowhere(name);
    for (i, sentence) in sentences()[..train + test].iter().enumerate() {
        let set = if i < train { "train" } else { "test" };
        let class = ["neg", "pos"][sentence.label];
        let folder = folder.join(set).join(class);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{i}_5.txt")), sentence.text).unwrap();
    }
    folder
}

#[test]
fn a_short_run_learns_from_the_sentences_and_draws_both_curves() {
    let out = nowhere("imdb-good");
    let [stdout, stderr] = success(&["--epochs", "3"], &out);
    let layers = layers(&stdout);
    let count = |layer: &[String; 3]| layer[2].clone();
    let stacked: Vec<String> = layers[..5].iter().map(count).collect();
    assert_eq!(stacked, ["320,000", "2,080", "2,080", "2,080", "2,080"]);
    assert_eq!(layers[3][1], "(None, 40, 32)");
    assert_eq!(layers[4][..2], ["simple_rnn_3 (SimpleRnn)", "(None, 32)"]);
    assert!(stdout.contains("Total params: 328,320 "), "{stdout}");
    assert_eq!(layers[5..].iter().map(count).collect::<Vec<_>>(), ["320,000", "2,080", "33"]);
    assert!(
        stdout.contains("\n1600 reviews, the last fifth of which are for validation; 400 to test with\n")
    );

    assert!(result(&stdout, "train_accuracy") > 0.75, "{stdout}");
    for name in ["validation_accuracy", "test_accuracy"] {
        assert!((0.45..0.95).contains(&result(&stdout, name)), "{stdout}");
    }
    assert!(result(&stdout, "seconds") >= 0.0);
    let picture = out.join("imdb.svg");
    assert!(stdout.trim_end().ends_with(&format!("picture={}", picture.display())));
    assert!(stderr.lines().last().unwrap().starts_with("epoch   3/3  loss "), "{stderr}");

    assert_eq!(files(&out), ["imdb.svg"]);
    let svg = fs::read_to_string(picture).unwrap();
    let training = svg.matches(">\ntraining\n<").count();
    assert_eq!([training, svg.matches(">\nvalidation\n<").count()], [2, 2], "loss and accuracy");
    assert!(svg.contains("binary_accuracy") && !svg.contains("no data"));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "whole trainings: run with --release")]
fn an_lstm_gets_three_of_four_sentences_right() {
    for seed in ["0", "1", "2"] {
        let [stdout, _] = success(&["--cell", "lstm", "--seed", seed], &nowhere("imdb-lstm"));
        assert!(result(&stdout, "test_accuracy") > 0.75, "seed {seed}: {stdout}");
    }
}

#[test]
fn the_seed_decides_everything() {
    let out = nowhere("imdb-seed");
    let run = |seed| {
        let [stdout, _] = success(&["--epochs", "1", "--steps", "10", "--seed", seed], &out);
        let words = stdout.split_whitespace().filter(|word| !word.starts_with("seconds="));
        (words.collect::<Vec<_>>().join(" "), fs::read_to_string(out.join("imdb.svg")).unwrap())
    };
    let first = run("3");
    assert_eq!(first, run("3"));
    let other = run("4");
    assert!(first.0 != other.0 && first.1 != other.1);
}

#[test]
fn each_option_has_an_effect() {
    let run = |args: &[&str]| {
        let args = [&["--epochs", "1"], args].concat();
        let [stdout, stderr] = success(&args, &nowhere("imdb-effect"));
        let loss = stderr.split("  ").find(|part| part.starts_with("loss ")).unwrap().to_owned();
        (loss, layers(&stdout))
    };
    let small = ["--words", "500", "--steps", "12"];
    let usual = run(&small);
    assert_eq!(usual.1[0], ["embedding (Embedding)", "(None, 12, 32)", "16,000"]);
    for other in [&["--mask"][..], &["--lr", "0.003"], &["--batch", "32"]] {
        let changed = run(&[&small, other].concat());
        assert_ne!(changed.0, usual.0, "{other:?}");
        assert_eq!(changed.1, usual.1, "{other:?}");
    }
    let layer = |cell| run(&[&small[..], &["--cell", cell]].concat()).1[6].clone();
    assert_eq!(layer("gru"), ["gru (Gru)", "(None, 32)", "6,336"]);
    assert_eq!(layer("lstm"), ["lstm (Lstm)", "(None, 32)", "8,320"]);
}

#[test]
fn keras_file_is_read() {
    let path = case("pipeline/uci_imdb_like_pickled.npz");
    let args = ["--data", path.to_str().unwrap(), "--steps", "20", "--epochs", "1", "--batch", "64"];
    let [stdout, _] = success(&args, &nowhere("imdb-npz"));
    assert!(stdout.contains("\n2400 reviews, ") && stdout.contains("; 600 to test with\n"), "{stdout}");
    assert!((0.4..0.9).contains(&result(&stdout, "test_accuracy")), "{stdout}");
}

#[test]
fn the_published_folder_is_read() {
    let folder = acl_folder("imdb-acl", 200, 50);
    let args = ["--data", folder.to_str().unwrap(), "--words", "300", "--epochs", "1"];
    let [stdout, _] = success(&args, &nowhere("imdb-folder"));
    assert!(stdout.contains("\n200 reviews, ") && stdout.contains("; 50 to test with\n"), "{stdout}");
    let layers = layers(&stdout);
    assert_eq!(layers[0], ["embedding (Embedding)", "(None, 500, 32)", "9,600"]);
}

#[test]
fn bad_options_and_files_are_one_sentence_and_leave_nothing() {
    let text = file("imdb-a-text", b"good film");
    let text = text.to_str().unwrap();
    let empty = nowhere("imdb-empty-folder");
    fs::create_dir_all(&empty).unwrap();
    let bad: [(&[&str], &str); 13] = [
        (&["--epochs", "0"], "whole number from 1"),
        (&["--batch", "0"], "--batch"),
        (&["--words", "4"], "from 5 to 1000000"),
        (&["--steps", "0"], "--steps"),
        (&["--steps", "5001"], "from 1 to 5000"),
        (&["--lr", "0"], "greater than 0"),
        (&["--cell", "bert"], "rnn, lstm, gru"),
        (&["--mask", "yes"], "yes"),
        (&["--what"], "--what"),
        (&["--data"], "--data"),
        (&["--data", "no-such-file.npz"], "no-such-file.npz"),
        (&["--data", text], "imdb-a-text"),
        (&["--data", empty.to_str().unwrap()], "train"),
    ];
    for (args, part) in bad {
        let out = nowhere("imdb-bad");
        let problem = program::failure("imdb", args, &out, 2);
        assert!(problem.contains(part), "{args:?}: {problem}");
        assert!(!out.join("imdb.svg").exists());
    }
}

#[test]
fn a_run_that_diverges_says_so() {
    // The rate is infinite as an f32. (If it is finite, so is the loss: probabilities are clipped.)
    let problem = program::failure("imdb", &["--lr", "1e39"], &nowhere("imdb-diverged"), 1);
    assert!(problem.starts_with("training diverged in epoch 1: "), "{problem}");
}

#[test]
fn help_says_where_the_data_are() {
    let output = program::run("imdb", &["--help"], Path::new("unused"));
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in ["--data", "ai.stanford.edu/~amaas/data/sentiment", "imdb.npz", "--words", "--steps"] {
        assert!(help.contains(part), "no {part} in {help}");
    }
}
