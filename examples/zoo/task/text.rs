//! The next character of a book.

use std::f64::consts::LN_2;
use std::rc::Rc;

use tapeloop::data::{Characters, Pieces, alice};

use super::{Answers, Batch, Solved, Task, one_hot};

/// The book in pieces of `steps` characters, in `batch` places at once; the last tenth is to test with.
pub fn task(steps: usize, batch: usize) -> Result<Task, String> {
    let characters = Characters::of(alice());
    let ids = characters.ids(alice());
    let (train, test) = ids.split_at(ids.len() / 10 * 9);
    if batch * steps >= test.len() {
        let most = test.len() - 1;
        return Err(format!(
            "--batch times --time, {batch}·{steps}, is more than the {most} characters to test with"
        ));
    }
    let (train, test, kinds) = (Rc::<[usize]>::from(train), Rc::<[usize]>::from(test), characters.len());
    let read = move |ids: &[usize], piece: usize| {
        let pieces = Pieces::new(ids, batch, steps);
        let piece = piece % pieces.len();
        let x = one_hot(&pieces.inputs(piece), [batch, steps, kinds]);
        Batch { goes_on: piece > 0, ..Batch::new(x, Answers::Classes(pieces.targets(piece))) }
    };
    let baseline = surprise(&train, &test, kinds);
    Ok(Task {
        about: format!(
            "text: Alice in Wonderland, {} characters of {kinds} kinds, in pieces of {steps}",
            ids.len()
        ),
        goal: "2.5 bits a character",
        solved: Solved::Loss(2.5),
        inputs: kinds,
        outputs: kinds,
        batch: Box::new(move |_, step| read(&train, step)),
        test: Box::new(move |_| {
            (0..Pieces::new(&test, batch, steps).len()).map(|piece| read(&test, piece)).collect()
        }),
        baseline,
        loss: ("bits a character", 1.0 / LN_2),
        characters: Some(characters),
    })
}

/// Bits a character of who knows how frequent each is in the training part, and nothing else.
fn surprise(train: &[usize], test: &[usize], kinds: usize) -> f64 {
    let mut counts = vec![1.0; kinds]; // also those that are not there
    train.iter().for_each(|&id| counts[id] += 1.0);
    let all: f64 = counts.iter().sum();
    test.iter().map(|&id| -(counts[id] / all).log2()).sum::<f64>() / test.len() as f64
}
