//! A text that a net writes by itself.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::nn::Stateful;
use tapeloop::{Memory, Params, Tape};

use crate::args::Args;
use crate::net::Net;
use crate::task::{Answers, Batch, Task, one_hot};

/// As many characters as were asked for: each is drawn with the probabilities that the net gives it, and is the next input.
pub fn ask(args: &Args, task: &Task, net: &Net, params: &Params, seed: u64) -> Option<String> {
    let (count, characters) = (args.sample?, task.characters.as_ref()?);
    let (mut rng, mut kept, mut memory) = (ChaCha8Rng::seed_from_u64(seed), Stateful::new(), Memory::new());
    let mut id = characters.id('\n').unwrap_or(0);
    let mut ids = Vec::with_capacity(count);
    for goes_on in (0..count).map(|number| number > 0) {
        let x = one_hot(&[id], [1, 1, task.inputs]);
        let batch = Batch { x, lengths: None, answers: Answers::Classes(Vec::new()), goes_on };
        let tape = Tape::without_gradients(params, memory);
        let logits = net.answers(&tape, &batch, None, &mut kept).value();
        memory = tape.into_memory();
        id = draw(&logits, args.temperature(), rng.random());
        ids.push(id);
    }
    Some(characters.text(&ids))
}

/// The number of the logit in whose share of 0 to 1 the number `at` lies. The shares are `e^(logit/temperature)`, divided by their sum.
fn draw(logits: &[f32], temperature: f64, at: f64) -> usize {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shares: Vec<f64> =
        logits.iter().map(|&logit| (f64::from(logit - most) / temperature).exp()).collect();
    let mut left = at * shares.iter().sum::<f64>();
    let found = shares.iter().position(|share| {
        left -= share;
        left < 0.0
    });
    found.unwrap_or(shares.len() - 1)
}
