//! The programs `vanishing` and `checkpointing` as their users meet them.

use crate::common::program::{failure, files, nowhere, result, success};

#[test]
fn gradients_vanish_where_they_should() {
    let out = nowhere("vanishing");
    let [stdout, _] = success("vanishing", &["--length", "60", "--steps", "20", "--units", "16"], &out);
    // Uniform weights in ±1/√H: the largest eigenvalue is some 0.58, the sixtieth power of which is 1e-14.
    assert!(result(&stdout, "rnn_left") < 1e-10, "{stdout}");
    assert!(result(&stdout, "rnn_orthogonal_left") > 1e-4, "{stdout}");
    assert!(result(&stdout, "lstm_1_left") > 1e-6 && result(&stdout, "lstm_ln_t_left") > 0.01, "{stdout}");
    assert_eq!(files(&out), ["vanishing.svg"]);
}

/// What chapter 4 of the book shows, and says of it.
#[test]
#[cfg_attr(debug_assertions, ignore = "five nets are trained: minutes without optimisation")]
fn who_learns_to_add_is_as_the_book_says() {
    let out = nowhere("vanishing_book");
    let [stdout, _] = success("vanishing", &[], &out);
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/book/04-vanishing-and-exploding.md");
    let book = std::fs::read_to_string(book).unwrap();
    let learned =
        [("rnn", false), ("rnn_orthogonal", false), ("gru", true), ("lstm_1", true), ("lstm_ln_t", true)];
    let names = ["rnn ", "rnn, orth. U", "gru", "lstm, b = 1", "lstm, b = ln T"];
    for ((key, learns), name) in learned.into_iter().zip(names) {
        let row = book.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no row {name}"));
        let shown: Vec<f64> = row[24..].split_whitespace().map(|n| n.parse().unwrap()).collect();
        let [left, after, radius, mse] =
            ["left", "after", "radius", "mse"].map(|what| result(&stdout, &format!("{key}_{what}")));
        assert!((left / shown[0] - 1.0).abs() < 0.05, "{name}: {left:e} is left before training, {row}");
        // Rounding decides the rest of 2,000 steps, and for the last net, as the book says, even whether it learns: it does with AVX2 and
        // AVX-512, whose numbers are the same.
        let as_said = |mse: f64| if learns { mse < 0.01 } else { mse > 0.1 };
        assert!(as_said(mse) && as_said(shown[3]), "{name}: {mse}, {row}");
        // (An LSTM that begins with b = ln T forgets little in any case.)
        let reaches = |left: f64| if name.starts_with("rnn") { left < 1e-6 } else { left > 1e-4 };
        assert!(reaches(after) && reaches(shown[1]), "{name}: {after:e}, {row}");
        assert!((radius - shown[2]).abs() < 0.15, "{name}: spectral radius {radius}, {row}");
    }
}

#[test]
fn less_memory_costs_what_it_should() {
    let out = nowhere("checkpointing");
    let [stdout, _] = success("checkpointing", &["--longest", "400", "--slots", "4"], &out);
    assert!(stdout.contains("same_bits=true"), "{stdout}");
    let [all, pieces, slots] = ["all", "pieces", "slots"].map(|way| result(&stdout, &format!("bytes_{way}")));
    assert!(all > 10.0 * pieces && pieces > 5.0 * slots, "{stdout}");
    assert!((result(&stdout, "work_pieces") - 1.95).abs() < 1e-9, "19 of 20 pieces twice: {stdout}");
    let columns =
        |line: &str| line.split_whitespace().rev().take(5).map(|n| n.parse().unwrap()).collect::<Vec<f64>>();
    let rows = stdout.lines().filter(|line| line.contains(" slots ") && !line.contains('='));
    let rows: Vec<Vec<f64>> = rows.map(columns).collect();
    assert_eq!(rows.len(), 5, "{stdout}");
    for row in rows {
        assert!((row[4] / row[3] - 1.0).abs() < 0.15 && row[1] == row[2], "as theory says: {stdout}");
    }
    assert_eq!(files(&out), ["checkpointing.svg"]);
}

#[test]
fn bad_options_are_one_sentence() {
    for (program, args, part) in [
        ("vanishing", ["--length", "1"], "from 2 to 2000"),
        ("vanishing", ["--lr", "-3"], "greater than 0"),
        ("checkpointing", ["--slots", "0"], "from 1 to 1000"),
        ("checkpointing", ["--longest", "x"], "from 10 to 100000"),
    ] {
        assert!(failure(program, &args, &nowhere("bad"), 2).contains(part), "{program} {args:?}");
    }
}
