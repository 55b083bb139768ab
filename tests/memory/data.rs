//! What is read takes no more memory than 4 times its files and 16 MB, and broken CSV files are an error that names the file:
//! `tests/cases/malformed/csv` has the files, and what must happen to them.
#![cfg(feature = "csv")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::heap;
use serde_json::Value;
use tapeloop::Error;
use tapeloop::data::{ImdbOptions, Series, read_acl_imdb};

/// Reads something of this size, and checks what was allocated meanwhile.
fn bounded<T>(path: &Path, size: u64, read: impl FnOnce(&Path) -> T) -> T {
    let (result, peak) = heap::peak(|| read(path));
    assert!(peak > 0, "does the counter count?");
    assert!(peak as u64 <= 4 * size + 16_000_000, "{}: {peak} bytes for {size}", path.display());
    result
}

/// Reads a column.
fn read(path: &Path, column: Option<&str>) -> Result<Series, Error> {
    let size = fs::metadata(path).unwrap().len();
    let result = bounded(path, size, |path| Series::from_csv(path, column));
    if let Err(error) = &result {
        let message = error.to_string();
        assert!(message.starts_with(path.to_str().unwrap()), "{message}");
        assert!(message.len() < path.as_os_str().len() + 400 && !message.contains('\n'), "{message}");
    }
    result
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("data-memory-{name}"));
    fs::write(&path, bytes).unwrap();
    path
}

/// The files that are too large to be kept.
fn made(name: &str) -> Option<PathBuf> {
    let names: Vec<String> = (0..50_000).map(|i| format!("c{i}")).collect();
    match name {
        "bad_huge_line_4MiB.csv" => {
            Some(file(name, &[&b"t,v\n0,"[..], &vec![b'1'; 4 << 20], b"\n"].concat()))
        }
        "bad_many_columns.csv" => {
            Some(file(name, format!("{}\n{}\n", names.join(","), vec!["1"; 50_000].join(",")).as_bytes()))
        }
        _ => None,
    }
}

#[test]
fn the_corpus_is_read_or_refused_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/malformed/csv");
    let expect: Value = serde_json::from_slice(&fs::read(folder.join("EXPECT.json")).unwrap()).unwrap();
    let files = expect["files"].as_object().unwrap();
    assert_eq!(files.len(), 21);
    for (name, expect) in files {
        let path = made(name).unwrap_or_else(|| folder.join(name));
        assert_eq!(fs::metadata(&path).unwrap().len(), expect["bytes"].as_u64().unwrap(), "{name}");
        let alone = read(&path, None).is_ok();
        let second = read(&path, Some("2"));
        // All but two of the files have two columns, t and v; one of these has v alone, one is a page.
        let result =
            if name == "bad_overflow_1e400.csv" { read(&path, None) } else { read(&path, Some("v")) };
        match expect["must"].as_str().unwrap() {
            "accept" => {
                let values = result.unwrap_or_else(|e| panic!("{e}")).values;
                assert_eq!(values, second.unwrap().values, "{name}");
                let all: &[f64] = match name.as_str() {
                    "ok_header_only.csv" => &[],
                    "ok_simple.csv" => &[1.5, 2.5, -0.03],
                    _ => &[1.5, 2.5],
                };
                assert_eq!(values, all, "{name}");
            }
            "error" => {
                let refused = result.is_err() && second.is_err() && !alone;
                assert!(refused, "{name}: {}", expect["why"]);
            }
            // What we chose: spaces around a cell don't count, and a line may end as on an old Mac; a missing or
            // infinite number is an error, and of 50,000 columns one has to be chosen.
            _ => match name.as_str() {
                "ok_spaces.csv" | "ok_cr_only.csv" => {
                    assert_eq!(result.unwrap().values, [1.5, 2.5], "{name}");
                }
                "bad_many_columns.csv" => assert!(!alone && second.unwrap().values == [1.0]),
                _ => assert!(result.is_err() && second.is_err(), "{name}"),
            },
        }
    }
}

#[test]
fn errors_in_a_line_name_the_line() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/malformed/csv");
    for (name, line) in [
        ("bad_formula_injection.csv", 2),
        ("bad_huge_line_4MiB.csv", 2),
        ("bad_missing_field.csv", 3),
        ("bad_nonnumeric.csv", 3),
        ("bad_nul_bytes.csv", 2),
        ("bad_ragged_long.csv", 3),
        ("bad_thousands_separator.csv", 2),
        ("bad_unclosed_quote.csv", 2),
        ("bad_utf16.csv", 1),
    ] {
        let path = made(name).unwrap_or_else(|| folder.join(name));
        let error = read(&path, Some("v")).unwrap_err();
        assert!(matches!(error, Error::Content { line: Some(l), .. } if l == line), "{name}: {error}");
    }
}

#[test]
fn numbers_take_no_more_than_their_file() {
    // The most numbers for the fewest bytes.
    let path = file("digits", &b"1\n".repeat(4_000_000));
    assert_eq!(read(&path, None).unwrap().values.len(), 4_000_000);
    let path = file("columns", &b"1,2,3\n".repeat(1_000_000));
    assert_eq!(read(&path, Some("2")).unwrap().values.len(), 1_000_000);
}

#[test]
fn rows_without_end() {
    for (name, bytes, problem) in [
        ("commas", vec![b','; 1 << 17], "line 1: a row has more than 100000 cells"),
        ("newlines-within", b"\"\n\",,".repeat(1 << 16), "line 1: a row has more than 100000 cells"),
        ("quoted", [&b"v\n\""[..], &b"1\n".repeat(9 << 20)].concat(), "line 2: a row has more than 16 MiB"),
    ] {
        let path = file(&format!("endless-{name}"), &bytes);
        let error = read(&path, Some("1")).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
    // As many cells as may be.
    let row = format!("{}1\n", "1,".repeat(99_999));
    let path = file("100000-columns", format!("{row}{row}{row}").as_bytes());
    assert_eq!(read(&path, Some("100000")).unwrap().values, [1.0; 3]);
}

#[test]
#[cfg(unix)]
fn a_file_that_claims_to_be_larger_than_the_memory() {
    let path = file("sparse", b"v\n1\n");
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 43).unwrap();
    let error = Series::from_csv(&path, None).unwrap_err().to_string();
    fs::remove_file(&path).unwrap();
    assert!(error.contains("line 3: a row has more than 16 MiB"), "{error}");
}

#[test]
fn reviews_take_no_more_than_their_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data-memory-acl-imdb");
    // The most words for the fewest bytes.
    let text = "a b c d ".repeat(10_000);
    for part in ["train/neg", "train/pos", "test/neg", "test/pos"] {
        fs::create_dir_all(folder.join(part)).unwrap();
        for i in 0..25 {
            fs::write(folder.join(part).join(format!("{i}_1.txt")), &text).unwrap();
        }
    }
    let reviews =
        bounded(&folder, 100 * text.len() as u64, |folder| read_acl_imdb(folder, &ImdbOptions::default()));
    let reviews = reviews.unwrap();
    assert_eq!((reviews.train.labels.len(), reviews.test.sequences[49].len()), (50, 40_001));
}
