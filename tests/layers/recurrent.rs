//! The recurrent cells, with every option: their gradients, and the operations for whole sequences against the loop over
//! single steps.

use crate::common::layers::Tally;
use tapeloop::nn::{Activation, BasicLstm, Gru, Lstm, Reset, SimpleRnn};

#[test]
fn many_steps_at_once_are_many_steps() {
    let mut tally = Tally::default();
    tally.compare_long("simple_rnn", SimpleRnn::pytorch);
    tally.compare_long("lstm", Lstm::pytorch);
    tally.compare_long("basic_lstm", BasicLstm::new);
    tally.compare_long("gru", Gru::new);
    tally.compare_long("gru, reset before", |h| Gru::new(h).reset(Reset::Before));
    println!("many steps: at most {:.1e} apart", tally.apart);
}

#[test]
fn every_gradient_of_every_cell_with_every_option_both_ways() {
    let mut tally = Tally::default();
    tally.check_both("simple_rnn", SimpleRnn::new);
    tally.check_both("simple_rnn, two biases", SimpleRnn::pytorch);
    tally.check_both("simple_rnn without bias", |h| SimpleRnn::new(h).bias(false));
    // relu's corner is no place for differences; the relu of single steps is checked among the operations.
    tally.compare("simple_rnn, relu", |h| SimpleRnn::new(h).activation(Activation::Relu));
    tally.check_both("lstm", Lstm::new);
    tally.check_both("lstm, two biases", Lstm::pytorch);
    tally.check_both("lstm without bias", |h| Lstm::new(h).bias(false));
    tally.check_both("basic_lstm", BasicLstm::new);
    tally.check_both("basic_lstm, forget bias 2.5", |h| BasicLstm::new(h).forget_bias(2.5));
    tally.check_both("gru", Gru::new);
    tally.check_both("gru without bias", |h| Gru::new(h).bias(false));
    tally.check_both("gru, reset before", |h| Gru::new(h).reset(Reset::Before));
    tally.check_both("gru, reset before, no bias", |h| Gru::new(h).reset(Reset::Before).bias(false));

    let sigmoid = Activation::Sigmoid;
    tally.check("simple_rnn, sigmoid", |h| SimpleRnn::new(h).activation(sigmoid));
    tally.check("lstm, softplus", |h| Lstm::new(h).activation(Activation::Softplus));
    tally.check("lstm, tanh gates", |h| Lstm::new(h).recurrent_activation(Activation::Tanh));
    tally.check("lstm, peepholes", |h| Lstm::new(h).peepholes(true));
    tally.check("lstm, projection", |h| Lstm::new(h).projection(2));
    // It acts, and no c is so near to it that a difference would cross the corner.
    tally.check("lstm, clip", |h| Lstm::new(h).cell_clip(0.6));
    tally.check("lstm, coupled", |h| Lstm::new(h).coupled_gates(true));
    tally.check("lstm, all", |h| {
        Lstm::pytorch(h).peepholes(true).projection(3).cell_clip(0.6).coupled_gates(true)
    });
    tally.check("basic_lstm, sigmoid", |h| BasicLstm::new(h).activation(sigmoid));
    tally.check("gru, sigmoid", |h| Gru::new(h).activation(sigmoid));
    tally.check("gru, tanh gates", |h| Gru::new(h).recurrent_activation(Activation::Tanh));
    tally.check("lstm, zoneout", |h| Lstm::new(h).zoneout(0.2, 0.4));
    tally.check("gru, zoneout", |h| Gru::new(h).zoneout(0.3, 0.0));
    let worst = tally.worst.unwrap();
    println!(
        "{} layers, {} cases, {} derivatives, worst {worst}; at once and unrolled at most {:.1e} apart",
        tally.layers, tally.cases, tally.derivatives, tally.apart
    );
}
