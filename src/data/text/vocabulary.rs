//! Words, numbered and counted.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

/// Words, numbered from 0 in the order in which they first appeared, and how often they did.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<Arc<str>, usize>,
    words: Vec<Arc<str>>,
    counts: Vec<usize>,
}

impl Vocabulary {
    /// Counts a word, and returns its number.
    pub fn count(&mut self, word: &str) -> usize {
        if let Some(&number) = self.numbers.get(word) {
            self.counts[number] += 1;
            return number;
        }
        let (number, word) = (self.words.len(), Arc::<str>::from(word));
        self.numbers.insert(word.clone(), number);
        self.words.push(word);
        self.counts.push(1);
        number
    }

    /// The number of a word that has been counted.
    pub fn number(&self, word: &str) -> Option<usize> {
        self.numbers.get(word).copied()
    }

    /// The word of a number.
    pub fn word(&self, number: usize) -> &str {
        &self.words[number]
    }

    /// The numbers of all words, the most frequent first; of words that are equally frequent, the one that appeared first.
    pub fn by_frequency(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.words.len()).collect();
        order.sort_by_key(|&number| Reverse(self.counts[number])); // stable
        order
    }
}

/// The inverse of an order: `ranks[order[i]] = i`.
pub(super) fn ranks(order: &[usize]) -> Vec<usize> {
    let mut ranks = vec![0; order.len()];
    for (rank, &number) in order.iter().enumerate() {
        ranks[number] = rank;
    }
    ranks
}
