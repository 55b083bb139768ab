//! Tasks that need memory and little else, as long as one likes.

use tapeloop::data::{Adding, CopyMemory, Padding, Side, TemporalOrder, pad_sequences};

use super::{Answers, Batch, Solved, Task, one_hot, seed_of, tests};

/// The sum of the two marked numbers among `steps`.
pub fn adding(steps: usize, batch: usize) -> Task {
    let draw = move |rows, seed| {
        let sequences = Adding { lengths: steps..=steps }.draw(rows, seed);
        Batch::new(sequences.x, Answers::Number(sequences.y))
    };
    Task {
        about: format!("adding: the sum of the two marked numbers among {steps}"),
        goal: "a mean squared error below 0.01",
        solved: Solved::Loss(0.01),
        inputs: 2,
        outputs: 1,
        batch: Box::new(move |seed, step| draw(batch, seed_of(seed, step))),
        test: Box::new(move |seed| tests(seed, batch, draw)),
        baseline: 1.0 / 6.0,
        loss: ("test error", 1.0),
        characters: None,
    }
}

/// Ten symbols, to be said again after `delay` steps.
pub fn copy(delay: usize, batch: usize) -> Task {
    let task = CopyMemory::new(delay);
    let [inputs, outputs] = [task.symbols + 2, task.symbols + 1];
    let draw = move |rows, seed| {
        let sequences = task.draw(rows, seed);
        let x = one_hot(&sequences.inputs, [rows, sequences.steps, inputs]);
        Batch::new(x, Answers::Classes(sequences.targets))
    };
    let baseline = task.length as f64 * (task.symbols as f64).ln() / (delay + 2 * task.length) as f64;
    Task {
        about: format!(
            "copy: {} symbols of {}, to be said again after {delay} steps",
            task.length, task.symbols
        ),
        goal: "a tenth of the cross-entropy that is possible without memory",
        solved: Solved::Loss(baseline / 10.0),
        inputs,
        outputs,
        batch: Box::new(move |seed, step| draw(batch, seed_of(seed, step))),
        test: Box::new(move |seed| tests(seed, batch, draw)),
        baseline,
        loss: ("cross-entropy", 1.0),
        characters: None,
    }
}

/// Which of X and Y came first, in sequences of `steps` to `1.1·steps` symbols: the paper's task 6a for 100.
pub fn order(steps: usize, batch: usize) -> Task {
    let tenth = steps / 10;
    let positions = vec![tenth..=2 * tenth, 5 * tenth..=6 * tenth];
    let task = TemporalOrder { lengths: steps..=steps + tenth, positions };
    let draw = move |rows, seed| {
        let data = task.draw(rows, seed);
        let how = Padding { maxlen: Some(steps + tenth), padding: Side::Post, ..Padding::default() };
        let padded = pad_sequences(&data.sequences, how);
        // The ids are 1 to 8; 0 is padding, which the mask hides.
        let ids: Vec<usize> = padded.values.iter().map(|id| id.saturating_sub(1)).collect();
        let x = one_hot(&ids, [rows, padded.steps, 8]);
        Batch { lengths: Some(padded.lengths), ..Batch::new(x, Answers::Class(data.labels)) }
    };
    let draw_too = draw.clone();
    Task {
        about: format!("order: which of X and Y came first, in {steps} to {} symbols", steps + tenth),
        goal: "99 % right",
        solved: Solved::Accuracy(0.99),
        inputs: 8,
        outputs: 4,
        batch: Box::new(move |seed, step| draw(batch, seed_of(seed, step))),
        test: Box::new(move |seed| tests(seed, batch, &draw_too)),
        baseline: 4f64.ln(),
        loss: ("cross-entropy", 1.0),
        characters: None,
    }
}
