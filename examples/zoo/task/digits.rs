//! Which digit is it?

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::Array;
use tapeloop::data::{Digits, digits};

use super::{Answers, Batch, Solved, Task, seed_of};

/// Images to train with; the others are to test with.
const TRAIN: usize = 1437;

/// Images of 8 × 8 pixels, read row by row, or pixel by pixel.
pub fn task(pixels: bool, batch: usize) -> Task {
    let step = if pixels { 1 } else { 8 };
    let read = move |data: &Digits, images: &[usize]| {
        let of_image =
            |&image: &usize| data.pixels[64 * image..][..64].iter().map(|&ink| f32::from(ink) / 16.0);
        let x = Array::new([images.len(), 64 / step, step], images.iter().flat_map(of_image).collect());
        Batch::new(x, Answers::Class(images.iter().map(|&image| data.labels[image]).collect()))
    };
    let (train, test) = (digits(), digits());
    let draw = move |seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let images: Vec<usize> = (0..batch).map(|_| rng.random_range(0..TRAIN)).collect();
        read(&train, &images)
    };
    let way = if pixels { "pixel by pixel" } else { "row by row" };
    Task {
        about: format!("digits: 8 × 8 pixels, {way}; {TRAIN} images to train with, 360 to test with"),
        goal: "90 % right",
        solved: Solved::Accuracy(0.9),
        inputs: step,
        outputs: 10,
        batch: Box::new(move |seed, step| draw(seed_of(seed, step))),
        test: Box::new(move |_| {
            let images: Vec<usize> = (TRAIN..test.count).collect();
            images.chunks(72).map(|images| read(&test, images)).collect()
        }),
        baseline: 10f64.ln(),
        loss: ("cross-entropy", 1.0),
        characters: None,
    }
}
