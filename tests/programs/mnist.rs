//! The example mnist as its user meets it.
#![cfg(all(feature = "plot", feature = "files", feature = "train"))]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::formats::{gz, idx};
use crate::common::program::{self, files, nowhere, result};
use tapeloop::data::digits;

fn success(args: &[&str], out: &Path) -> [String; 2] {
    program::success("mnist", args, out)
}

/// The lines of the summary that name these layers, as words.
fn layers<'a>(stdout: &'a str, kinds: &[&str]) -> Vec<Vec<&'a str>> {
    let lines = stdout.lines().filter(|line| kinds.iter().any(|kind| line.contains(&format!("({kind})"))));
    lines.map(|line| line.split('│').map(str::trim).filter(|cell| !cell.is_empty()).collect()).collect()
}

/// A folder with the four files, of the crate's digits from `rows` on; those of one set are compressed.
fn idx_folder(name: &str, train: std::ops::Range<usize>, test: std::ops::Range<usize>) -> PathBuf {
    let (folder, digits) = (nowhere(name), digits());
    fs::create_dir_all(&folder).unwrap();
    for (set, rows) in [("train", train), ("t10k", test)] {
        let pixels: Vec<u8> = digits.pixels[rows.start * 64..rows.end * 64].iter().map(|&p| p * 15).collect();
        let labels: Vec<u8> = digits.labels[rows.clone()].iter().map(|&label| label as u8).collect();
        let files = [
            (format!("{set}-images-idx3-ubyte"), idx(8, &[rows.len(), 8, 8], &pixels)),
            (format!("{set}-labels-idx1-ubyte"), idx(8, &[rows.len()], &labels)),
        ];
        for (name, bytes) in files {
            match set {
                "train" => fs::write(folder.join(format!("{name}.gz")), gz(&bytes)).unwrap(),
                _ => fs::write(folder.join(name), bytes).unwrap(),
            }
        }
    }
    folder
}

#[test]
fn a_short_run_learns_digits_and_draws_what_it_confuses() {
    let out = nowhere("mnist-good");
    let [stdout, stderr] = success(&["--epochs", "3"], &out);
    assert!(stdout.starts_with("1437 images of 8 × 8 pixels to train with, 360 to test with\n"), "{stdout}");
    let rows = layers(&stdout, &["SimpleRnn", "Dense"]);
    assert_eq!(rows[0], ["simple_rnn (SimpleRnn)", "(None, 128)", "17,536"]);
    assert_eq!(rows[1], ["dense (Dense)", "(None, 10)", "1,290"]);
    assert!(result(&stdout, "train_accuracy") > 0.8 && result(&stdout, "test_accuracy") > 0.7, "{stdout}");
    assert!(result(&stdout, "seconds") >= 0.0);
    let picture = out.join("mnist.svg");
    assert!(stdout.trim_end().ends_with(&format!("picture={}", picture.display())));
    let last = stderr.lines().last().unwrap();
    assert!(last.starts_with("epoch   3/3  loss ") && last.contains("  val_accuracy "), "{stderr}");

    assert_eq!(files(&out), ["mnist.svg"]);
    let svg = fs::read_to_string(picture).unwrap();
    assert!(svg.contains("accuracy") && svg.contains("validation") && !svg.contains("no data"));
    // The diagonal of the confusion matrix: 35 or so of each digit, most of them right.
    assert!(svg.contains("the net&apos;s answer") && svg.matches("fill=\"#FFFFFF\"").count() > 50, "{svg}");
    let mistakes = stdout.lines().filter(|line| line.contains(" taken for "));
    assert_eq!(mistakes.count(), 3, "{stdout}");
}

#[test]
fn the_seed_decides_everything() {
    let out = nowhere("mnist-seed");
    let run = |seed| {
        let [stdout, _] = success(&["--epochs", "1", "--units", "16", "--seed", seed], &out);
        let words = stdout.split_whitespace().filter(|word| !word.starts_with("seconds="));
        (words.collect::<Vec<_>>().join(" "), fs::read_to_string(out.join("mnist.svg")).unwrap())
    };
    let first = run("3");
    assert_eq!(first, run("3"));
    let other = run("4");
    assert!(first.0 != other.0 && first.1 != other.1);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "whole trainings: run with --release")]
fn every_seed_reaches_an_accuracy_of_0_9() {
    for seed in ["0", "1", "2", "3", "4"] {
        let [stdout, stderr] = success(&["--seed", seed], &nowhere("mnist-seeds"));
        assert!(result(&stdout, "test_accuracy") >= 0.9, "seed {seed}: {stdout}");
        assert!(stderr.contains("epoch  30/30"));
    }
}

#[test]
fn the_cell_is_the_one_that_was_asked_for() {
    for (cell, kind, weights) in [("lstm", "Lstm", "3,168"), ("gru", "Gru", "2,448")] {
        let [stdout, _] =
            success(&["--cell", cell, "--units", "24", "--epochs", "1"], &nowhere("mnist-cell"));
        // 4·(8 + 24 + 1)·24 and, with two biases for each of 3 gates, 3·(8 + 24 + 2)·24.
        let rows = layers(&stdout, &[kind]);
        assert_eq!(rows[0][1..], ["(None, 24)", weights], "{stdout}");
    }
}

#[test]
fn each_number_has_an_effect() {
    let run = |args: &[&str]| {
        let args = [&["--epochs", "1", "--units", "16"], args].concat();
        let [_, stderr] = success(&args, &nowhere("mnist-effect"));
        stderr.split("  ").filter(|part| part.starts_with("loss ")).collect::<String>()
    };
    let usual = run(&[]);
    for other in [&["--batch", "40"], &["--lr", "0.002"], &["--clip-norm", "0.1"]] {
        assert_ne!(run(other), usual, "{other:?}");
    }
}

#[test]
fn a_folder_of_idx_files_is_read_and_learnt() {
    let folder = idx_folder("mnist-idx", 0..1437, 1437..1797);
    let folder = folder.to_str().unwrap();
    let [stdout, stderr] = success(&["--data", folder, "--units", "64"], &nowhere("mnist-data"));
    assert!(stdout.starts_with("1437 images of 8 × 8 pixels to train with, 360 to test with\n"), "{stdout}");
    assert!(stderr.contains("epoch   5/5"), "{stderr}");
    assert!(result(&stdout, "test_accuracy") > 0.7, "{stdout}");
}

#[test]
fn clothes_have_names() {
    let out = nowhere("mnist-clothes");
    let folder = idx_folder("Fashion-MNIST", 0..300, 300..400);
    let [stdout, _] = success(&["--data", folder.to_str().unwrap(), "--epochs", "1"], &out);
    let svg = fs::read_to_string(out.join("mnist.svg")).unwrap();
    for name in ["T-shirt", "trousers", "boot"] {
        assert_eq!(svg.matches(&format!(">\n{name}\n<")).count(), 2, "{name}: of a row and of a column");
    }
    assert!(!stdout.contains("3 taken for"), "{stdout}");
}

#[test]
fn bad_options_are_one_sentence_and_leave_nothing() {
    let file = crate::common::formats::file("mnist-a-file", b"");
    let file = file.to_str().unwrap();
    let bad: [(&[&str], &str); 14] = [
        (&["--epochs", "0"], "whole number from 1"),
        (&["--batch", "0"], "--batch"),
        (&["--units", "1025"], "from 1 to 1024"),
        (&["--units", "99999999999999999999"], "--units"),
        (&["--lr", "-1"], "greater than 0"),
        (&["--lr", "nan"], "--lr"),
        (&["--clip-norm", "-1"], "--clip-norm"),
        (&["--seed", "-1"], "--seed"),
        (&["--cell", "cnn"], "rnn, lstm, gru"),
        (&["--what"], "--what"),
        (&["digits"], "digits"),
        (&["--data"], "--data"),
        (&["--data", "no-such-folder"], "no-such-folder"),
        (&["--data", file], "mnist-a-file"),
    ];
    for (args, part) in bad {
        let out = nowhere("mnist-bad");
        let problem = program::failure("mnist", args, &out, 2);
        assert!(problem.contains(part), "{args:?}: {problem}");
        assert!(!out.join("mnist.svg").exists());
    }
    let problem = program::failure("mnist", &[], Path::new(file), 2);
    assert!(problem.contains("mnist-a-file"), "{problem}");
}

#[test]
fn files_that_do_not_fit_each_other_are_one_sentence() {
    let out = nowhere("mnist-misfit");
    let fail = |folder: &Path| program::failure("mnist", &["--data", folder.to_str().unwrap()], &out, 2);
    let folder = idx_folder("mnist-sizes", 0..20, 20..30);
    let images = folder.join("t10k-images-idx3-ubyte");
    fs::write(&images, idx(8, &[10, 4, 16], &[0; 640])).unwrap();
    let problem = fail(&folder);
    assert!(problem.contains("[10, 4, 16]") && problem.contains("(None, 8, 8)"), "{problem}");
    fs::write(&images, idx(8, &[9, 8, 8], &[0; 576])).unwrap();
    assert!(fail(&folder).contains("10"), "ten labels for nine images");
    fs::remove_file(images).unwrap();
    assert!(fail(&folder).contains("t10k-images-idx3-ubyte"));
    let folder = idx_folder("mnist-empty", 0..20, 0..0);
    assert!(fail(&folder).contains("one at least"));
    let folder = idx_folder("mnist-labels", 0..20, 20..30);
    fs::write(folder.join("t10k-labels-idx1-ubyte"), idx(8, &[10], &[10; 10])).unwrap();
    assert!(fail(&folder).contains("10"));
}

#[test]
fn a_run_that_diverges_says_so() {
    let args = ["--lr", "1e38", "--epochs", "3"];
    let problem = program::failure("mnist", &args, &nowhere("mnist-diverged"), 1);
    assert!(problem.starts_with("training diverged in epoch 1: the loss of batch "), "{problem}");
    assert!(problem.ends_with("try a smaller --lr"), "{problem}");
}

#[test]
fn help_says_where_the_data_are() {
    let output = program::run("mnist", &["--help"], Path::new("unused"));
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in ["--data", "yann.lecun.com/exdb/mnist", "zalandoresearch/fashion-mnist", "--cell", "--out"] {
        assert!(help.contains(part), "no {part} in {help}");
    }
}
