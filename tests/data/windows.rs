//! Windows of every form, against slices of the series; and no target of a test part is known in training.

use proptest::prelude::*;
use tapeloop::data::{Batches, Scaling, Series, Window, Windows};

/// Steps, points, stride, gap, horizon.
fn forms() -> impl Strategy<Value = [usize; 5]> {
    (1..6usize, 1..4usize, 1..9usize, 0..4usize, 0..6usize).prop_map(|(t, i, s, g, h)| [t, i, s, g, h])
}

fn window([steps, points, stride, gap, horizon]: [usize; 5]) -> Window {
    Window::new(steps).points(points).stride(stride).gap(gap).horizon(horizon)
}

/// The starts of all windows that fit.
fn starts(count: usize, [steps, points, stride, gap, horizon]: [usize; 5]) -> Vec<usize> {
    (0..count).step_by(stride).filter(|start| start + steps * points + gap + horizon <= count).collect()
}

fn counting(count: usize) -> Vec<f64> {
    (0..count).map(|i| i as f64).collect()
}

fn series(values: Vec<f64>) -> Series {
    Series { name: "s".into(), unit: String::new(), time: "row".into(), start: 1, values }
}

proptest! {
    #[test]
    fn windows_are_slices(count in 0..60usize, form in forms()) {
        let values = counting(count);
        let windows = Windows::over(values.clone(), window(form));
        let [steps, points, _, gap, horizon] = form;
        let starts = starts(count, form);
        prop_assert_eq!((windows.len(), windows.is_empty()), (starts.len(), starts.is_empty()));
        for (i, &start) in starts.iter().enumerate() {
            prop_assert_eq!(windows.input(i), &values[start..start + steps * points]);
            let first = start + steps * points + gap;
            prop_assert_eq!(windows.targets(i), &values[first..first + horizon]);
        }
        if count > 0 {
            let (x, y) = windows.arrays();
            prop_assert_eq!(x.shape().sizes().to_vec(), [starts.len(), steps, points]);
            prop_assert_eq!(y.shape().sizes().to_vec(), [starts.len(), horizon]);
            let all = |f: &dyn Fn(usize) -> Vec<f64>| (0..starts.len()).flat_map(f).collect::<Vec<_>>();
            prop_assert_eq!(x.data(), all(&|i| windows.input(i).to_vec()));
            prop_assert_eq!(y.data(), all(&|i| windows.targets(i).to_vec()));
        }
    }

    #[test]
    fn parts_have_the_same_windows_as_the_whole(count in 1..60usize, form in forms()) {
        let windows = Windows::over(counting(count), window(form));
        for at in 1..=windows.len() {
            let (first, rest) = windows.clone().split_at(at);
            prop_assert_eq!((first.len(), rest.len()), (at, windows.len() - at));
            for i in 0..windows.len() {
                let (part, j) = if i < at { (&first, i) } else { (&rest, i - at) };
                prop_assert_eq!((part.input(j), part.targets(j)), (windows.input(i), windows.targets(i)));
            }
        }
    }

    #[test]
    fn nothing_of_the_test_part_is_known_in_training(count in 0..80usize, form in forms(), share in 0.0..=1.0) {
        let [steps, points, stride, gap, horizon] = form;
        if horizon == 0 {
            return Ok(());
        }
        let values = counting(count);
        let border = (count as f64 * share) as usize;
        let (train, test) = values.split_at(border);
        let inputs = steps * points;
        let Ok(split) = series(values.clone()).windows::<f64>(window(form), share) else {
            let too_few = train.len() < inputs + gap + horizon || test.len() < horizon;
            prop_assert!(too_few || train.len() < 2); // one number has no spread
            return Ok(());
        };
        prop_assert_eq!(split.scaling, Scaling::standard(train).unwrap());
        let back = |x: &[f64]| x.iter().map(|&x| split.scaling.invert(x).round()).collect::<Vec<_>>();
        prop_assert_eq!(split.train.len(), starts(border, form).len());
        for i in 0..split.train.len() {
            let known = [back(split.train.input(i)), back(split.train.targets(i))].concat();
            prop_assert!(known.iter().all(|x| train.contains(x)));
        }
        prop_assert_eq!(split.test.len(), (test.len() - horizon) / stride + 1);
        for i in 0..split.test.len() {
            let first = border + i * stride;
            prop_assert_eq!(back(split.test.targets(i)), &values[first..first + horizon]);
            prop_assert_eq!(back(split.test.input(i)), &values[first - gap - inputs..first - gap]);
        }
    }

    #[test]
    fn batches_have_every_window_once(count in 1..80usize, form in forms(), batch in 1..9usize, seed: u64) {
        let [steps, points, _, gap, horizon] = form;
        let windows = Windows::over(counting(count), window(form));
        if windows.len() < batch {
            return Ok(());
        }
        let mut batches = Batches::new(&windows, batch, seed);
        batches.shuffle();
        let (mut seen, mut number) = (Vec::new(), 0);
        while let Some((x, y)) = batches.next_batch() {
            let rows = x.len() / (steps * points);
            prop_assert_eq!((x.len(), y.len()), (rows * steps * points, rows * horizon));
            for row in 0..rows {
                let (x, y) = (&x[row * steps * points..][..steps * points], &y[row * horizon..][..horizon]);
                seen.push(x[0]);
                prop_assert!(x.windows(2).all(|w| w[1] == w[0] + 1.0));
                prop_assert!(y.iter().enumerate().all(|(i, y)| *y == x[0] + (steps * points + gap + i) as f64));
            }
            number += 1;
        }
        prop_assert_eq!(number, batches.per_epoch());
        seen.sort_by(f64::total_cmp);
        let starts: Vec<f64> = starts(count, form).into_iter().map(|start| start as f64).collect();
        prop_assert_eq!(seen, starts);
    }
}

#[test]
fn targets_as_long_as_the_stride_tile_the_test_part() {
    let window = Window::new(20).points(5).stride(10).horizon(10);
    let split = series((0..1_000).map(|i| (i % 13) as f64).collect()).windows::<f32>(window, 0.75).unwrap();
    assert_eq!(split.test.len(), 25);
    let told: Vec<f64> = (0..25)
        .flat_map(|i| split.test.targets(i).to_vec())
        .map(|x| split.scaling.invert(x.into()))
        .collect();
    assert!(told.iter().zip(750..).all(|(x, i)| (x - f64::from(i % 13)).abs() < 1e-5));
}

#[test]
fn a_series_too_short_for_its_targets() {
    let problem = |count: usize, window: Window| {
        series(counting(count)).windows::<f32>(window, 0.75).unwrap_err().to_string()
    };
    let window = Window::new(10).points(2).gap(3).horizon(7);
    assert_eq!(
        problem(30, window),
        "series \"s\": 30 numbers are too few: the training part has 22 and needs 30 for a window of 20 and what it \
         predicts, and 7 must be left to test with; give a longer series"
    );
    assert!(series(counting(40)).windows::<f32>(window, 0.75).is_ok());
    assert!(problem(40, Window::new(usize::MAX).points(9)).contains("too few"));
}

#[test]
#[should_panic(expected = "windows with 0 numbers in a step")]
fn no_points() {
    let _ = Windows::over(vec![0.0; 9], Window::new(2).points(0));
}

#[test]
#[should_panic(expected = "windows with a stride of 0")]
fn no_stride() {
    let _ = series(counting(9)).windows::<f32>(Window::new(2).stride(0), 0.5);
}

#[test]
#[should_panic(expected = "windows without targets")]
fn no_horizon() {
    let _ = series(counting(9)).windows::<f32>(Window::new(2).horizon(0), 0.5);
}

#[test]
#[should_panic(expected = "windows of 2 targets, not 1")]
fn several_targets_are_not_one() {
    let _ = Windows::over(vec![0.0; 9], Window::new(2).horizon(2)).target(0);
}
