//! Series, windows, batches; and every way in which a user's file can be wrong.

use tapeloop::data::{Batches, Scaling, Series, Windows};

fn series(values: Vec<f64>) -> Series {
    Series { name: "s".into(), unit: String::new(), time: "row".into(), start: 1, values }
}

/// A saw: 0 … 9, 0 … 9, …
fn saw(count: usize) -> Series {
    series((0..count).map(|i| (i % 10) as f64).collect())
}

#[test]
fn sine_windows_are_stretches_of_one_sine() {
    let windows = Windows::<f64>::sine(300, 10, 1.0..50.0, 3);
    assert_eq!((windows.len(), windows.steps()), (300, 10));
    for i in 0..windows.len() {
        let mut x = windows.input(i).to_vec();
        x.push(windows.target(i));
        // sin(a+1) + sin(a−1) = 2·cos 1·sin a
        for w in x.windows(3) {
            assert!((w[0] + w[2] - 2.0 * 1f64.cos() * w[1]).abs() < 1e-12);
        }
    }
    assert_eq!(windows, Windows::sine(300, 10, 1.0..50.0, 3));
    assert_ne!(windows, Windows::sine(300, 10, 1.0..50.0, 4));
}

#[test]
fn sine_windows_start_where_they_are_told_to() {
    let windows = Windows::<f64>::sine(2_000, 2, 0.25..0.75, 0);
    let starts: Vec<f64> = (0..windows.len()).map(|i| windows.input(i)[0].asin()).collect();
    assert!(starts.iter().all(|k| (0.25..0.75).contains(k)));
    let mean = starts.iter().sum::<f64>() / 2_000.0;
    assert!((mean - 0.5).abs() < 0.02); // six standard errors
}

#[test]
#[should_panic(expected = "no number to draw from 2.0..1.0")]
#[allow(clippy::reversed_empty_ranges)]
fn sine_windows_need_a_range() {
    let _ = Windows::<f32>::sine(1, 1, 2.0..1.0, 0);
}

#[test]
fn windows_overlap_and_their_targets_follow() {
    let windows = Windows::over(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 3);
    assert_eq!(windows.len(), 3);
    assert_eq!((windows.input(0), windows.target(0)), (&[0.0, 1.0, 2.0][..], 3.0));
    assert_eq!((windows.input(2), windows.target(2)), (&[2.0, 3.0, 4.0][..], 5.0));
    assert!(Windows::over(vec![0.0; 3], 3).is_empty());
    assert!(Windows::<f32>::over(vec![], 3).is_empty());
}

#[test]
#[should_panic(expected = "window 3 of 3, counted from 0")]
fn the_last_numbers_without_a_target_are_no_window() {
    let _ = Windows::over(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 3).input(3);
}

#[test]
#[should_panic(expected = "window 3 of 3, counted from 0")]
fn a_window_that_is_not_there_has_no_target() {
    let _ = Windows::over(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 3).target(3);
}

#[test]
fn a_split_keeps_every_window() {
    for windows in [Windows::over((0..30).map(f64::from).collect(), 4), Windows::sine(26, 4, 0.0..9.0, 1)] {
        for at in 1..=windows.len() {
            let (first, rest) = windows.clone().split_at(at);
            assert_eq!((first.len(), rest.len()), (at, windows.len() - at));
            for i in 0..windows.len() {
                let (part, j) = if i < at { (&first, i) } else { (&rest, i - at) };
                assert_eq!((part.input(j), part.target(j)), (windows.input(i), windows.target(i)));
            }
        }
    }
}

#[test]
fn all_windows_as_arrays() {
    let (x, y) = Windows::over(vec![0.0, 1.0, 2.0, 3.0], 2).arrays();
    assert_eq!((x.shape().sizes(), y.shape().sizes()), (&[2, 2, 1][..], &[2, 1][..]));
    assert_eq!((x.data(), y.data()), (&[0.0, 1.0, 1.0, 2.0][..], &[2.0, 3.0][..]));
}

#[test]
fn a_series_is_split_in_time_and_scaled_by_its_training_part() {
    // The test part is on another level: were it known to the scaling, this would show.
    let values: Vec<f64> = (0..40).map(|i| if i < 30 { (i % 7) as f64 } else { 1000.0 + i as f64 }).collect();
    let split = series(values.clone()).windows::<f64>(5, 0.75).unwrap();
    assert_eq!(split.scaling, Scaling::standard(&values[..30]).unwrap());
    assert_eq!((split.train.len(), split.test.len()), (25, 10));
    let back = |x: f64| split.scaling.invert(x).round();
    for i in 0..25 {
        assert_eq!(back(split.train.target(i)), values[i + 5]);
    }
    for i in 0..10 {
        assert_eq!(back(split.test.target(i)), values[i + 30]); // every number of the test part, once
        assert_eq!(back(split.test.input(i)[4]), values[i + 29]);
    }
    let known: Vec<f64> = (0..25).flat_map(|i| split.train.input(i).to_vec()).map(back).collect();
    assert!(known.iter().all(|&x| x < 1000.0));
}

#[test]
fn scaling_standardises_and_inverts() {
    let values = [3.0, 5.0, 10.0, -2.0];
    let scaling = Scaling::standard(&values).unwrap();
    let scaled = values.map(|x| scaling.apply(x));
    assert!(scaled.iter().sum::<f64>().abs() < 1e-12);
    assert!((scaled.iter().map(|x| x * x).sum::<f64>() - 4.0).abs() < 1e-12);
    for (x, scaled) in values.into_iter().zip(scaled) {
        assert!((scaling.invert(scaled) - x).abs() < 1e-12);
    }
    for hopeless in [&[][..], &[1.0], &[0.1; 10], &[f64::MAX, f64::MIN], &[f64::NAN, 1.0]] {
        assert_eq!(Scaling::standard(hopeless), None, "{hopeless:?}");
    }
}

#[test]
fn series_that_nothing_can_be_learnt_from() {
    let problem = |series: Series, steps| series.windows::<f32>(steps, 0.75).unwrap_err().to_string();
    assert!(problem(saw(0), 10).contains("0 numbers are too few"));
    assert!(problem(saw(14), 10).contains("14 numbers are too few: the training part has 10 and needs 11"));
    assert!(saw(15).windows::<f32>(10, 0.75).is_ok());
    assert!(saw(15).windows::<f32>(10, 1.0).unwrap_err().to_string().contains("1 must be left to test"));
    assert!(problem(series(vec![0.1; 100]), 10).contains("training part is constant"));
    assert!(problem(series([f64::MAX, f64::MIN].repeat(50)), 10).contains("spread"));
    let mut outlier = saw(100);
    outlier.values[90] = 1e300;
    assert!(problem(outlier.clone(), 10).contains("1e300 (row 91) is too far from the training part"));
    assert!(outlier.windows::<f64>(10, 0.75).is_ok());
    let nameless = Series { name: "\0".repeat(100_000), ..saw(0) };
    assert!(problem(nameless, 10).len() < 400);
}

#[test]
fn batches_meet_every_window_once_an_epoch() {
    let windows = Windows::over((0..25).map(|i| i as f32).collect(), 5);
    let mut batches = Batches::new(&windows, 4, 9);
    assert_eq!(batches.per_epoch(), 5);
    let mut orders = Vec::new();
    for _ in 0..3 {
        batches.shuffle();
        let mut seen = Vec::new();
        while let Some((x, y)) = batches.next_batch() {
            assert_eq!((x.len(), y.len()), (20, 4));
            for (x, &y) in x.chunks(5).zip(y) {
                assert_eq!(x, [5.0, 4.0, 3.0, 2.0, 1.0].map(|back| y - back));
                seen.push(y as usize);
            }
        }
        orders.push(seen.clone());
        seen.sort_unstable();
        assert_eq!(seen, (5..25).collect::<Vec<_>>());
    }
    assert!(orders[0] != orders[1] && orders[1] != orders[2]);
}

#[test]
fn the_last_batch_has_what_is_left() {
    let windows = Windows::over((0..12).map(|i| i as f32).collect(), 2);
    let mut batches = Batches::new(&windows, 4, 0);
    assert_eq!(batches.per_epoch(), 3);
    assert_eq!(batches.next_batch().unwrap().1, [2.0, 3.0, 4.0, 5.0]); // in order before a shuffle
    assert_eq!(batches.next_batch().unwrap().1.len(), 4);
    let (x, y) = batches.next_batch().unwrap();
    assert_eq!((x, y), (&[8.0, 9.0, 9.0, 10.0][..], &[10.0, 11.0][..]));
    assert!(batches.next_batch().is_none() && batches.next_batch().is_none());
}

#[test]
fn batches_depend_on_the_seed_only() {
    let windows = Windows::<f32>::sine(40, 3, 0.0..9.0, 0);
    let first = |seed| {
        let mut batches = Batches::new(&windows, 10, seed);
        batches.shuffle();
        batches.next_batch().map(|(x, _)| x.to_vec())
    };
    assert_eq!(first(1), first(1));
    assert_ne!(first(1), first(2));
}

#[test]
#[should_panic(expected = "batches of 11 out of 10 windows")]
fn batches_larger_than_the_data() {
    let windows = Windows::<f32>::sine(10, 3, 0.0..9.0, 0);
    let _ = Batches::new(&windows, 11, 0);
}

#[cfg(feature = "csv")]
mod csv {
    use super::*;
    use std::fs;
    use std::path::PathBuf;
    use tapeloop::Error;

    fn file(name: &str, bytes: &[u8]) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("data-{name}.csv"));
        fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn columns_are_found_by_name_by_number_and_alone() {
        type Reading<'a> = (&'a str, &'a [u8], Option<&'a str>, &'a str, &'a [f64]);
        let good: [Reading<'_>; 21] = [
            ("alone", b"x\n1\n2\n", None, "x", &[1.0, 2.0]),
            ("bare", b"1\n2\n-3e-2\n", None, "column 1", &[1.0, 2.0, -0.03]),
            ("bare-one", b"7", None, "column 1", &[7.0]),
            ("name", b"t,v\n0,1.5\n1,2.5\n", Some("v"), "v", &[1.5, 2.5]),
            ("number", b"t,v\n0,1.5\n1,2.5\n", Some("2"), "v", &[1.5, 2.5]),
            ("bare-number", b"0,1.5\n1,2.5\n", Some("2"), "column 2", &[1.5, 2.5]),
            ("date", b"2020-01,1.5\n2020-02,2.5\n", Some("2"), "column 2", &[1.5, 2.5]),
            ("numeric-name", b",0\n1821,269\n1822,321\n", Some("0"), "0", &[269.0, 321.0]),
            ("numeric-names", b",0,1\n7,2,3\n", Some("3"), "1", &[3.0]),
            ("no-time", b",370.4\n1,371.5\n", Some("2"), "column 2", &[370.4, 371.5]),
            ("crlf", b"t,v\r\n0,1.5\r\n1,2.5\r\n", Some("v"), "v", &[1.5, 2.5]),
            ("cr", b"t,v\r0,1.5\r1,2.5\r", Some("v"), "v", &[1.5, 2.5]),
            ("no-newline", b"t,v\n0,1.5\n1,2.5", Some("v"), "v", &[1.5, 2.5]),
            ("blank-end", b"v\n1\n2\n\n\n", None, "v", &[1.0, 2.0]),
            ("newline-in-cell", b"t,v\n\"a\nb\",1\n\"c\nd\",2\n", Some("v"), "v", &[1.0, 2.0]),
            ("spaces", b"t, v\n0, 1.5\n1 ,2.5 \n", Some(" v "), "v", &[1.5, 2.5]),
            ("quotes", b"\"t\",\"v\"\n\"0\",\"1.5\"\n", Some("v"), "v", &[1.5]),
            ("bom", b"\xef\xbb\xbfv\n1\n", Some("v"), "v", &[1.0]),
            ("bom-bare", b"\xef\xbb\xbf1\n2\n", None, "column 1", &[1.0, 2.0]),
            ("header-only", b"t,v\n", Some("v"), "v", &[]),
            ("other-columns", b"when,v,what\nx,1,\n,2,y\n", Some("v"), "v", &[1.0, 2.0]),
        ];
        for (case, bytes, column, name, values) in good {
            let series =
                Series::from_csv(file(case, bytes), column).unwrap_or_else(|e| panic!("{case}: {e}"));
            assert_eq!((series.name.as_str(), series.values.as_slice()), (name, values), "{case}");
        }
    }

    #[test]
    fn everything_wrong_is_said_with_its_place() {
        let columns: Vec<u8> = (0..50_000).map(|i| format!("c{i},")).collect::<String>().into();
        let digits = [b"v\n1\n".to_vec(), vec![b'9'; 4 << 20]].concat();
        type Reading<'a> = (&'a str, &'a [u8], Option<&'a str>, &'a [&'a str]);
        let bad: [Reading<'_>; 37] = [
            ("empty", b"", None, &["is empty", "give a file"]),
            ("newlines", b"\n\n\n", None, &["is empty"]),
            ("no-choice", b"t,v\n0,1\n", None, &["2 columns, \"t\", \"v\"", "choose one"]),
            ("no-choice-bare", b"0,1\n2,3\n", None, &["2 columns without names", "choose one"]),
            ("no-column", b"t,v\n0,1\n", Some("w"), &["no column \"w\"", "\"t\", \"v\""]),
            ("column-0", b"t,v\n0,1\n", Some("0"), &["no column \"0\""]),
            ("column-3", b"t,v\n0,1\n", Some("3"), &["no column \"3\""]),
            ("column--1", b"t,v\n0,1\n", Some("-1"), &["no column \"-1\""]),
            ("column-empty", b"t,v\n0,1\n", Some(""), &["no column \"\""]),
            ("twice", b"v,v\n0,1\n", Some("v"), &["several columns are named \"v\""]),
            (
                "text",
                b"t,v\n0,1.5\n1,abc\n",
                Some("v"),
                &[", line 3", "\"abc\" in column \"v\" is not a number"],
            ),
            ("text-late", b"v\n1\n2\nx\n", None, &[", line 4", "\"x\""]),
            ("blank-line", b"v\n1\n\n\n2\n", None, &["empty line around line 3", "remove the line"]),
            ("blank-line-crlf", b"t,v\r\n0,1\r\n\r\n1,2\r\n", Some("v"), &["empty line around line 2"]),
            ("semicolons", b"t;v\n0;1.5\n", None, &[", line 2", "\"0;1.5\"", "by a comma"]),
            ("missing", b"t,v\n0,1.5\n1,\n2,3.5\n", Some("v"), &[", line 3", "\"\" in column \"v\""]),
            ("missing-1", b"0,\n1,370.4\n", Some("2"), &[", line 1", "\"\" in column \"column 2\" is not"]),
            ("missing-dated", b"2020-01,\n2020-02,2.5\n", Some("2"), &[", line 1", "\"\" in column"]),
            ("missing-alone", b"\"\"\n2.5\n", None, &[", line 1", "\"\" in column \"column 1\""]),
            ("semicolons-bare", b"0;1.5\n1;2.5\n", None, &[", line 2", "\"1;2.5\"", "by a comma"]),
            ("tabs", b"t\tv\n0\t1.5\n", None, &[", line 2", r#""0\t1.5""#, "by a comma"]),
            ("decimals", b"t;v\n0;1,5\n", None, &[", line 2", "2 cells", "decimals by a point"]),
            ("semicolons-named", b"t;v\n0;1\n", Some("v"), &["\"t;v\"", "by a comma"]),
            ("decimals-bare", b"1,5;2,5\n3,5;4,5\n", None, &["\"5;2\"", "decimals by a point"]),
            ("decimals-chosen", b"1,5;2,5\n3,5;4,5\n", Some("1"), &["\"5;2\"", "decimals by a point"]),
            ("decimals-tabs", b"1\t2,5\n2\t3,5\n", Some("2"), &[r#""1\t2""#, "decimals by a point"]),
            ("nan", b"v\n1\nNaN\n", None, &[", line 3", "not a finite number"]),
            ("inf", b"1\n-inf\n", None, &[", line 2", "\"-inf\" in column \"column 1\" is not a finite"]),
            ("overflow", b"v\n1e400\n", None, &[", line 2", "not a finite number"]),
            ("thousands", b"t,v\n0,\"1,234.5\"\n", Some("v"), &[", line 2", "\"1,234.5\""]),
            ("formula", b"t,v\n0,=1+1\n", Some("v"), &[", line 2", "\"=1+1\""]),
            ("nul", b"t,v\n0,1\0.5\n", Some("v"), &[", line 2", r#""1\0.5""#]),
            ("long", b"t,v\n0,1.5\n1,2.5,9\n", Some("v"), &[", line 3", "3 cells", "has 2"]),
            ("short", b"t,v\n0,1.5\n1\n", Some("v"), &[", line 3", "1 cells", "has 2"]),
            ("utf16", b"\xff\xfet\0,\0v\0\n\0", Some("v"), &[", line 1", "not UTF-8"]),
            ("latin1", b"v\n1\n\xe9\n", None, &[", line 3", "not UTF-8"]),
            ("quote", b"t,v\n0,\"1.5\n1,2.5\n", Some("v"), &[", line 2", "not a number"]),
        ];
        let nul = vec![0; 100_000];
        let name = [&nul[..], b"\nx\n"].concat();
        let names = [&nul[..], b",", &nul, b"\n1,2\n"].concat();
        let asked = String::from_utf8(nul).unwrap();
        let long: [Reading<'_>; 5] = [
            ("name", &name, None, &[", line 2", "\"x\" in column", "…"]),
            ("names", &names, Some(&asked), &["several columns are named", "…"]),
            ("names-unknown", &names, Some("w"), &["there are 2 columns", "…"]),
            ("columns", &columns, None, &["50001 columns, \"c0\"", "choose one"]),
            ("digits", &digits, None, &[", line 3", "\"9999", "…", "not a finite number"]),
        ];
        for (case, bytes, column, parts) in bad.into_iter().chain(long) {
            let path = file(&format!("bad-{case}"), bytes);
            let error = Series::from_csv(&path, column).expect_err(case);
            assert!(matches!(error, Error::Content { .. }), "{case}: {error:?}");
            let message = error.to_string();
            assert!(message.starts_with(path.to_str().unwrap()), "{case}: {message}");
            assert!(parts.iter().all(|part| message.contains(part)), "{case}: {message}");
            assert!(
                message.len() < path.as_os_str().len() + 400 && !message.contains('\n'),
                "{case}: {message}"
            );
        }
    }

    #[test]
    fn a_single_text_is_a_header_and_a_page_is_not_data() {
        let page = file("page", b"<!DOCTYPE html><html>\n<body>\n</body></html>\n");
        assert!(Series::from_csv(page, None).unwrap_err().to_string().contains("line 2: \"<body>\""));
    }

    #[test]
    fn what_is_not_a_file_is_not_read() {
        let folder = env!("CARGO_TARGET_TMPDIR");
        assert!(
            Series::from_csv(folder, None)
                .unwrap_err()
                .to_string()
                .contains("is not a file; give a CSV file")
        );
        let error = Series::from_csv(format!("{folder}/no-such.csv"), None).unwrap_err();
        assert!(matches!(error, Error::Read { .. }) && error.to_string().contains("no-such.csv"), "{error}");
        #[cfg(unix)]
        assert!(Series::from_csv("/dev/zero", None).unwrap_err().to_string().contains("is not a file"));
    }
}
