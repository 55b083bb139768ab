//! Reviews as word numbers.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use tapeloop::Error;
use tapeloop::data::{
    Dataset, ImdbOptions, Inputs, LabelledSequences, Padding, Tokenizer, pad_sequences, read_acl_imdb,
    read_imdb_npz, sentences,
};

/// Reviews to train with and reviews to test with, with ids below `words`.
///
/// Of a folder or a file: what Keras' `imdb.load_data(num_words)` does. The sentences are divided at random, 1,600 and 400;
/// what words there are is learnt from the 1,600 alone.
pub fn read(data: Option<&Path>, words: usize, seed: u64) -> Result<[LabelledSequences; 2], Error> {
    let options = ImdbOptions { num_words: Some(words), ..ImdbOptions::default() };
    match data {
        Some(folder) if folder.is_dir() => {
            let reviews = read_acl_imdb(folder, &options)?;
            Ok([reviews.train, reviews.test])
        }
        Some(file) => options.apply(read_imdb_npz(file)?),
        None => {
            let mut all = sentences();
            all.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
            let (train, test) = all.split_at(1600);
            let mut tokenizer = Tokenizer::new().num_words(words).oov_token("?");
            tokenizer.fit_on_texts(train.iter().map(|sentence| sentence.text));
            Ok([train, test].map(|set| LabelledSequences {
                sequences: tokenizer.texts_to_sequences(set.iter().map(|sentence| sentence.text)),
                labels: set.iter().map(|sentence| sentence.label).collect(),
            }))
        }
    }
}

/// Reviews of `steps` words each: zeros before short ones, the beginning of long ones cut off. Keras `pad_sequences`.
pub fn padded(reviews: LabelledSequences, steps: usize) -> Result<Dataset, Error> {
    let padding = Padding { maxlen: Some(steps), ..Padding::default() };
    Dataset::new(Inputs::ids(steps, pad_sequences(&reviews.sequences, padding).values), reviews.labels)
}
