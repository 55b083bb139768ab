//! The names of each cell's quantities and its equations, as the page shows them. `tests/programs/bptt_explorer.rs` checks every equation
//! against the page's numbers.

use serde_json::{Value, json};

/// A cell in words. In formulas, `_` and `^` lower and raise what is in the braces after them.
pub struct CellText {
    pub name: &'static str,
    pub title: &'static str,
    /// Where its step is written down.
    pub file: &'static str,
    /// What is carried from step to step, the output first.
    pub states: &'static [&'static str],
    /// The blocks of H columns that its weights consist of.
    pub gates: &'static [&'static str],
    /// By their names on a traced tape.
    pub quantities: &'static [(&'static str, &'static str)],
    pub forward: &'static [&'static str],
    pub backward: &'static [&'static str],
    pub weights: &'static [WeightText],
}

/// A weight, and what a step adds to its gradient: what it read, transposed, times the gradient of what it made.
pub struct WeightText {
    pub name: &'static str,
    pub symbol: &'static str,
    /// `h` of the step before, `x`, or, of a bias, nothing.
    pub reads: &'static str,
    /// Of each block: the gradient of the first, times the values of the others.
    pub factors: &'static [&'static [&'static str]],
    pub adds: &'static str,
}

pub const CELLS: [CellText; 3] = [RNN, LSTM, GRU];

const RNN: CellText = CellText {
    name: "rnn",
    title: "Elman net",
    file: "src/nn/cells/simple_rnn.rs",
    states: &["h"],
    gates: &["a"],
    quantities: &[("a", "pre-activation"), ("h", "state")],
    forward: &["a_{t} = x_{t}·W_{ih} + h_{t−1}·W_{hh} + b", "h_{t} = tanh(a_{t})"],
    backward: &["∂L/∂a_{t} = ∂L/∂h_{t} ⊙ (1 − h_{t}^{2})", "∂L/∂h_{t−1} = ∂L/∂a_{t}·W_{hh}^{⊤}"],
    weights: &[
        WeightText {
            name: "w_hh",
            symbol: "W_{hh}",
            reads: "h",
            factors: &[&["a"]],
            adds: "h_{t−1}^{⊤}·∂L/∂a_{t}",
        },
        WeightText {
            name: "w_ih",
            symbol: "W_{ih}",
            reads: "x",
            factors: &[&["a"]],
            adds: "x_{t}^{⊤}·∂L/∂a_{t}",
        },
        WeightText { name: "b", symbol: "b", reads: "", factors: &[&["a"]], adds: "∂L/∂a_{t}" },
    ],
};

/// What follows the last step of every cell, and where the gradient comes from.
const ANSWER: &str = "y = h_{T}·w + b_{y},  L = (y − sum)^{2}";
const FROM_ANSWER: &str = "∂L/∂h_{T} = 2·(y − sum)·w^{⊤}";

const LSTM_FACTORS: &[&[&str]] = &[&["a_i"], &["a_f"], &["a_g"], &["a_o"]];

const LSTM: CellText = CellText {
    name: "lstm",
    title: "LSTM",
    file: "src/nn/cells/lstm_cell.rs",
    states: &["h", "c"],
    gates: &["i", "f", "g", "o"],
    quantities: &[
        ("a_i", "pre-activation of i"),
        ("a_f", "pre-activation of f"),
        ("a_g", "pre-activation of g"),
        ("a_o", "pre-activation of o"),
        ("i", "what enters"),
        ("f", "what stays"),
        ("g", "new content"),
        ("o", "what leaves"),
        ("c", "memory"),
        ("h", "output"),
    ],
    forward: &[
        "[a_{i}, a_{f}, a_{g}, a_{o}] = x_{t}·W_{ih} + h_{t−1}·W_{hh} + b",
        "i = σ(a_{i}),  f = σ(a_{f}),  g = tanh(a_{g}),  o = σ(a_{o})",
        "c_{t} = f⊙c_{t−1} + i⊙g",
        "h_{t} = o⊙tanh(c_{t})",
    ],
    backward: &[
        "∂L/∂o = ∂L/∂h_{t} ⊙ tanh(c_{t})",
        "∂L/∂c_{t} = ∂L/∂h_{t} ⊙ o ⊙ (1 − tanh^{2}(c_{t})) + ∂L/∂c_{t+1} ⊙ f_{t+1}",
        "∂L/∂i = ∂L/∂c_{t} ⊙ g,  ∂L/∂f = ∂L/∂c_{t} ⊙ c_{t−1},  ∂L/∂g = ∂L/∂c_{t} ⊙ i",
        "∂L/∂a_{i} = ∂L/∂i ⊙ i ⊙ (1 − i), likewise f and o;  ∂L/∂a_{g} = ∂L/∂g ⊙ (1 − g^{2})",
        "∂L/∂h_{t−1} = [∂L/∂a_{i}, ∂L/∂a_{f}, ∂L/∂a_{g}, ∂L/∂a_{o}]·W_{hh}^{⊤}",
    ],
    weights: &[
        WeightText {
            name: "w_hh",
            symbol: "W_{hh}",
            reads: "h",
            factors: LSTM_FACTORS,
            adds: "h_{t−1}^{⊤}·[∂L/∂a_{i}, ∂L/∂a_{f}, ∂L/∂a_{g}, ∂L/∂a_{o}]",
        },
        WeightText {
            name: "w_ih",
            symbol: "W_{ih}",
            reads: "x",
            factors: LSTM_FACTORS,
            adds: "x_{t}^{⊤}·[∂L/∂a_{i}, ∂L/∂a_{f}, ∂L/∂a_{g}, ∂L/∂a_{o}]",
        },
        WeightText {
            name: "b",
            symbol: "b",
            reads: "",
            factors: LSTM_FACTORS,
            adds: "[∂L/∂a_{i}, ∂L/∂a_{f}, ∂L/∂a_{g}, ∂L/∂a_{o}]",
        },
    ],
};

const GRU_FACTORS: &[&[&str]] = &[&["a_z"], &["a_r"], &["a_n"]];
/// The reset gate stands behind the product with `W_hh`.
const GRU_FACTORS_H: &[&[&str]] = &[&["a_z"], &["a_r"], &["a_n", "r"]];

const GRU: CellText = CellText {
    name: "gru",
    title: "GRU",
    file: "src/nn/cells/gru_cell.rs",
    states: &["h"],
    gates: &["z", "r", "n"],
    quantities: &[
        ("a_z", "pre-activation of z"),
        ("a_r", "pre-activation of r"),
        ("a_n", "pre-activation of n"),
        ("z", "what stays"),
        ("r", "what n sees of the old"),
        ("n", "new content"),
        ("h", "state"),
    ],
    forward: &[
        "[x_{z}, x_{r}, x_{n}] = x_{t}·W_{ih} + b_{ih}",
        "[h_{z}, h_{r}, h_{n}] = h_{t−1}·W_{hh} + b_{hh}",
        "a_{z} = x_{z} + h_{z},  a_{r} = x_{r} + h_{r},  a_{n} = x_{n} + r⊙h_{n}",
        "z = σ(a_{z}),  r = σ(a_{r}),  n = tanh(a_{n})",
        "h_{t} = z⊙h_{t−1} + (1 − z)⊙n",
    ],
    backward: &[
        "∂L/∂z = ∂L/∂h_{t} ⊙ (h_{t−1} − n),  ∂L/∂n = ∂L/∂h_{t} ⊙ (1 − z)",
        "∂L/∂a_{n} = ∂L/∂n ⊙ (1 − n^{2}),  ∂L/∂r = ∂L/∂a_{n} ⊙ h_{n}",
        "∂L/∂a_{z} = ∂L/∂z ⊙ z ⊙ (1 − z),  ∂L/∂a_{r} = ∂L/∂r ⊙ r ⊙ (1 − r)",
        "∂L/∂h_{t−1} = ∂L/∂h_{t} ⊙ z + [∂L/∂a_{z}, ∂L/∂a_{r}, ∂L/∂a_{n} ⊙ r]·W_{hh}^{⊤}",
    ],
    weights: &[
        WeightText {
            name: "w_hh",
            symbol: "W_{hh}",
            reads: "h",
            factors: GRU_FACTORS_H,
            adds: "h_{t−1}^{⊤}·[∂L/∂a_{z}, ∂L/∂a_{r}, ∂L/∂a_{n} ⊙ r]",
        },
        WeightText {
            name: "w_ih",
            symbol: "W_{ih}",
            reads: "x",
            factors: GRU_FACTORS,
            adds: "x_{t}^{⊤}·[∂L/∂a_{z}, ∂L/∂a_{r}, ∂L/∂a_{n}]",
        },
        WeightText {
            name: "b_ih",
            symbol: "b_{ih}",
            reads: "",
            factors: GRU_FACTORS,
            adds: "[∂L/∂a_{z}, ∂L/∂a_{r}, ∂L/∂a_{n}]",
        },
        WeightText {
            name: "b_hh",
            symbol: "b_{hh}",
            reads: "",
            factors: GRU_FACTORS_H,
            adds: "[∂L/∂a_{z}, ∂L/∂a_{r}, ∂L/∂a_{n} ⊙ r]",
        },
    ],
};

impl CellText {
    pub fn json(&self) -> Value {
        let weights = self.weights.iter().map(|w| {
            json!({ "name": w.name, "symbol": w.symbol, "reads": w.reads, "factors": w.factors, "adds": w.adds })
        });
        let forward = [self.forward, &[ANSWER]].concat();
        let backward = [&[FROM_ANSWER], self.backward].concat();
        json!({
            "name": self.name, "title": self.title, "file": self.file, "states": self.states, "gates": self.gates,
            "quantities": self.quantities, "forward": forward, "backward": backward,
            "weights": weights.collect::<Value>(),
        })
    }
}
