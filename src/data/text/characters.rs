//! Characters of a text as numbers.

/// The characters that a text has, numbered from 0 in the order of Unicode.
///
/// ```
/// # use tapeloop::data::Characters;
/// let characters = Characters::of("hello");
/// assert_eq!(characters.len(), 4); // e, h, l, o
/// assert_eq!(characters.ids("hole"), [1, 3, 2, 0]);
/// assert_eq!(characters.text(&[1, 0, 2, 2]), "hell");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Characters {
    sorted: Vec<char>,
}

impl Characters {
    /// Those of this text.
    pub fn of(text: &str) -> Self {
        let mut sorted: Vec<char> = text.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        Self { sorted }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The number of a character; `None` if it is not one of these.
    pub fn id(&self, character: char) -> Option<usize> {
        self.sorted.binary_search(&character).ok()
    }

    /// The character of a number.
    ///
    /// # Panics
    /// If the number is not below [`len`](Self::len).
    #[track_caller]
    pub fn character(&self, id: usize) -> char {
        assert!(id < self.len(), "characters: no character {id} of {}", self.len());
        self.sorted[id]
    }

    /// A text as numbers. Characters that are none of these are left out.
    pub fn ids(&self, text: &str) -> Vec<usize> {
        text.chars().filter_map(|character| self.id(character)).collect()
    }

    /// Numbers as a text.
    ///
    /// # Panics
    /// If a number is not below [`len`](Self::len).
    #[track_caller]
    pub fn text(&self, ids: &[usize]) -> String {
        let mut text = String::with_capacity(ids.len());
        for &id in ids {
            text.push(self.character(id));
        }
        text
    }
}
