//! Words of a text as numbers.

use super::vocabulary::{Vocabulary, ranks};
use super::words::Words;

/// Learns the words of texts, and turns texts into sequences of word numbers. Keras 2 `Tokenizer`.
///
/// The most frequent word has index 1, the next one 2, and so on; of words that are equally frequent, the one that appeared first
/// comes first. 0 is no word. An [`oov_token`](Self::oov_token), if there is one, has index 1, and all words one more.
///
/// ```
/// # use tapeloop::data::Tokenizer;
/// let mut tokenizer = Tokenizer::new().oov_token("<oov>");
/// tokenizer.fit_on_texts(["The film is good.", "The plot isn't!"]);
/// assert_eq!(tokenizer.texts_to_sequences(["the good plot, is it?"]), [[2, 5, 6, 4, 1]]);
/// assert_eq!(tokenizer.word(7), Some("isn't"));
/// ```
///
/// What Keras has beyond this is not here: lists of words in place of texts, an `analyzer`, matrices.
#[derive(Clone, Debug, Default)]
pub struct Tokenizer {
    words: Words,
    num_words: Option<usize>,
    oov_token: Option<String>,
    vocabulary: Vocabulary,
    order: Vec<usize>,
    ranks: Vec<usize>,
}

impl Tokenizer {
    /// Keras' defaults: all words, in small letters, split at spaces, tabs, line ends (`\n`) and punctuation, but for `'`.
    /// So the `<br />` of a page becomes the word "br".
    pub fn new() -> Self {
        Self::default()
    }

    /// Only indices below this are given: the `num_words − 1` most frequent words, counting the `oov_token` if there is one.
    /// `None` and 0 are all words.
    #[must_use]
    pub fn num_words(self, num_words: impl Into<Option<usize>>) -> Self {
        Self { num_words: num_words.into().filter(|&n| n > 0), ..self }
    }

    /// The characters that separate words, beside `split`.
    #[must_use]
    pub fn filters(mut self, filters: &str) -> Self {
        self.words.filters = filters.into();
        self
    }

    /// Whether large letters are taken for small ones.
    #[must_use]
    pub fn lower(mut self, lower: bool) -> Self {
        self.words.lower = lower;
        self
    }

    /// What separates words, instead of a space.
    ///
    /// # Panics
    /// If it is empty.
    #[must_use]
    #[track_caller]
    pub fn split(mut self, split: &str) -> Self {
        assert!(!split.is_empty(), "tokenizer: words cannot be split at nothing");
        self.words.split = split.into();
        self
    }

    /// Whether every character is a word. Then nothing is filtered.
    #[must_use]
    pub fn char_level(mut self, char_level: bool) -> Self {
        self.words.char_level = char_level;
        self
    }

    /// What stands for words that are not known or not frequent enough. Without it they are left out.
    #[must_use]
    pub fn oov_token(self, oov_token: &str) -> Self {
        Self { oov_token: Some(oov_token.into()), ..self }
    }

    /// Learns the words of texts. Texts of earlier calls still count, so indices can change.
    pub fn fit_on_texts(&mut self, texts: impl IntoIterator<Item = impl AsRef<str>>) {
        for text in texts {
            self.words.each(text.as_ref(), |word| {
                self.vocabulary.count(word);
            });
        }
        self.order = self.vocabulary.by_frequency();
        self.ranks = ranks(&self.order);
    }

    /// The word indices of texts.
    pub fn texts_to_sequences(&self, texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Vec<usize>> {
        texts.into_iter().map(|text| self.sequence(text.as_ref())).collect()
    }

    fn sequence(&self, text: &str) -> Vec<usize> {
        let oov = self.oov_token.as_deref().and_then(|token| self.index(token));
        let mut sequence = Vec::new();
        self.words.each(text, |word| {
            let known = self.index(word).filter(|&index| self.num_words.is_none_or(|n| index < n));
            sequence.extend(known.or(oov));
        });
        sequence
    }

    /// The index of a word that has been learnt, whatever [`num_words`](Self::num_words) is. Keras `word_index`.
    pub fn index(&self, word: &str) -> Option<usize> {
        match self.vocabulary.number(word) {
            Some(number) => Some(self.ranks[number] + self.first()),
            None => (self.oov_token.as_deref() == Some(word)).then_some(1),
        }
    }

    /// The word of an index, whatever [`num_words`](Self::num_words) is. Keras `index_word`.
    pub fn word(&self, index: usize) -> Option<&str> {
        match index.checked_sub(self.first()) {
            Some(rank) => self.order.get(rank).map(|&number| self.vocabulary.word(number)),
            // If the token is a word of the texts, too, it has that index.
            None => self.oov_token.as_deref().filter(|token| index == 1 && self.index(token) == Some(1)),
        }
    }

    /// The number of words that have been learnt; the `oov_token` is none of them.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no words have been learnt.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The index of the most frequent word.
    fn first(&self) -> usize {
        1 + usize::from(self.oov_token.is_some())
    }
}
