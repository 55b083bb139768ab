//! The program `series` as its user meets it: two processes, a file between them, and files that are none.
#![cfg(all(feature = "plot", feature = "csv", feature = "train"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::common::program::{self, files};
use tapeloop::io::TensorFile;

fn series(args: &[&str], out: &Path) -> Output {
    program::run("series", args, out)
}

/// A path where nothing is yet.
fn nowhere(name: &str) -> PathBuf {
    program::nowhere(&format!("series-{name}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a run that has to succeed.
fn success(args: &[&str], out: &Path) -> String {
    let [stdout, _] = program::success("series", args, out);
    stdout
}

/// What a run says that has to fail: one sentence, after what it said of its epochs, if there were any.
fn failure(args: &[&str], out: &Path, code: i32) -> String {
    let output = series(args, out);
    let stderr = text(&output.stderr);
    let said: Vec<&str> = stderr.lines().filter(|line| !line.starts_with("epoch ")).collect();
    let stderr = said.join("\n");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{args:?}: {stderr}");
    assert!(stderr.len() < 1_000 && !text(&output.stdout).contains("result:"), "{args:?}: {stderr}");
    stderr
}

/// Numbers of the last line.
fn results(stdout: &str, name: &str) -> Vec<f64> {
    let last = stdout.lines().last().unwrap();
    let words = last.strip_prefix("result: ").unwrap_or_else(|| panic!("last line: {last}")).split(' ');
    let mut values = words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let numbers = values.next().unwrap_or_else(|| panic!("no {name} in {last}"));
    numbers.split(',').map(|x| x.parse().unwrap()).collect()
}

/// Both rows of answers.
fn rows(stdout: &str) -> [Vec<f64>; 2] {
    ["first", "second"].map(|name| results(stdout, name))
}

#[test]
fn a_new_process_answers_with_what_was_saved() {
    let out = nowhere("good");
    let stdout = success(&["--seed", "1"], &out);
    let [first, second] = rows(&stdout);
    let truth = [[1.0, 3.0, 5.0, 7.0], [4.0, 9.0, 11.0, 13.0]].concat();
    let errors = [first, second].concat().into_iter().zip(truth).map(|(p, y): (f64, f64)| (p - y).abs());
    let mae = results(&stdout, "mae")[0];
    assert!((errors.sum::<f64>() / 8.0 - mae).abs() < 1e-3 && mae < 1.0, "{stdout}");
    assert!(mae * mae <= results(&stdout, "test_mse")[0], "{stdout}");
    assert_eq!(results(&stdout, "steps"), [1000.0]);
    assert!(results(&stdout, "train_mse")[0] < 3.0 && results(&stdout, "seconds")[0] >= 0.0, "{stdout}");
    assert!(stdout.contains("asking a new process"), "{stdout}");
    assert!(stdout.trim_end().ends_with(&format!("picture={}", out.join("series.svg").display())));
    assert_eq!(files(&out), ["series.safetensors", "series.svg"]);
    let svg = fs::read_to_string(out.join("series.svg")).unwrap();
    assert!(svg.contains("Loss") && svg.contains("Of 4, 5, 6, 7") && !svg.contains("no data"));

    let apart = nowhere("apart");
    let trained = success(&["--seed", "1", "--train-only"], &apart);
    assert!(!trained.contains("first=") && results(&trained, "steps") == [1000.0], "{trained}");
    let asked = success(&["--predict-only"], &apart);
    assert_eq!(rows(&asked), rows(&stdout));
    assert!(
        !asked.contains("train_mse")
            && fs::read_to_string(apart.join("series.svg")).unwrap().contains("Of 1, 2")
    );

    // Whatever the file says: of another seed the other answers.
    let other = nowhere("other");
    success(&["--seed", "2", "--train-only"], &other);
    fs::copy(other.join("series.safetensors"), apart.join("series.safetensors")).unwrap();
    let swapped = success(&["--predict-only"], &apart);
    assert_eq!(rows(&swapped), rows(&success(&["--seed", "2"], &other)));
    assert_ne!(rows(&swapped), rows(&stdout));
}

#[test]
fn over_seeds_the_sums_are_right_within_one() {
    let out = nowhere("seeds");
    let maes: Vec<f64> =
        (0..10).map(|seed| results(&success(&["--seed", &seed.to_string()], &out), "mae")[0]).collect();
    assert!(maes.iter().sum::<f64>() / 10.0 < 0.6 && maes.iter().all(|&mae| mae < 1.0), "{maes:?}");
}

#[test]
fn ten_times_the_steps_fit_the_three_sequences() {
    let out = nowhere("long");
    let mse = |steps| results(&success(&["--train-only", "--steps", steps], &out), "train_mse")[0];
    let [short, tutorial, long] = ["1", "1000", "10000"].map(mse);
    assert!(short > 10.0 && tutorial < 3.0 && long < 1e-3, "{short} {tutorial} {long}");
}

#[test]
fn bad_options_are_one_sentence_and_leave_nothing() {
    let bad: [(&[&str], &str); 10] = [
        (&["--steps", "0"], "whole number from 1 to 1000000"),
        (&["--steps", "1.5"], "--steps"),
        (&["--lr", "0"], "greater than 0"),
        (&["--lr", "nan"], "--lr"),
        (&["--seed", "-1"], "--seed"),
        (&["--frobnicate"], "--frobnicate"),
        (&["--train-only", "--predict-only"], "cannot be used with"),
        (&["--predict-only", "--steps", "5"], "cannot be used with"),
        (&["--predict-only", "--seed", "5"], "cannot be used with"),
        (&["--predict-only"], "series.safetensors"),
    ];
    let out = nowhere("bad");
    for (args, part) in bad {
        let stderr = failure(args, &out, 2);
        assert!(stderr.contains(part), "{args:?}: {stderr}");
        assert!(!out.exists(), "{args:?} left {}", out.display());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_training() {
    let file = nowhere("file");
    let _ = fs::remove_file(&file);
    fs::write(&file, "mine").unwrap();
    for out in [file.clone(), file.join("below")] {
        assert!(failure(&[], &out, 2).contains(out.to_str().unwrap()));
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn a_rate_that_is_too_large_leaves_no_file() {
    let out = nowhere("diverged");
    let stderr = failure(&["--lr", "1e30"], &out, 1);
    assert!(stderr.contains("diverged at step") && stderr.contains("--lr"), "{stderr}");
    assert!(files(&out).is_empty());
}

#[test]
fn a_file_that_is_none_of_ours_is_one_sentence() {
    let out = nowhere("hostile");
    success(&["--train-only", "--steps", "1"], &out);
    let path = out.join("series.safetensors");
    let good = fs::read(&path).unwrap();
    let header = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;

    let mut bad: Vec<(String, Vec<u8>)> =
        vec![("nothing".into(), Vec::new()), ("text".into(), b"epoch,loss\n1,0.5\n".to_vec())];
    for len in [1, 7, 8, 9, header / 2, header - 1, header, header + 1, good.len() - 1] {
        bad.push((format!("cut off after {len}"), good[..len].to_vec()));
    }
    bad.push(("one byte too many".into(), [&good[..], &[0]].concat()));
    for len in [u64::MAX, 1 << 40, good.len() as u64, 0] {
        bad.push((format!("a header of {len}"), [&len.to_le_bytes()[..], &good[8..]].concat()));
    }
    for at in (8..header).step_by(40) {
        let mut bytes = good.clone();
        bytes[at] = b'\xff';
        bad.push((format!("byte {at} wrong"), bytes));
    }
    for (what, bytes) in bad {
        fs::write(&path, bytes).unwrap();
        let stderr = failure(&["--predict-only"], &out, 2);
        assert!(stderr.contains("series.safetensors"), "{what}: {stderr}");
    }
    for at in (8..good.len()).step_by(23) {
        // Of numbers it makes other numbers.
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let output = series(&["--predict-only"], &out);
        if !output.status.success() {
            failure(&["--predict-only"], &out, 2);
        }
    }

    let edited = |edit: &dyn Fn(&mut TensorFile)| {
        fs::write(&path, &good).unwrap();
        let mut file = TensorFile::load(&path).unwrap();
        edit(&mut file);
        file.save(&path).unwrap();
        failure(&["--predict-only"], &out, 2)
    };
    let layers = |text: &str| format!(r#"{{"input": {{}}, "layers": {text}}}"#);
    for (text, part) in [
        ("", "not JSON"),
        (&"[".repeat(100_000), "not JSON"),
        ("7", "a net with 0 layers"),
        (&layers("[]"), "a net with 0 layers"),
        (&layers("[1, 2]"), "layer 1 of its net is 1"),
        (&layers(&format!("[\"{}\", 2]", "long ".repeat(10_000))), "layer 1 of its net is"),
        (&layers(&format!("[\"{}\", 2]", "long ".repeat(100_000))), "of another net"),
    ] {
        let stderr = edited(&|file| file.set_text("model", text));
        assert!(stderr.contains(part), "{stderr}");
    }
    let stderr = edited(&|file| file.insert("weights.dense.w", &[10, 1], &[f32::NAN; 10]));
    assert!(stderr.contains("not finite"), "{stderr}");
    let stderr = edited(&|file| file.insert("weights.dense.w", &[10, 1], &[0f64; 10]));
    assert!(stderr.contains("does not fit the model"), "{stderr}");
    let stderr = edited(&|file| file.insert("weights.dense.w", &[1, 10], &[0f32; 10]));
    assert!(stderr.contains("weights.dense.w"), "{stderr}");
    let stderr = edited(&|file| file.insert("weights.more", &[1], &[0f32]));
    assert!(stderr.contains("not in the model"), "{stderr}");

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(failure(&["--predict-only"], &out, 2).contains("not a file"));
}

#[test]
fn other_sequences_can_be_learnt() {
    let out = nowhere("data");
    fs::create_dir_all(&out).unwrap();
    let csv = out.join("doubles.csv");
    // The tutorial's sums again, of fifty sequences.
    let line = |i: usize| {
        let x: Vec<usize> = (0..4).map(|t| (3 * i + (i / 7 + 2) * t) % 8).collect();
        let sums = (0..4).map(|t| x[t] + if t > 0 { x[t - 1] } else { 0 });
        x.iter().copied().chain(sums).map(|x| x.to_string()).collect::<Vec<_>>().join(",")
    };
    fs::write(&csv, (0..50).map(line).collect::<Vec<_>>().join("\n")).unwrap();
    let stdout = success(&["--data", csv.to_str().unwrap(), "--steps", "4000", "--lr", "0.01"], &out);
    assert!(results(&stdout, "train_mse")[0] < 0.05 && results(&stdout, "mae")[0] < 0.3, "{stdout}");

    fs::write(&csv, "1,2,3\n4,5,6\n").unwrap();
    let problem = failure(&["--data", csv.to_str().unwrap()], &nowhere("columns"), 2);
    assert!(problem.contains("doubles.csv") && problem.contains("no column"), "{problem}");
}
