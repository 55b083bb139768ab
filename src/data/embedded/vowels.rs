//! Spoken vowels: sequences of different lengths.

use crate::data::LabelledSequences;

/// Utterances by nine speakers, and who spoke: 12 numbers a step.
#[derive(Clone, Debug, PartialEq)]
pub struct JapaneseVowels {
    /// 270 utterances of 7 to 26 steps, 30 of each speaker.
    pub train: LabelledSequences<[f64; 12]>,
    /// 370 utterances of 7 to 29 steps, 24 to 88 of each speaker, spoken at other times.
    pub test: LabelledSequences<[f64; 12]>,
}

/// 640 utterances of the Japanese vowels /ae/ by nine men, the classes 0 to 8, in the order of the speakers. A step
/// is 6.4 ms; its numbers are the coefficients of the cepstrum that a linear prediction (LPC) of degree 12 gives.
///
/// From *Japanese Vowels* (M. Kudo, J. Toyama & M. Shimbo, UCI Machine Learning Repository,
/// <https://doi.org/10.24432/C5NS47>; by the same, *Multidimensional curve classification using passing-through
/// regions*, 1999), licence CC BY 4.0, as distributed with sktime 1.2. The numbers are the published ones; only the
/// format is another.
pub fn japanese_vowels() -> JapaneseVowels {
    let mut bytes: &[u8] = include_bytes!("japanese_vowels.bin");
    let [train, test] = [270, 370].map(|count| {
        let mut part = LabelledSequences::default();
        for _ in 0..count {
            let (sequence, label);
            (sequence, label, bytes) = utterance(bytes);
            part.sequences.push(sequence);
            part.labels.push(label);
        }
        part
    });
    JapaneseVowels { train, test }
}

/// An utterance, its class, and the bytes that follow. It begins with two bytes, its length and its class; then
/// each number is three bytes: millionths in two's complement, the lowest byte first.
fn utterance(bytes: &[u8]) -> (Vec<[f64; 12]>, usize, &[u8]) {
    let (length, label) = (usize::from(bytes[0]), usize::from(bytes[1]));
    let (numbers, rest) = bytes[2..].split_at(length * 12 * 3);
    let number = |b: &[u8]| f64::from(i32::from_le_bytes([0, b[0], b[1], b[2]]) >> 8) / 1e6;
    let step = |bytes: &[u8]| std::array::from_fn(|i| number(&bytes[3 * i..3 * i + 3]));
    (numbers.chunks_exact(12 * 3).map(step).collect(), label, rest)
}
