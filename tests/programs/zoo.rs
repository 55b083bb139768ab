//! The program `zoo` as its user meets it: short races.

use std::fs;
use std::path::Path;

use crate::common::program::{failure, files, nowhere, result, success};
use tapeloop::nn::zoo;

/// The standard output of a short race, with a batch of 4.
fn race(args: &[&str], out: &Path) -> String {
    let [stdout, stderr] = success("zoo", &[args, &["--batch", "4"]].concat(), out);
    assert!(stderr.is_empty(), "{args:?}: {stderr}");
    assert_eq!(files(out), ["zoo.svg"]);
    stdout
}

/// The rows of the table, as words.
fn rows(stdout: &str) -> Vec<Vec<&str>> {
    let lines = stdout.lines().skip_while(|line| !line.contains("steps/s")).skip(1);
    let rows = lines.map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.take_while(|row| row.first().is_some_and(|place| place.parse::<usize>().is_ok())).collect()
}

#[test]
fn every_cell_takes_part() {
    let stdout = race(&["--steps", "3", "--hidden", "4", "--time", "10"], &nowhere("zoo_all"));
    let mut names: Vec<&str> = rows(&stdout).iter().map(|row| row[1]).collect();
    names.sort_unstable();
    let mut all = zoo::NAMES.to_vec();
    all.sort_unstable();
    assert_eq!(names, all, "{stdout}");
    assert_eq!(result(&stdout, "cells"), all.len() as f64);
    assert_eq!(result(&stdout, "failed"), 0.0, "{stdout}");
}

#[test]
fn every_task_has_its_table() {
    for (task, columns) in [
        (&["adding", "--time", "20"][..], 6),
        (&["copy", "--time", "10"], 6),
        (&["order", "--time", "10"], 8),
        (&["digits"], 8),
        (&["digits", "--pixels"], 8),
        (&["text", "--time", "10"], 6),
    ] {
        let args = [&["--cells", "gru,mgu,gru", "--hidden", "1", "--steps", "2", "--task"], task].concat();
        let stdout = race(&args, &nowhere(&format!("zoo_{}", task.join("_"))));
        let rows = rows(&stdout);
        assert_eq!(rows.len(), 2, "{stdout}");
        for row in rows {
            assert_eq!(row.len(), columns + 1, "{row:?}: {stdout}");
            assert!(["gru", "mgu"].contains(&row[1]) && row[3] == "–", "{stdout}");
        }
        assert_eq!([result(&stdout, "cells"), result(&stdout, "solved")], [2.0, 0.0], "{stdout}");
        assert!(result(&stdout, "best_loss").is_finite() && stdout.contains("best_solved=never"), "{stdout}");
        assert!(stdout.contains(&format!("task={} ", task[0])), "{stdout}");
    }
}

#[test]
fn what_can_be_learned_is_learned() {
    let args = ["--task", "digits", "--cells", "gru,mgu", "--steps", "1000", "--hidden", "32"];
    let [stdout, _] = success("zoo", &args, &nowhere("zoo_learns"));
    assert_eq!(result(&stdout, "solved"), 2.0, "{stdout}");
    let mut before = 0.0;
    for row in rows(&stdout) {
        let [solved, right] = [row[3], row[5]].map(|number| number.parse::<f64>().unwrap());
        assert!(before <= solved && solved <= 1000.0 && solved % 50.0 == 0.0, "{stdout}");
        assert!((85.0..=100.0).contains(&right), "{stdout}");
        before = solved;
    }
    assert!(result(&stdout, "best_solved") <= before);
}

/// All but the time taken: in the table, and in its Markdown.
#[test]
fn a_seed_has_its_numbers() {
    let out = nowhere("zoo_seeds");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zoo_seeds.md");
    let small = [
        "--task",
        "order",
        "--time",
        "10",
        "--hidden",
        "5",
        "--steps",
        "60",
        "--cells",
        "lstm_zoneout,janet",
    ];
    let run = |more: &[&str]| {
        let args = [&small, more, &["--markdown", file.to_str().unwrap()]].concat();
        let stdout = race(&args, &out);
        let markdown = std::fs::read_to_string(&file).unwrap();
        let rows = markdown.lines().map(|line| line.split(" | ").map(String::from).collect::<Vec<_>>());
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 4, "{markdown}");
        assert!(rows[0][0].ends_with("cell") && rows[0][5] == "steps/s", "{markdown}");
        let but_time = rows.into_iter().skip(2).map(|mut row| {
            assert!(row.remove(5).parse::<f64>().unwrap() > 0.0, "{markdown}");
            row
        });
        (result(&stdout, "best_loss"), but_time.collect::<Vec<_>>())
    };
    let first = run(&["--seed", "7"]);
    assert_eq!(first, run(&["--seed", "7"]));
    assert_ne!(first, run(&["--seed", "8"]));
    let (_, both) = run(&["--seed", "7", "--seeds", "2"]);
    for row in both {
        // The worse of two is the median; what is alone in the first run is at an end.
        let alone = first.1.iter().find(|of| of[0] == row[0]).unwrap();
        let (median, range) = row[3].split_once(" (").unwrap();
        let ends: Vec<&str> = range.trim_end_matches(')').split(" – ").collect();
        assert!(ends.contains(&median) && ends.contains(&alone[3].as_str()), "{row:?}, {alone:?}");
    }
}

#[test]
fn who_fails_does_not_stop_the_others() {
    let args = ["--cells", "gru,simple_rnn", "--steps", "5", "--hidden", "3", "--time", "10", "--lr", "1e30"];
    let stdout = race(&args, &nowhere("zoo_nan"));
    assert_eq!([result(&stdout, "cells"), result(&stdout, "failed")], [2.0, 2.0], "{stdout}");
    assert_eq!(stdout.matches("no finite number, at step 2").count(), 2, "{stdout}");
    assert_eq!(stdout.matches("NaN at 2").count(), 2, "{stdout}");
}

#[test]
fn a_text_is_written() {
    let text = [
        "--task", "text", "--time", "10", "--cells", "gru", "--hidden", "4", "--steps", "2", "--sample", "30",
    ];
    let sample = |more: &[&str]| {
        let stdout = race(&[&text, more].concat(), &nowhere("zoo_text"));
        let (_, after) = stdout.split_once("gru, at temperature ").unwrap_or_else(|| panic!("{stdout}"));
        let (temperature, after) = after.split_once(":\n").unwrap();
        let (sample, _) = after.rsplit_once("\n\nresult: ").unwrap();
        assert_eq!(sample.chars().count(), 30, "{stdout}");
        (temperature.to_owned(), sample.to_owned())
    };
    let (temperature, at_1) = sample(&[]);
    assert_eq!(temperature, "1");
    assert_eq!(sample(&[]).1, at_1);
    // Who is almost sure repeats the likeliest character, and who knows nothing yet repeats few.
    let kinds = |text: &str| text.chars().collect::<std::collections::BTreeSet<_>>().len();
    let (_, sure) = sample(&["--temperature", "0.0001"]);
    assert!(kinds(&sure) < kinds(&at_1), "{sure} {at_1}");
}

#[test]
fn help_says_what_counts_as_solved() {
    let [help, _] = success("zoo", &["--help"], &nowhere("zoo_help"));
    for part in
        ["adding", "0.01", "99 %", "90 %", "bits a character", "--temperature", "--markdown", "‖∂L/∂s_1‖"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[test]
fn bad_options_are_one_sentence() {
    for (args, part) in [
        (&["--task", "sorting"][..], "possible values: adding"),
        (&["--cells", "lstm,transformer"], "transformer"),
        (&["--cells", ""], "--cells"),
        (&["--hidden", "0"], "from 1 to 1024"),
        (&["--steps", "many"], "--steps"),
        (&["--time", "9"], "from 10"),
        (&["--seeds", "0"], "from 1 to 100"),
        (&["--lr", "-1"], "greater than 0"),
        (&["--task", "digits", "--time", "10"], "8 steps"),
        (&["--pixels"], "--pixels is not for --task adding"),
        (&["--task", "copy", "--sample", "10"], "--sample is not for --task copy"),
        (&["--temperature", "0.7"], "--sample"),
        (&["--task", "text", "--sample", "10", "--temperature", "0"], "greater than 0"),
        (&["--task", "text", "--batch", "1000", "--time", "100"], "characters to test with"),
        (&["--markdown", "Cargo.toml/zoo.md"], "Cargo.toml"),
        (&["--frobnicate"], "--frobnicate"),
    ] {
        let sentence = failure("zoo", args, &nowhere("zoo_bad"), 2);
        assert!(sentence.contains(part), "{args:?}: {sentence}");
    }
}

#[test]
fn the_family_picture_has_every_cell_and_nobody_is_older_than_its_parent() {
    let folder = nowhere("zoo_family");
    let [stdout, _] = success("zoo", &["--family"], &folder);
    assert_eq!(result(&stdout, "cells"), zoo::NAMES.len() as f64);
    let picture = fs::read_to_string(folder.join("family.svg")).unwrap();
    let shown = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures/zoo_family.svg");
    assert!(picture == fs::read_to_string(shown).unwrap(), "draw docs/pictures/zoo_family.svg again");
    for name in zoo::NAMES {
        assert_eq!(picture.matches(&format!(">{name}</text>")).count(), 1, "{name}");
    }
    let lines: Vec<&str> = picture.lines().filter_map(|line| line.strip_prefix("<path d='M")).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| line.contains('H')).collect();
    assert!(lines.len() >= zoo::NAMES.len() - 1);
    for line in lines {
        let x = |text: &str| text.parse::<f64>().unwrap();
        let (from, to) = (x(line.split(' ').next().unwrap()), line.split(['H', '\'']).nth(1).map(x).unwrap());
        assert!(from < to, "{line}");
    }
}
