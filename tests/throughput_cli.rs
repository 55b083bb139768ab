//! The program `throughput` as its user meets it, and what it says that a call costs at least.

#[path = "../benches/common/cells.rs"]
#[allow(dead_code)]
mod cells;
mod common;

use std::path::Path;
use std::process::{Command, Output};

use cells::{CELLS, Case, Cell, Size};
use common::program;
use serde_json::Value;
use tapeloop::Real;
use tapeloop::nn::zoo;

fn throughput(args: &[&str]) -> Output {
    Command::new(program::path("throughput")).args(args).output().unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// The standard output of a run that has to succeed.
fn success(args: &[&str]) -> String {
    let output = throughput(args);
    let [stdout, stderr] = [output.stdout, output.stderr].map(text);
    assert!(output.status.success() && stderr.is_empty(), "{args:?}: {stderr}");
    stdout
}

const SMALL: [&str; 10] = ["--batch", "4", "--time", "5", "--input", "8", "--hidden", "6", "--rounds", "3"];

/// The objects of a small run.
fn json(args: &[&str]) -> Vec<Value> {
    let stdout = success(&[args, &SMALL, &["--json"]].concat());
    stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn help_says_what_is_counted() {
    let help = success(&["--help"]);
    for part in ["2·B·T·G·H·(I+H)", "processor time", "wall", "floor", "--threads", "lstm_projection"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}

#[test]
fn numbers_fit_each_other_and_the_settings() {
    let flops = (6 * 4 * 5 * 4 * 6 * (8 + 6)) as f64;
    let floor = 4 * 5 * (2 * 8 + 2 * 6 + 5 * 6) + 4 * 2 * 6;
    let forward = 4 * 5 * (8 + 6) + 4 * 6;
    for (args, flops, floor) in [
        (&[][..], flops, 4 * floor),
        (&["--forward"], flops / 3.0, 4 * forward),
        (&["--unrolled"], flops, 4 * floor),
        (&["--f64"], flops, 8 * floor),
        (&["--threads", "1"], flops, 4 * floor),
        (&["--threads", "3", "--forward", "--unrolled", "--f64"], flops / 3.0, 8 * forward),
    ] {
        let rows = json(&[&["lstm"], args].concat());
        let [row] = &rows[..] else { panic!("{args:?}: {rows:?}") };
        let number = |name: &str| row[name].as_f64().unwrap_or_else(|| panic!("{args:?}: {name} of {row}"));
        let [least, median, most] = ["us_min", "us_median", "us_max"].map(number);
        assert!(0.0 < least && least <= median && median <= most, "{args:?}: {row}");
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{args:?}: {a} and {b} of {row}");
        near(number("gflops"), flops / median / 1e3);
        near(number("share_of_peak"), number("gflops") / number("fma_peak_gflops"));
        let passes = if args.contains(&"--forward") { 1 } else { 2 };
        let read = (passes * 5 * (6 * 4 * 6) * if args.contains(&"--f64") { 8 } else { 4 }) as f64;
        let [products, read] = [flops / number("fma_peak_gflops"), read / number("read_gb_per_s")];
        near(number("floor_us"), products.max(read) / 1e3);
        assert_eq!(row["floor_bytes"], floor, "{args:?}");
        assert!(number("tape_bytes") >= number("floor_bytes"), "{args:?}: {row}");
        for flag in ["forward", "unrolled", "f64"] {
            assert_eq!(row[flag], args.contains(&format!("--{flag}").as_str()), "{args:?}: {flag}");
        }
        let sizes = ["batch", "time", "input", "hidden"].map(|name| row[name].as_u64().unwrap());
        assert_eq!((row["cell"].as_str(), sizes), (Some("lstm"), [4, 5, 8, 6]));
        if let Some(at) = args.iter().position(|&arg| arg == "--threads") {
            assert_eq!(row["threads"].to_string(), args[at + 1]);
        }
    }
}

#[test]
fn a_profile_has_all_parts_of_a_step() {
    let names = ["gates", "input_products", "optimizer", "recurrent_products", "rest", "weight_gradients"];
    for cell in ["rnn", "gru_reset_before"] {
        for threads in ["1", "2"] {
            let rows = json(&[cell, "--profile", "--threads", threads]);
            let parts = rows[0]["profile_us"].as_object().unwrap();
            assert!(parts.keys().eq(&names), "{parts:?}");
            assert!(parts.values().all(|us| us.as_f64().unwrap() > 0.0), "{parts:?}");
        }
    }
    let rows = json(&["lstm", "--profile", "--forward"]);
    let parts = rows[0]["profile_us"].as_object().unwrap();
    assert!(parts.keys().eq(&names) && parts["weight_gradients"].as_f64() == Some(0.0), "{parts:?}");
    assert!(parts["gates"].as_f64().unwrap() > 0.0, "{parts:?}");
    let stdout = success(&[&["lstm", "--profile"], &SMALL[..]].concat());
    assert!(names.iter().all(|name| stdout.contains(&name.replace('_', " "))), "{stdout}");
}

/// Besides values, gradients and gates there is only the workspace of a block, and packed weights.
#[test]
#[cfg_attr(debug_assertions, ignore = "80 GFLOP: run with --release")]
fn the_tape_of_a_large_lstm_holds_little_more_than_it_must() {
    let case = Case { cell: Cell::Lstm, size: Size([64, 50, 512, 512]), forward: false, unrolled: false };
    let mut call = case.build::<f32>();
    call.run();
    call.run();
    let share = call.tape_bytes() as f64 / case.floor_bytes(4);
    assert!(share <= 1.25, "{share}");
}

/// Every row is named by a line, no row is further above it than is said, and the picture has a curve for the cell.
#[test]
#[cfg_attr(debug_assertions, ignore = "sequences of 10,000 steps: run with --release")]
fn growth_is_measured_against_a_line() {
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth.svg");
    let path = picture.to_str().unwrap();
    let sizes = ["--batch", "2", "--time", "3", "--input", "4", "--hidden", "5", "--rounds", "1"];
    let stdout = success(&[&["gru", "--growth", path], &sizes[..]].concat());

    let rows: Vec<&str> = stdout.lines().filter(|line| line.contains("_H5 ")).collect();
    assert_eq!(rows.len(), 13 + 20, "{stdout}");
    let (more_steps, more_sequences) = rows.split_at(13);
    for (axis, rows) in [("T", more_steps), ("B", more_sequences)] {
        let line = stdout.lines().find(|line| line.contains(&format!("µs·{axis}"))).unwrap();
        let numbers: Vec<f64> =
            line.split([' ', 'µ', ';', ',']).filter_map(|word| word.parse().ok()).collect();
        let [a, b, times, at] = numbers[..] else { panic!("{line}") };
        let ratios: Vec<(f64, f64)> = rows
            .iter()
            .map(|row| {
                let words: Vec<&str> = row.split_whitespace().collect();
                let length = words[1].split('_').find_map(|size| size.strip_prefix(axis)).unwrap();
                let length: f64 = length.parse().unwrap();
                (length, words[4].parse::<f64>().unwrap() / (a + b * length))
            })
            .collect();
        assert!(a >= 0.0 && b > 0.0 && times >= 1.0, "{line}");
        let near = ratios.iter().any(|&(n, ratio)| n == at && (ratio / times - 1.0).abs() < 0.05);
        assert!(near && ratios.iter().all(|&(_, ratio)| ratio < 1.05 * times), "{line}: {ratios:?}");
    }
    assert!(
        program::result(&stdout, "most_above_line_t") >= 1.0
            && program::result(&stdout, "most_above_line_b") >= 1.0
    );
    assert!(std::fs::read_to_string(picture).unwrap().contains("gru"));
}

#[test]
fn both_ways_are_rows_of_one_run() {
    let unrolled: Vec<_> = json(&["gru", "--both"]).into_iter().map(|row| row["unrolled"].clone()).collect();
    assert_eq!(unrolled, [false, true]);
    assert_eq!(json(&["lstm_peepholes", "--both"]).len(), 1, "there is only one way");
}

#[test]
fn a_table_has_all_cells_and_a_last_line() {
    let stdout = success(&SMALL);
    for (name, _) in CELLS {
        let rows = stdout.lines().filter(|line| line.starts_with(&format!("{name} "))).count();
        assert_eq!(rows, 1, "{name}: {stdout}");
    }
    assert_eq!(program::result(&stdout, "rows"), CELLS.len() as f64);
    assert!(program::result(&stdout, "mean_share_of_peak") > 0.0, "{stdout}");
    assert!(program::result(&stdout, "mean_tape_over_floor") >= 1.0, "{stdout}");

    let stdout = success(&[&["rnn"], &SMALL[..]].concat());
    let [least, median] = ["us_min", "us_median"].map(|name| program::result(&stdout, name));
    assert!(0.0 < least && least <= median, "{stdout}");
}

#[test]
fn every_cell_of_the_zoo_has_a_name_here() {
    let rows = json(&["all"]);
    let names: Vec<&str> = rows.iter().map(|row| row["cell"].as_str().unwrap()).collect();
    for name in zoo::NAMES {
        let here = if *name == "simple_rnn" { "rnn" } else { name };
        assert!(names.contains(&here), "{name}: {names:?}");
        let rows = json(&[name, "--forward"]);
        assert!(rows[0]["cell"] == here && rows[0]["gflops"].as_f64().unwrap() > 0.0, "{name}: {rows:?}");
    }
    assert_eq!(names.len(), Cell::all().count());
    assert_eq!(names[..CELLS.len()], CELLS.map(|(name, _)| name));
}

/// What is counted on the tape is what the table says of the cells that are in it.
#[test]
fn counted_is_as_listed() {
    for (name, _) in CELLS {
        let in_zoo = if name == "rnn" { "simple_rnn" } else { name };
        for size in [[2, 3, 5, 8], [1, 7, 4, 9], [3, 2, 1, 1]] {
            for forward in [false, true] {
                let case = |cell| Case { cell, size: Size(size), forward, unrolled: true };
                let [listed, counted] = [Cell::named(name).unwrap(), Cell::Zoo(in_zoo)].map(case);
                assert_eq!(listed.flops(), counted.flops(), "{name} {size:?}");
                let [bytes, on_tape] = [listed, counted].map(|case| case.recurrent_bytes(4));
                match name {
                    // All of [W; U] is multiplied with [x, h]; and the projection with what comes of h.
                    "basic_lstm" | "lstm_projection" => assert!(on_tape > bytes, "{name} {size:?}"),
                    _ => assert_eq!(on_tape, bytes, "{name} {size:?}"),
                }
                assert_eq!(listed.cell.has_operation(), counted.cell.has_operation(), "{name}");
                assert!(counted.floor_bytes(4) <= listed.floor_bytes(4), "{name} {size:?}");
            }
        }
    }
}

/// A memory that is a matrix is read and written once a step: DeltaNet reads it twice. Besides, there are its products with weights.
#[test]
fn memories_that_are_matrices_are_counted() {
    let [b, t, i, h] = [2, 3, 5, 8];
    let case =
        |forward| Case { cell: Cell::Zoo("delta_net"), size: Size([b, t, i, h]), forward, unrolled: true };
    let (memory, weights) = (3 * h * h, i * (3 * h + 1));
    assert_eq!(case(true).flops(), (2 * b * t * (memory + weights)) as f64);
    assert!(case(false).flops() > 2.9 * case(true).flops());
}

#[test]
fn bad_options_are_one_sentence() {
    let million = ["--batch", "1000000", "--time", "1000000", "--input", "1000000", "--hidden", "1000000"];
    let bad: [(&[&str], &str); 19] = [
        (&["transformer"], "possible values: rnn, lstm"),
        (&["lstm", "gru"], "gru"),
        (&["lstm", "--batch", "4"], "--time <N> --input <N> --hidden <N>"),
        (&["lstm", "--hidden", "4"], "--batch"),
        (&["--batch", "0", "--time", "1", "--input", "1", "--hidden", "1"], "from 1 to 1000000"),
        (&["--batch", "1", "--time", "-1", "--input", "1", "--hidden", "1"], "--time"),
        (&["--threads", "0"], "from 1 to 256"),
        (&["--rounds", "many"], "--rounds"),
        (&["--both", "--unrolled"], "cannot be used with"),
        (&["--frobnicate"], "--frobnicate"),
        (&["--profile", "--unrolled"], "cannot be used with"),
        (&["lstm_peepholes", "--profile"], "only single steps"),
        (&["mgu", "--profile"], "only single steps"),
        (&["rnn", "--growth", "Cargo.toml/growth.svg"], "Cargo.toml"),
        (&["--growth", "growth.svg", "--json"], "cannot be used with"),
        (&["lstm_projection", "--growth", "growth.svg", "--batch", "1000"], "--time"),
        (&million, "choose smaller sizes"),
        (&[&["mgu"], &million[..]].concat(), "choose smaller sizes"),
        (&[&["gru", "--json", "--f64"], &million[..]].concat(), "choose smaller sizes"),
    ];
    for (args, part) in bad {
        let output = throughput(args);
        let stderr = text(output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{args:?}: {stderr}");
        assert!(stderr.contains(part) && output.stdout.is_empty(), "{args:?}: {stderr}");
    }
}

/// Calls of all cells, each in both ways and both directions.
fn cases(size: [usize; 4]) -> impl Iterator<Item = Case> {
    let case = move |cell, i| Case { cell, size: Size(size), forward: i < 2, unrolled: i % 2 == 0 };
    Cell::all().flat_map(move |cell| (0..4).map(move |i| case(cell, i)))
}

#[test]
fn no_call_takes_more_memory_than_it_is_refused_for() {
    fn holds<R: Real>(case: Case) {
        let mut call = case.checked::<R>();
        call.run();
        let (held, most) = (call.tape_bytes() as f64, case.most_bytes(size_of::<R>()));
        // While an array grows, what it was and what it will be exist at once.
        assert!(1.5 * held <= most, "{case:?}: {held} bytes, and {most} were expected at most");
        let floor = case.floor_bytes(size_of::<R>());
        assert!(held >= floor, "{case:?}: {held} bytes, below the floor of {floor}");
    }
    for size in [[1, 1, 1, 1], [1, 50, 1, 3], [7, 30, 5, 20], [3, 9, 70, 8]] {
        cases(size).for_each(|case| [holds::<f32>, holds::<f64>].into_iter().for_each(|holds| holds(case)));
    }
}

#[test]
fn what_a_call_costs_at_least() {
    let case = |cell, forward| Case { cell, size: Size([2, 3, 5, 8]), forward, unrolled: false };
    for (cell, flops, numbers, forward) in [
        (Cell::Rnn, 12 * 8 * 13, 6 * (10 + 16) + 2 * 8, 6 * 13),
        (Cell::Gru, 12 * 24 * 13, 6 * (10 + 16 + 32) + 2 * 8, 6 * 13),
        (Cell::ResetBefore, 12 * 24 * 13, 6 * (10 + 16 + 24) + 2 * 8, 6 * 13),
        (Cell::Lstm, 12 * 32 * 13, 6 * (10 + 16 + 40) + 2 * 16, 6 * 13 + 2 * 8),
        (Cell::Coupled, 12 * 32 * 13, 6 * (10 + 16 + 32) + 2 * 16, 6 * 13 + 2 * 8),
        (Cell::Projection, 12 * (32 * 9 + 32), 6 * (10 + 8 + 40) + 2 * 12, 6 * 9 + 2 * 8),
    ] {
        let [backward, only] = [false, true].map(|forward| case(cell, forward));
        assert_eq!((backward.flops(), only.flops()), (f64::from(3 * flops), f64::from(flops)), "{cell:?}");
        assert_eq!(backward.floor_bytes(4), f64::from(4 * numbers), "{cell:?}");
        assert_eq!(only.floor_bytes(8), f64::from(8 * forward), "{cell:?}");
    }
}
