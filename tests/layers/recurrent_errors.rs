//! What recurrent layers say about input that doesn't fit: at the caller's line, with what was expected.

use crate::common::panics::panics;
use tapeloop::nn::{
    BasicLstm, Bidirectional, Call, Cell, Embedding, Gru, Lstm, Recurrent, Reset, SimpleRnn, Spec, Stacked,
    State, Stateful,
};
use tapeloop::ops::{Recurrence, RecurrenceKind};
use tapeloop::{Array, Memory, Params, Shape, Tape, kernels};

/// Twenty mistakes with a layer of 3 inputs and 4 units, whose name is in the messages.
fn check<S: Spec + Copy>(name: &str, layer: Recurrent<S>) {
    let mut params = Params::<f64>::new(0);
    let built = layer.build(&mut params, "rnn", 3);
    panics("there is a parameter named", &["rnn."], || layer.build(&mut params, "rnn", 3));
    panics("dropout: the probability is 1, but must be", &["< 1"], || layer.dropout(1.0, 0.0));
    panics("dropout: the probability is -0.1", &["≥ 0"], || layer.dropout(0.0, -0.1));
    panics("dropout: the probability is NaN", &[], || layer.dropout(f64::NAN, 0.0));
    panics("zoneout: the probability is 1.5", &["< 1"], || layer.zoneout(0.0, 1.5));

    let (tape, other) = (Tape::new(&params, Memory::new()), Tape::new(&params, Memory::new()));
    let x = tape.zeros([2, 5, 3]);
    panics("recurrent: x has shape [2, 3], not [B, T, I]", &[], || built.forward(tape.zeros([2, 3])));
    panics("recurrent: x has shape [2, 5, 3, 1]", &[], || built.forward(tape.zeros([2, 5, 3, 1])));
    panics(name, &["7]", "3]"], || built.forward(tape.zeros([2, 5, 7])));

    let mask = |mask| Call { mask: Some(mask), ..Call::default() };
    let wants = "not [B, T] = [2, 5]";
    panics("recurrent: the mask has shape [2, 4]", &[wants], || built.run(x, mask(tape.zeros([2, 4]))));
    panics("recurrent: the mask has shape [5, 2]", &[wants], || built.run(x, mask(tape.zeros([5, 2]))));
    panics("recurrent: the mask has shape [2]", &[wants], || built.run(x, mask(tape.zeros([2]))));
    panics("recurrent: the mask has shape [2, 5, 1]", &[wants], || built.run(x, mask(tape.zeros([2, 5, 1]))));
    panics("mask: 9 values for shape [2, 5]", &[], || built.run(x, mask(tape.mask([2, 5], &[true; 9]))));
    panics("lengths: row 1 has length 6", &["T = 5"], || built.run(x, mask(tape.lengths(&[5, 6], 5))));
    panics("recurrent: the mask is on another tape", &[], || built.run(x, mask(other.zeros([2, 5]))));

    // Each variable of the state in turn is of another batch, of another size, or of another rank.
    let zeros = built.cell.zero_state(&tape, 2);
    let mut variables = 0;
    let _ = zeros.map(|zeros| {
        variables += 1;
        zeros
    });
    for wrong in 0..variables {
        for shape in [&[3, 4][..], &[2, 5], &[2, 4, 1]] {
            let mut number = 0;
            let state = zeros.map(|zeros| {
                number += 1;
                if number == wrong + 1 { tape.zeros(Shape::new(shape)) } else { zeros }
            });
            let given = Shape::new(shape).to_string();
            panics(name, &["state", &given, "[2, 4]"], || built.forward_from(x, state));
        }
    }
    let (no_steps, three) = (tape.zeros([2, 0, 3]), built.cell.zero_state(&tape, 3));
    panics("recurrent: the state has shape [3, 4], not [2, 4]", &[], || built.forward_from(no_steps, three));
    let foreign = built.cell.zero_state(&other, 2);
    panics("an op reads a variable of another tape", &[], || built.forward_from(x, foreign));

    let mut kept = Stateful::new();
    kept.run(&built, x, Call::default());
    let three = tape.zeros([3, 5, 3]);
    let other_batch = "stateful: the state has shape [2, 4], not [3, 4]";
    panics(other_batch, &["reset_state"], || kept.run(&built, three, Call::default()));
    let both = Bidirectional::new(layer).build(&mut Params::<f64>::new(0), "both", 3);
    panics("the handle of an array", &["another `Params`"], || both.forward(x));
    panics("recurrent: x has shape [2, 3]", &[], || both.forward(tape.zeros([2, 3])));
}

#[test]
fn every_layer_names_what_does_not_fit() {
    check("simple_rnn: ", SimpleRnn::new(4));
    check("simple_rnn: ", SimpleRnn::new(4).unrolled());
    check("lstm: ", Lstm::new(4));
    check("lstm: ", Lstm::new(4).peepholes(true).unrolled());
    check("lstm: ", BasicLstm::new(4));
    check("basic_lstm: ", BasicLstm::new(4).unrolled());
    check("gru: ", Gru::new(4));
    check("gru: ", Gru::new(4).unrolled());
    check("gru: ", Gru::new(4).reset(Reset::Before));
    check("gru: ", Gru::new(4).reset(Reset::Before).unrolled());
}

#[test]
fn a_state_of_another_layer() {
    let mut params = Params::<f64>::new(0);
    let gru = Gru::new(4).build(&mut params, "gru", 3);
    let lstm = Lstm::new(4).build(&mut params, "lstm", 3);
    let tape = Tape::new(&params, Memory::new());
    let x = tape.zeros([2, 5, 3]);
    let (mut of_gru, mut of_lstm) = (Stateful::new(), Stateful::new());
    of_gru.run(&gru, x, Call::default());
    of_lstm.run(&lstm, x, Call::default());
    panics("stateful: the state is of another layer", &[], || of_gru.run(&lstm, x, Call::default()));
    panics("stateful: the state is of another layer", &[], || of_lstm.run(&gru, x, Call::default()));
}

#[test]
fn options_and_stacks() {
    panics("lstm: cell_clip is 0, but must be > 0", &[], || Lstm::new(4).cell_clip(0.0));
    panics("stacked: no layers", &[], || Stacked::new(Vec::<Lstm>::new()));
    panics("stacked: the dropout is 1", &[], || Stacked::new([Lstm::new(4)]).dropout(1.0));
    let mut params = Params::<f64>::new(0);
    let stack = Stacked::new([Gru::new(4), Gru::new(5)]).build(&mut params, "gru", 3);
    let words = Embedding::new(10, 3).build(&mut params, "words");
    let tape = Tape::new(&params, Memory::new());
    let x = tape.zeros([2, 5, 3]);
    let one = [tape.zeros([2, 4])];
    let call = Call { initial_state: Some(&one[..]), ..Call::default() };
    panics("stacked: 1 initial states for 2 layers", &[], || stack.run(x, call, |_, _| {}));
    panics("gru: ", &["[2, 5, 4]"], || stack.forward(tape.zeros([2, 5, 4])));
    let ids = [1, 2, 10, 4];
    panics("gather: id 10 is not below V = 10", &[], || stack.forward(words.forward(&tape, [2, 2], &ids)));
}

#[test]
fn one_variable_as_two_inputs() {
    static TWO_BIASES: Recurrence = Recurrence {
        kind: RecurrenceKind::SimpleRnn(kernels::recurrent::SimpleRnn::Tanh),
        reverse: false,
        b_x: true,
        b_h: true,
        mask: false,
        keep: false,
    };
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new());
    let variable = |shape: [usize; 2]| tape.variable(&Array::new(shape, vec![0.5; shape[0] * shape[1]]));
    let bias = || variable([1, 2]).reshape([2]);
    let (x, h_0) = (tape.zeros([1, 3, 2]), tape.zeros([1, 2]));
    let (w, u, b_x, b_h) = (variable([2, 2]), variable([2, 2]), bias(), bias());
    let wants = "but must be different variables";
    panics("simple_rnn: inputs 1 and 2", &[wants], || tape.custom(&TWO_BIASES, &[x, w, w, h_0, b_x, b_h]));
    panics("simple_rnn: inputs 4 and 5", &[wants], || tape.custom(&TWO_BIASES, &[x, w, u, h_0, b_x, b_x]));
    tape.custom(&TWO_BIASES, &[x, w, u, h_0, b_x, b_h]);
    let data = tape.input([2, 2], &[0.5; 4]); // nobody asks for its gradient
    tape.custom(&TWO_BIASES, &[x, data, data, h_0, b_x, b_h]);
}
