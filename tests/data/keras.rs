//! Padding, windows, word numbers and `imdb.load_data` are those of Keras 2: `tests/cases/pipeline`.

use crate::common::case::{self, Case};
use tapeloop::data::{
    ImdbOptions, LabelledSequences, Padding, Side, Tokenizer, Window, Windows, pad_sequences, sentences,
};

/// An option of a case, if it was given.
fn option(case: &Case, name: &str) -> Option<usize> {
    case.meta["args"][name].as_u64().map(|x| x as usize)
}

/// A list of lists is stored as all their elements, and where each begins and the last ends.
fn lists(values: &[i64], offsets: &[i64]) -> Vec<Vec<i64>> {
    offsets.windows(2).map(|w| values[w[0] as usize..w[1] as usize].to_vec()).collect()
}

#[test]
fn padded_sequences() {
    let side = |case: &Case, name: &str| match case.meta["args"][name].as_str() {
        None | Some("pre") => Side::Pre,
        Some("post") => Side::Post,
        other => panic!("{}: {other:?}", case.name),
    };
    for case in case::folder("pipeline/pad_sequences") {
        let sequences = lists(&case.integers("input.values"), &case.integers("input.offsets"));
        let sequences: Vec<Vec<f64>> =
            sequences.iter().map(|s| s.iter().map(|&x| x as f64).collect()).collect();
        let how = Padding {
            maxlen: option(&case, "maxlen"),
            padding: side(&case, "padding"),
            truncating: side(&case, "truncating"),
            value: case.meta["args"]["value"].as_f64().unwrap_or(0.0),
        };
        let padded = pad_sequences(&sequences, how);
        let expected: Vec<f64> = if case.is_float("expected.padded") {
            case.array("expected.padded").data().to_vec()
        } else {
            case.integers("expected.padded").into_iter().map(|x| x as f64).collect()
        };
        assert_eq!(padded.values, expected, "{}", case.name);
        assert_eq!(padded.steps * sequences.len(), expected.len(), "{}", case.name);
    }
}

/// With a `sampling_rate` of `r` a window of Keras has every `r`-th number of one that is as long here.
fn every(rate: usize, x: &[f64]) -> impl Iterator<Item = f64> {
    x.iter().copied().step_by(rate)
}

#[test]
fn timeseries_generator_and_timeseries_dataset_from_array() {
    let mut compared = [0; 2];
    for case in case::folder("pipeline/windows") {
        let series = case.array("input.series").data().to_vec();
        let rate = option(&case, "sampling_rate").unwrap_or(1);
        let x = |windows: &Windows<f64>, count: usize| {
            (0..count).flat_map(|i| every(rate, windows.input(i))).collect::<Vec<_>>()
        };
        let y =
            |windows: &Windows<f64>, count: usize| (0..count).map(|i| windows.target(i)).collect::<Vec<_>>();
        if let Some(length) = option(&case, "length") {
            let window = Window::new(length).stride(option(&case, "stride").unwrap_or(1));
            let windows = Windows::over(series, window);
            assert_eq!(case.array("expected.x").data(), x(&windows, windows.len()), "{}", case.name);
            assert_eq!(case.array("expected.y").data(), y(&windows, windows.len()), "{}", case.name);
            compared[0] += 1;
            continue;
        }
        let length = option(&case, "sequence_length").unwrap();
        let window =
            Window::new((length - 1) * rate + 1).stride(option(&case, "sequence_stride").unwrap_or(1));
        let windows = Windows::over(series.clone(), window.horizon(0));
        assert_eq!(case.array("expected.x").data(), x(&windows, windows.len()), "{}", case.name);

        // Keras' manual: data `series[:-length]`, targets `series[length:]`. So a target is `length` numbers after
        // the start of its window, and the last windows, which have one, are not made. With a rate above 1 it
        // lies within the window; nothing here is like that.
        let count = case.array("expected.y2").data().len();
        assert_eq!(case.array("expected.x2").data(), x(&windows, count), "{}", case.name);
        if rate == 1 {
            let windows = Windows::over(series, window);
            assert_eq!(case.array("expected.y2").data(), y(&windows, count), "{}", case.name);
            assert!(count <= windows.len() && windows.len() < count + length);
        }
        compared[1] += 1;
    }
    assert_eq!(compared, [3, 3]);
}

/// Texts are stored as bytes with a 0 between them.
fn texts(case: &Case, name: &str) -> Vec<String> {
    let bytes = case.array(name).data().iter().map(|&byte| byte as u8).collect();
    String::from_utf8(bytes).unwrap().split('\0').map(String::from).collect()
}

fn indices(lists: Vec<Vec<i64>>) -> Vec<Vec<usize>> {
    lists.into_iter().map(|list| list.into_iter().map(|x| x as usize).collect()).collect()
}

#[test]
fn tokenizer() {
    let cases = case::folder("pipeline/tokenizer");
    assert_eq!(cases.len(), 14);
    for case in cases {
        let args = case.meta["args"].as_object().unwrap();
        let tokenizer = args.iter().fold(Tokenizer::new(), |tokenizer, (name, value)| match name.as_str() {
            "num_words" => tokenizer.num_words(value.as_u64().unwrap() as usize),
            "oov_token" => tokenizer.oov_token(value.as_str().unwrap()),
            "lower" => tokenizer.lower(value.as_bool().unwrap()),
            "filters" => tokenizer.filters(value.as_str().unwrap()),
            "split" => tokenizer.split(value.as_str().unwrap()),
            "char_level" => tokenizer.char_level(value.as_bool().unwrap()),
            _ => panic!("{}: {name}", case.name),
        });
        let (fitted, all) = if case.name == "sentences" {
            let texts: Vec<String> = sentences().iter().map(|s| s.text.into()).collect();
            (texts.clone(), texts)
        } else {
            let fitted = texts(&case, "input.texts");
            (fitted.clone(), [fitted, texts(&case, "input.more")].concat())
        };
        let mut tokenizer = tokenizer;
        if case.name == "twice" {
            tokenizer.fit_on_texts(&fitted[..3]);
            tokenizer.fit_on_texts(&fitted[3..]);
        } else {
            tokenizer.fit_on_texts(&fitted);
        }

        let words = texts(&case, "expected.words");
        let expected: Vec<usize> = case.integers("expected.indices").iter().map(|&i| i as usize).collect();
        for (word, &index) in words.iter().zip(&expected) {
            assert_eq!(
                (tokenizer.word(index), tokenizer.index(word)),
                (Some(&word[..]), Some(index)),
                "{}",
                case.name
            );
        }
        let oov_alone = expected.contains(&1) && args.contains_key("oov_token");
        assert_eq!(tokenizer.len(), words.len() - usize::from(oov_alone), "{}", case.name);
        let others = (0..words.len() + 9).filter(|i| !expected.contains(i));
        assert_eq!(others.filter_map(|i| tokenizer.word(i)).next(), None, "{}", case.name);

        let sequences = lists(&case.integers("expected.values"), &case.integers("expected.offsets"));
        assert_eq!(tokenizer.texts_to_sequences(&all), indices(sequences), "{}", case.name);
    }
}

/// A training set and a test set.
fn sets(case: &Case, prefix: &str) -> [LabelledSequences; 2] {
    ["train", "test"].map(|part| {
        let array = |name: &str| case.integers(&format!("{prefix}.{part}_{name}"));
        let sequences = indices(lists(&array("values"), &array("offsets")));
        LabelledSequences { sequences, labels: array("y").into_iter().map(|y| y as usize).collect() }
    })
}

#[test]
fn imdb_load_data() {
    let [raw] = &case::folder("pipeline/imdb_raw")[..] else { panic!("one file of raw ranks") };
    let cases = case::folder("pipeline/imdb_load_data");
    assert_eq!(cases.len(), 18);
    for case in cases {
        let number = |name: &str| case.meta["args"].get(name).map(|value| value.as_u64().map(|x| x as usize));
        let default = ImdbOptions::default();
        let options = ImdbOptions {
            num_words: number("num_words").flatten(),
            skip_top: number("skip_top").flatten().unwrap_or(0),
            maxlen: number("maxlen").flatten(),
            seed: number("seed").flatten().map_or(113, |seed| seed as u32),
            start_char: number("start_char").unwrap_or(default.start_char),
            oov_char: number("oov_char").unwrap_or(default.oov_char),
            index_from: number("index_from").flatten().unwrap_or(3),
        };
        let raw = sets(if case.has("input.train_y") { &case } else { raw }, "input");
        let [train, test] = options.apply(raw).unwrap();
        let [expected_train, expected_test] = sets(&case, "expected");
        assert_eq!(train, expected_train, "{}", case.name);
        assert_eq!(test, expected_test, "{}", case.name);
    }
}
