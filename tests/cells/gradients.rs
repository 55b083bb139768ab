//! Every cell of the zoo: its gradients in every way that a layer can be called. (What else holds for every cell is in
//! `forward_mode`, `bptt`, `trace`, `graph`, `diagram`, which go through the same list.)

use std::collections::BTreeSet;

use crate::common::layers::{SHAPES, Tally, WAYS, net};
use tapeloop::nn::{Recurrent, Spec, zoo};

/// The cells that have an operation for a whole sequence: the fused ones, then the scans.
const AT_ONCE: [&str; 13] = [
    "simple_rnn",
    "lstm",
    "gru",
    "basic_lstm",
    "gru_reset_before",
    "sru_first",
    "min_gru",
    "min_lstm",
    "qrnn",
    "lru",
    "s4d",
    "s5",
    "mamba",
];

/// Checks the cells in the shapes that have so many units.
struct Check {
    units: usize,
    tally: Tally,
    names: BTreeSet<&'static str>,
    /// Those that do a whole sequence at once.
    at_once: BTreeSet<&'static str>,
}

impl zoo::Visit for Check {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        self.names.insert(name);
        for (number, &shape) in SHAPES.iter().enumerate().filter(|(_, shape)| shape[3] == self.units) {
            for (kind, &way) in WAYS.iter().enumerate() {
                self.tally.check_one(name, layer, shape, way, number * WAYS.len() + kind);
                if net(layer, way, shape).nodes() < net(layer.unrolled(), way, shape).nodes() {
                    self.tally.check_one(name, layer.unrolled(), shape, way, number * WAYS.len() + kind);
                    self.tally.compare_one(name, layer, layer, shape, way);
                    self.at_once.insert(name);
                }
            }
        }
    }
}

#[test]
fn every_gradient_of_every_cell_in_every_way() {
    let units: BTreeSet<usize> = SHAPES.iter().map(|shape| shape[3]).collect();
    let (tally, names, at_once) = (Tally::default(), BTreeSet::new(), BTreeSet::new());
    let mut check = Check { units: 0, tally, names, at_once };
    for units in units {
        check.units = units;
        zoo::visit(units, &mut check);
    }
    assert_eq!(check.names, zoo::NAMES.iter().copied().collect(), "names that differ from the list");
    assert_eq!(check.names.len(), zoo::NAMES.len(), "a name twice");
    let lost: Vec<_> = AT_ONCE.iter().filter(|name| !check.at_once.contains(*name)).collect();
    assert!(lost.is_empty(), "no operation for a whole sequence any more: {lost:?}");
    let Tally { cases, derivatives, closer, worst, apart, .. } = check.tally;
    assert!(closer * 50 < cases, "{closer} of {cases} cases took smaller differences");
    println!(
        "{} cells, {cases} cases ({closer} with smaller differences), {derivatives} derivatives, worst {}; {:?} also at once, at most {apart:.1e} apart",
        check.names.len(),
        worst.unwrap(),
        check.at_once
    );
}

/// Options that the list doesn't have.
#[test]
fn every_gradient_of_cells_with_options() {
    let mut tally = Tally::default();
    for (kind, &way) in WAYS.iter().enumerate() {
        let image = zoo::ConvLstm::new(18).image([3, 2]);
        tally.check_one("conv_lstm, image", image, [2, 3, 12, 18], way, kind);
        let shape = [2, 3, 2, 6];
        tally.check_one("slstm, heads", zoo::Slstm::new(6).heads(3), shape, way, kind);
        tally.check_one("retention, heads", zoo::Retention::new(6).heads(2), shape, way, kind);
        tally.check_one("min_gru, positive", zoo::MinGru::new(6).positive(true), shape, way, kind);
        tally.check_one("min_lstm, positive", zoo::MinLstm::new(6).positive(true), shape, way, kind);
        tally.check_one("mamba, Euler", zoo::Mamba::new(6).euler(true), shape, way, kind);
        let fast = zoo::FastWeights::new(6).layer_norm(true).inner_steps(2);
        tally.check_one("fast_weights, layer norm", fast, shape, way, kind);
    }
    println!("{} cases, worst {}", tally.cases, tally.worst.unwrap());
}
