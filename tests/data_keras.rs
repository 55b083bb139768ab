//! Padding and windows are those of Keras: `tests/cases/pipeline`.

mod common;

use common::case::{self, Case};
use tapeloop::data::{Padding, Side, Window, Windows, pad_sequences};

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
