//! Sentences with an opinion.

/// A sentence of a review, and whether it praises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence.
    pub text: &'static str,
    /// 1 if it is positive, 0 if it is negative.
    pub label: usize,
    /// What it is about: `"amazon"`, mostly telephones and their accessories, or `"imdb"`, films.
    pub origin: &'static str,
}

/// 2,000 sentences of reviews, half of them positive: 1,000 about products from amazon.com, then 1,000 about
/// films from imdb.com, in the order of their source, with
/// positive and negative ones mixed.
///
/// The texts are as they were published, two spaces at the end of the film sentences included. In eight of
/// them a dash or an ellipsis is a control character (U+0085, U+0096, U+0097), which was Windows-1252 once.
///
/// From *Sentiment Labelled Sentences* (D. Kotzias, 2015, UCI Machine Learning Repository,
/// <https://doi.org/10.24432/C57604>; D. Kotzias, M. Denil, N. de Freitas & P. Smyth, *From group to
/// individual labels using deep features*, 2015), licence CC BY 4.0, as distributed with the npm package
/// sentiment 5.0.2. Its third part, 1,000 sentences about restaurants, is not among them.
pub fn sentences() -> Vec<Sentence> {
    let sentence = |line: &'static str| {
        let (origin, rest) = line.split_once('\t')?;
        let (label, text) = rest.split_once('\t')?;
        Some(Sentence { text, label: label.parse().ok()?, origin })
    };
    let lines = include_str!("sentences.tsv").lines();
    lines.map(|line| sentence(line).expect("origin, label and text in every line")).collect()
}
