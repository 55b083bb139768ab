//! A text as its words.

/// How a text is split. Keras `text_to_word_sequence`.
#[derive(Clone, Debug)]
pub(super) struct Words {
    /// Characters that end a word and are none of its letters.
    pub filters: String,
    /// Whether large letters become small ones, first of all.
    pub lower: bool,
    /// What stands between words.
    pub split: String,
    /// Whether every character is a word; then nothing is filtered.
    pub char_level: bool,
}

impl Default for Words {
    fn default() -> Self {
        let filters = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n".into();
        Self { filters, lower: true, split: " ".into(), char_level: false }
    }
}

impl Words {
    /// Calls `f` with every word.
    pub fn each(&self, text: &str, mut f: impl FnMut(&str)) {
        let text = if self.lower { text.to_lowercase() } else { text.to_owned() };
        if self.char_level {
            return text.chars().for_each(|c| f(c.encode_utf8(&mut [0; 4])));
        }
        let mut filtered = String::with_capacity(text.len());
        for c in text.chars() {
            if self.filters.contains(c) { filtered.push_str(&self.split) } else { filtered.push(c) }
        }
        filtered.split(&self.split).filter(|word| !word.is_empty()).for_each(f);
    }
}
