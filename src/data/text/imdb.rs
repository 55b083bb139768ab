//! Reviews as word numbers, filtered and marked.

use rand_mt::Mt;

use crate::data::LabelledSequences;
use crate::error::Error;

/// What Keras' `imdb.load_data` does with the word ranks of a training set and a test set, its arguments and defaults.
///
/// Ranks count from 1, the most frequent word. The ids that come out have 0 for padding, `start_char` 1 at the start of each
/// sequence, `oov_char` 2 for words that are not among those wanted, and `rank + index_from` for the others: the most
/// frequent word is 4. (3 is nothing.)
///
/// ```
/// # use tapeloop::data::{ImdbOptions, LabelledSequences};
/// let raw = LabelledSequences { sequences: vec![vec![1, 14, 9]], labels: vec![1] };
/// let options = ImdbOptions { num_words: Some(15), ..ImdbOptions::default() };
/// let [train, _test] = options.apply([raw.clone(), raw])?;
/// assert_eq!(train.sequences, [[1, 4, 2, 12]]); // start, 1, another word, 9
/// # Ok::<_, tapeloop::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImdbOptions {
    /// Ids that are not below this are `oov_char`. With `index_from` 3, these are not the `num_words` most frequent words, but
    /// four less. If it is `None` (or 0) all words are kept, except the one with the highest id (as in Keras).
    pub num_words: Option<usize>,
    /// Ids below this are `oov_char`, that of the start included. With `index_from` 3, it takes `n + 4` to skip the `n` most
    /// frequent words.
    pub skip_top: usize,
    /// Sequences that have as many ids or more are left out; the start counts.
    pub maxlen: Option<usize>,
    /// What decides the new order of the sequences, that of numpy's `RandomState(seed).shuffle`.
    pub seed: u32,
    /// The id before each sequence, if any.
    pub start_char: Option<usize>,
    /// The id in place of words that are not wanted; if it is `None` they are left out.
    pub oov_char: Option<usize>,
    /// What is added to a rank.
    pub index_from: usize,
}

impl Default for ImdbOptions {
    fn default() -> Self {
        Self {
            num_words: None,
            skip_top: 0,
            maxlen: None,
            seed: 113,
            start_char: Some(1),
            oov_char: Some(2),
            index_from: 3,
        }
    }
}

impl ImdbOptions {
    /// From ranks, training set and test set, to ids: shuffles both, adds `index_from` and the start, drops what is too long,
    /// and replaces words that are not wanted.
    ///
    /// # Errors
    /// If `maxlen` leaves no sequence in one of the sets.
    ///
    /// # Panics
    /// If there are not as many labels as sequences.
    #[track_caller]
    pub fn apply(&self, raw: [LabelledSequences; 2]) -> Result<[LabelledSequences; 2], Error> {
        for LabelledSequences { sequences, labels } in &raw {
            let (n, l) = (sequences.len(), labels.len());
            assert_eq!(n, l, "imdb: {n} sequences and {l} labels");
        }
        let mut random = Mt::new(self.seed);
        let mut parts = raw.map(|part| self.marked(shuffled(part, &mut random)));
        if let Some(maxlen) = self.maxlen.filter(|&maxlen| maxlen > 0) {
            parts = parts.map(|part| shorter_than(maxlen, part));
            if parts.iter().any(|part| part.labels.is_empty()) {
                let problem = format!("no sequence is shorter than {maxlen}; give a larger one");
                return Err(Error::Setting { setting: "maxlen", problem });
            }
        }
        let ids = || parts.iter().flat_map(|part| &part.sequences).flatten().copied();
        let num_words = self.num_words.filter(|&n| n > 0).unwrap_or_else(|| ids().max().unwrap_or(0));
        let wanted = |id: usize| self.skip_top <= id && id < num_words;
        for sequence in parts.iter_mut().flat_map(|part| &mut part.sequences) {
            match self.oov_char {
                Some(oov) => sequence.iter_mut().filter(|id| !wanted(**id)).for_each(|id| *id = oov),
                None => sequence.retain(|&id| wanted(id)),
            }
        }
        Ok(parts)
    }

    fn marked(&self, mut part: LabelledSequences) -> LabelledSequences {
        for sequence in &mut part.sequences {
            sequence.iter_mut().for_each(|id| *id = id.saturating_add(self.index_from));
            if let Some(start) = self.start_char {
                sequence.reserve_exact(1);
                sequence.insert(0, start);
            }
        }
        part
    }
}

fn shorter_than(maxlen: usize, part: LabelledSequences) -> LabelledSequences {
    let pairs = part.sequences.into_iter().zip(part.labels);
    let (sequences, labels) = pairs.filter(|(sequence, _)| sequence.len() < maxlen).unzip();
    LabelledSequences { sequences, labels }
}

/// The order that numpy's `RandomState.shuffle` gives: from the last place to the second, each is exchanged with one at or
/// before it. (M. Matsumoto & T. Nishimura, *Mersenne twister*, 1998; R. Durstenfeld, *Algorithm 235*, 1964.)
fn shuffled(mut part: LabelledSequences, random: &mut Mt) -> LabelledSequences {
    for i in (1..part.labels.len()).rev() {
        let j = at_most(i, random);
        part.sequences.swap(i, j);
        part.labels.swap(i, j);
    }
    part
}

/// A number from 0 to `max`: as many random bits as `max` has, until they are not more than it.
fn at_most(max: usize, random: &mut Mt) -> usize {
    let mask = usize::MAX >> max.leading_zeros();
    loop {
        let bits = random.next_u32() as usize & mask;
        if bits <= max {
            return bits;
        }
    }
}
