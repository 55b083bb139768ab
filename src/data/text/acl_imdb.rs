//! The Large Movie Review Dataset as it is published: a folder of texts.

use std::path::Path;

use super::imdb::ImdbOptions;
use super::review_files::{files, text};
use super::vocabulary::{Vocabulary, ranks};
use super::words::Words;
use crate::data::LabelledSequences;
use crate::error::Error;

/// Film reviews as word ids, 1 if they praise and 0 if not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclImdb {
    /// The reviews to train with.
    pub train: LabelledSequences,
    /// The reviews to test with.
    pub test: LabelledSequences,
    /// The words of the training reviews, the most frequent first: `words[0]` has rank 1.
    pub words: Vec<String>,
}

/// Reads the folder `aclImdb` (A. L. Maas et al., *Learning word vectors for sentiment analysis*, 2011,
/// <https://ai.stanford.edu/~amaas/data/sentiment/>): `train` and `test`, in each of them `pos` and `neg` with a text file for
/// each review. Other files and folders are passed by.
///
/// Texts are split as Keras' `Tokenizer` does by default (see [`Tokenizer::new`](super::Tokenizer::new)): a line break `<br />` becomes the
/// word "br". The words are ranked by how often they occur in the training reviews. Then the options decide, as in
/// `imdb.load_data`; a word that occurs in test reviews only is `oov_char`, or left out if there is none. The order before
/// `seed` shuffles it: negative reviews, then positive ones, each by file name.
///
/// So the result is like that of `imdb.npz`, but not the same: that file has other ranks, counted in the test reviews too.
///
/// One text is in memory at a time, and 8 bytes for each word read so far.
///
/// ```no_run
/// use tapeloop::data::{ImdbOptions, Padding, pad_sequences, read_acl_imdb};
///
/// let options = ImdbOptions { num_words: Some(10_000), ..ImdbOptions::default() };
/// let reviews = read_acl_imdb("aclImdb", &options)?;
/// let padding = Padding { maxlen: Some(200), ..Padding::default() };
/// let ids = pad_sequences(&reviews.train.sequences, padding).values; // [25,000, 200]
/// # Ok::<_, tapeloop::Error>(())
/// ```
///
/// # Errors
/// If one of the four folders is missing or has no reviews; if a file cannot be read, is not UTF-8 or has more than 1 MiB; as
/// [`ImdbOptions::apply`].
pub fn read_acl_imdb(folder: impl AsRef<Path>, options: &ImdbOptions) -> Result<AclImdb, Error> {
    let folder = folder.as_ref();
    let mut vocabulary = Vocabulary::default();
    let mut train = read(folder, "train", |word| vocabulary.count(word))?;
    let order = vocabulary.by_frequency();
    let ranks = ranks(&order);
    for number in train.sequences.iter_mut().flatten() {
        *number = ranks[*number] + 1;
    }
    // Above all ids, so never wanted.
    let rank = |word: &str| vocabulary.number(word).map_or(usize::MAX, |number| ranks[number] + 1);
    let test = read(folder, "test", rank)?;
    let [train, test] = options.apply([train, test])?;
    let words = order.into_iter().map(|number| vocabulary.word(number).to_owned()).collect();
    Ok(AclImdb { train, test, words })
}

fn read(
    folder: &Path,
    part: &str,
    mut number: impl FnMut(&str) -> usize,
) -> Result<LabelledSequences, Error> {
    let mut reviews = LabelledSequences::default();
    let words = Words::default();
    for (path, label) in files(folder, part)? {
        let mut sequence = Vec::new();
        words.each(&text(&path)?, |word| sequence.push(number(word)));
        sequence.shrink_to_fit();
        reviews.sequences.push(sequence);
        reviews.labels.push(label);
    }
    Ok(reviews)
}
