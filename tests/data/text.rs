//! Texts as word numbers: what holds for all texts, and the folder `aclImdb`, whole and broken.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tapeloop::Error;
use tapeloop::data::{
    AclImdb, ImdbOptions, LabelledSequences, Padding, Side, Tokenizer, pad_sequences, read_acl_imdb,
};

fn sides() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Pre, Side::Post])
}

proptest! {
    #[test]
    fn padding_keeps_the_steps_it_should(
        sequences in prop::collection::vec(prop::collection::vec(1..99u8, 0..12), 0..8),
        maxlen in prop::option::of(0..15usize),
        padding in sides(),
        truncating in sides(),
    ) {
        let padded = pad_sequences(&sequences, Padding { maxlen, padding, truncating, value: 0 });
        let longest = sequences.iter().map(Vec::len).max().unwrap_or(0);
        prop_assert_eq!(padded.steps, maxlen.unwrap_or(longest));
        prop_assert_eq!(padded.values.len(), sequences.len() * padded.steps);
        prop_assert_eq!(padded.lengths.len(), sequences.len());
        for (i, sequence) in sequences.iter().enumerate() {
            let row = &padded.values[i * padded.steps..][..padded.steps];
            let length = padded.lengths[i];
            prop_assert_eq!(length, sequence.len().min(padded.steps));
            let (own, filled) = match padding {
                Side::Pre => (&row[padded.steps - length..], &row[..padded.steps - length]),
                Side::Post => (&row[..length], &row[length..]),
            };
            prop_assert!(filled.iter().all(|&step| step == 0));
            let kept = match truncating {
                Side::Pre => sequence.ends_with(own),
                Side::Post => sequence.starts_with(own),
            };
            prop_assert!(kept);
        }
    }

    #[test]
    fn indices_go_by_frequency_and_give_the_words_back(texts in prop::collection::vec("[a-dA-D ,.'\u{e9}\n]{0,30}", 0..12)) {
        let mut tokenizer = Tokenizer::new();
        tokenizer.fit_on_texts(&texts);
        let mut counts = vec![0; tokenizer.len() + 1];
        for (text, sequence) in texts.iter().zip(tokenizer.texts_to_sequences(&texts)) {
            let text = text.to_lowercase();
            let words = text.split([' ', ',', '.', '\n']).filter(|word| !word.is_empty());
            let back: Vec<&str> = sequence.iter().map(|&index| tokenizer.word(index).unwrap()).collect();
            prop_assert_eq!(back, words.collect::<Vec<_>>());
            sequence.into_iter().for_each(|index| counts[index] += 1);
        }
        prop_assert!(counts[1..].is_sorted_by(|a, b| a >= b) && counts[0] == 0);
        prop_assert_eq!(tokenizer.is_empty(), counts.len() == 1);
    }

    #[test]
    fn a_limit_leaves_out_and_a_token_replaces(
        texts in prop::collection::vec("[a-h ]{0,30}", 1..8), unknown in "[e-m ]{0,20}", limit in 1..8usize,
    ) {
        let fitted = |tokenizer: Tokenizer| {
            let mut tokenizer = tokenizer;
            tokenizer.fit_on_texts(&texts);
            tokenizer.texts_to_sequences([&unknown]).remove(0)
        };
        let all = fitted(Tokenizer::new());
        let limited = fitted(Tokenizer::new().num_words(limit));
        prop_assert_eq!(&limited, &all.into_iter().filter(|&index| index < limit).collect::<Vec<_>>());
        let replaced = fitted(Tokenizer::new().num_words(limit + 1).oov_token("<oov>"));
        prop_assert_eq!(replaced.len(), unknown.split(' ').filter(|word| !word.is_empty()).count());
        let kept: Vec<usize> = replaced.into_iter().filter(|&index| index != 1).map(|index| index - 1).collect();
        prop_assert_eq!(kept, limited);
    }

    #[test]
    fn options_keep_words_and_labels_together(
        lengths in prop::collection::vec(0..9usize, 1..40), seed: u32, num_words in 1..60usize,
    ) {
        // Every word of a sequence says which one it is.
        let sequences: Vec<Vec<usize>> = lengths.iter().enumerate().map(|(i, &length)| vec![i + 1; length]).collect();
        let raw = LabelledSequences { sequences, labels: (1..=lengths.len()).collect() };
        let options = ImdbOptions { seed, num_words: Some(num_words), index_from: 3, ..ImdbOptions::default() };
        let parts = options.apply([raw.clone(), raw]).unwrap();
        for part in &parts {
            let mut labels = part.labels.clone();
            labels.sort_unstable();
            prop_assert_eq!(labels, (1..=lengths.len()).collect::<Vec<_>>());
            for (sequence, &label) in part.sequences.iter().zip(&part.labels) {
                let id = if label + 3 < num_words { label + 3 } else { 2 };
                let start = if 1 < num_words { 1 } else { 2 };
                let expected = [vec![start], vec![id; lengths[label - 1]]].concat();
                prop_assert_eq!(sequence, &expected);
            }
        }
    }
}

#[test]
fn ids_that_are_too_large_do_no_harm() {
    let raw = LabelledSequences { sequences: vec![vec![usize::MAX, 1]], labels: vec![0] };
    let [train, _] = ImdbOptions::default().apply([raw.clone(), raw]).unwrap();
    assert_eq!(train.sequences, [[1, 2, 4]]);
}

#[test]
fn a_length_that_no_sequence_is_below() {
    let raw = LabelledSequences { sequences: vec![vec![1; 4], vec![1; 9]], labels: vec![0, 1] };
    let of = |maxlen| {
        ImdbOptions { maxlen: Some(maxlen), ..ImdbOptions::default() }.apply([raw.clone(), raw.clone()])
    };
    assert_eq!(of(6).unwrap()[0].labels, [0]);
    let error = of(5).unwrap_err().to_string();
    assert_eq!(error, "maxlen: no sequence is shorter than 5; give a larger one");
}

#[test]
#[should_panic(expected = "imdb: 1 sequences and 2 labels")]
fn labels_without_sequences() {
    let raw = LabelledSequences { sequences: vec![vec![1]], labels: vec![0, 1] };
    let _ = ImdbOptions::default().apply([raw.clone(), raw]);
}

#[test]
#[should_panic(expected = "words cannot be split at nothing")]
fn words_are_split_at_something() {
    let _ = Tokenizer::new().split("");
}

type File<'a> = (&'a str, &'a [u8]);

const REVIEWS: [File<'static>; 8] = [
    ("train/neg/0_2.txt", b"A bad film.<br /><br />Bad, bad!"),
    ("train/neg/10_1.txt", b"The film isn't good"),
    ("train/pos/0_9.txt", b"a good film"),
    ("train/pos/2_10.txt", b"good good \xe2\x80\x9cgood\xe2\x80\x9d"),
    ("train/pos/notes.md", b"no review"),
    ("train/unsup/0_0.txt", b"nobody knows"),
    ("test/neg/5_1.txt", b"The worst film"),
    ("test/pos/5_8.txt", b""),
];

/// A new folder with these files.
fn folder(name: &str, files: &[File<'_>]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("acl-imdb-{name}"));
    let _ = fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// The sequences in an order that doesn't depend on the seed.
fn sorted(part: &LabelledSequences) -> Vec<(usize, Vec<usize>)> {
    let mut pairs: Vec<_> = part.labels.iter().copied().zip(part.sequences.clone()).collect();
    pairs.sort();
    pairs
}

#[test]
fn reviews_become_ids_of_the_training_words() {
    let folder = folder("good", &REVIEWS);
    let AclImdb { train, test, words } = read_acl_imdb(&folder, &ImdbOptions::default()).unwrap();
    // Quotation marks of a text processor are letters to Keras.
    assert_eq!(words, ["good", "bad", "film", "a", "br", "the", "isn't", "\u{201c}good\u{201d}"]);
    assert_eq!(
        sorted(&train),
        [
            (0, vec![1, 7, 5, 6, 8, 8, 5, 5]),
            (0, vec![1, 9, 6, 10, 4]),
            (1, vec![1, 4, 4, 11]),
            (1, vec![1, 7, 4, 6]),
        ]
    );
    assert_eq!(sorted(&test), [(0, vec![1, 9, 2, 6]), (1, vec![1])]); // "worst" is not a training word
    let again = read_acl_imdb(&folder, &ImdbOptions { seed: 5, ..ImdbOptions::default() }).unwrap();
    assert_eq!(sorted(&again.train), sorted(&train));
}

#[test]
fn the_options_are_those_of_load_data() {
    let folder = folder("options", &REVIEWS);
    let options = ImdbOptions { num_words: Some(7), skip_top: 2, maxlen: Some(6), ..ImdbOptions::default() };
    let AclImdb { train, test, words } = read_acl_imdb(&folder, &options).unwrap();
    assert_eq!(words.len(), 8); // all of them: what an id means does not depend on the options
    assert_eq!(sorted(&train), [(0, vec![2, 2, 6, 2, 4]), (1, vec![2, 2, 4, 6]), (1, vec![2, 4, 4, 2])]);
    assert_eq!(sorted(&test), [(0, vec![2, 2, 2, 6]), (1, vec![2])]);
    // A limit above all words: still the unknown word is none of them.
    let many = ImdbOptions { num_words: Some(1000), ..ImdbOptions::default() };
    assert_eq!(sorted(&read_acl_imdb(&folder, &many).unwrap().test)[0].1, [1, 9, 2, 6]);
    let without = ImdbOptions { oov_char: None, ..many };
    assert_eq!(sorted(&read_acl_imdb(&folder, &without).unwrap().test)[0].1, [1, 9, 6]);
}

#[test]
fn it_is_what_the_tokenizer_and_the_options_do() {
    let options = ImdbOptions { num_words: Some(9), ..ImdbOptions::default() };
    let read = read_acl_imdb(folder("tokenizer", &REVIEWS), &options).unwrap();
    let texts: Vec<&str> = REVIEWS[..4].iter().map(|(_, text)| std::str::from_utf8(text).unwrap()).collect();
    let mut tokenizer = Tokenizer::new();
    tokenizer.fit_on_texts(&texts);
    let raw = LabelledSequences { sequences: tokenizer.texts_to_sequences(&texts), labels: vec![0, 0, 1, 1] };
    assert_eq!(options.apply([raw.clone(), raw]).unwrap()[0], read.train);
}

#[test]
fn everything_wrong_with_the_folder_is_said_with_its_place() {
    let problem = |folder: &Path| {
        let error = read_acl_imdb(folder, &ImdbOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Content { .. }), "{error:?}");
        let message = error.to_string();
        let rest = message.strip_prefix(folder.to_str().unwrap());
        assert!(!message.contains('\n') && message.len() < folder.as_os_str().len() + 300, "{message}");
        rest.unwrap_or_else(|| panic!("{message}")).replace('\\', "/")
    };
    let with = |name: &str, file: File<'_>| problem(&folder(name, &[&REVIEWS[..], &[file]].concat()));

    let nowhere = Path::new(env!("CARGO_TARGET_TMPDIR")).join("acl-imdb-nowhere");
    assert!(problem(&nowhere).starts_with(": there is no folder train/neg in it; give the folder aclImdb"));
    assert!(problem(&folder("no-test", &REVIEWS[..6])).starts_with(": there is no folder test/neg in it"));
    assert!(problem(&folder("no-pos", &REVIEWS[..7])).starts_with(": there is no folder test/pos in it"));
    let empty = folder("no-reviews", &[&REVIEWS[..7], &[("test/pos/urls.html", b"x")]].concat());
    assert!(problem(&empty).starts_with("/test/pos: there are no reviews in it, files *.txt"));

    let latin1 = with("latin1", ("train/pos/9_9.txt", b"good\nclich\xe9"));
    assert_eq!(latin1, "/train/pos/9_9.txt, line 2: is not UTF-8 text; save it as UTF-8 or remove it");
    let large = with("large", ("test/neg/9_9.txt", &[b'x'; (1 << 20) + 1]));
    assert_eq!(large, "/test/neg/9_9.txt: has more than 1 MiB, which is no review; remove it");
    let within = with("folder", ("test/neg/9_9.txt/x", b""));
    assert_eq!(within, "/test/neg/9_9.txt: is not a file; give a review, a text file");
    let large_enough =
        folder("large-enough", &[&REVIEWS[..], &[("test/neg/9_9.txt", &[b'x'; 1 << 20])]].concat());
    assert!(read_acl_imdb(large_enough, &ImdbOptions::default()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reviews_of_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..60), text in ".{0,40}") {
        let folder = folder("any", &REVIEWS);
        fs::write(folder.join("train/neg/7_1.txt"), &text).unwrap();
        fs::write(folder.join("test/neg/7_1.txt"), &bytes).unwrap();
        let result = read_acl_imdb(&folder, &ImdbOptions::default());
        prop_assert_eq!(result.is_ok(), std::str::from_utf8(&bytes).is_ok());
        if let Err(error) = result {
            prop_assert!(error.to_string().contains("7_1.txt, line"), "{}", error);
        }
    }
}
