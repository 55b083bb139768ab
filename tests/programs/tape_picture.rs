//! The program `tape_picture` as its users meet it.

use std::fs;

use crate::common::program::{failure, files, nowhere, result, success};

const FILES: [&str; 6] =
    ["folded.dot", "folded.svg", "gates.svg", "gradients.svg", "unrolled.dot", "unrolled.svg"];

#[test]
fn each_cell_is_drawn() {
    for (cell, nodes, folded, step) in [("rnn", 33, 19, 7), ("lstm", 66, 30, 18), ("gru", 81, 35, 23)] {
        let out = nowhere(&format!("tape_picture_{cell}"));
        let args = ["--cell", cell, "--time", "3", "--length", "12", "--steps", "5"];
        let [stdout, _] = success("tape_picture", &args, &out);
        assert_eq!(
            (result(&stdout, "nodes"), result(&stdout, "folded")),
            (nodes.into(), folded.into()),
            "{cell}"
        );
        assert_eq!(nodes - folded, 2 * step, "{cell}: two steps more than one");
        assert_eq!(files(&out), FILES);
        let read = |file: &str| fs::read_to_string(out.join(file)).unwrap();
        let pictures = ["unrolled.svg", "folded.svg", "gates.svg", "gradients.svg"].map(read);
        for (svg, text) in pictures.iter().zip(["t = 2", "t−1 ×11", "State h", "trained"]) {
            let text = if svg.contains("Memory c") { "Memory c" } else { text };
            assert!(svg.starts_with("<svg ") && svg.contains(text), "{cell}: no {text}");
            assert!(svg.len() < 300_000, "{cell}");
        }
        assert_eq!(read("unrolled.dot").matches("subgraph").count(), 3, "{cell}");
        assert!(read("folded.dot").contains("each of 12 steps"), "{cell}");
    }
}

#[test]
fn layers_are_drawn_below_each_other() {
    let out = nowhere("tape_picture_layers");
    let args =
        ["--cell", "gru", "--layers", "2", "--time", "2", "--length", "6", "--steps", "0", "--units", "3"];
    let [stdout, _] = success("tape_picture", &args, &out);
    assert_eq!(result(&stdout, "folded"), 64.0);
    assert_eq!(fs::read_to_string(out.join("folded.dot")).unwrap().matches("subgraph").count(), 2);
}

#[test]
fn it_learns_to_add() {
    let args = ["--units", "6", "--length", "10", "--steps", "800", "--seed", "2"];
    let [stdout, _] = success("tape_picture", &args, &nowhere("tape_picture_learns"));
    assert!(result(&stdout, "mse") < 0.04, "{stdout}");
}

#[test]
fn bad_options_are_one_sentence() {
    for (args, part) in [
        (["--cell", "transformer"], "rnn, lstm, gru"),
        (["--time", "1"], "from 2 to 60"),
        (["--length", "501"], "from 2 to 500"),
        (["--layers", "0"], "from 1 to 4"),
        (["--lr", "0"], "greater than 0"),
    ] {
        assert!(failure("tape_picture", &args, &nowhere("tape_picture_bad"), 2).contains(part), "{args:?}");
    }
}
