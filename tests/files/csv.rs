//! Whatever a CSV file has: its numbers are read as they were written, or an error says where it is wrong.
#![cfg(feature = "csv")]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tapeloop::Error;
use tapeloop::data::Series;

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("data-csv-{name}.csv"));
    fs::write(&path, bytes).unwrap();
    path
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("finite", |x| x.is_finite())
}

/// Rows of numbers, and how they are written.
#[derive(Clone, Debug)]
struct Table {
    rows: Vec<Vec<f64>>,
    header: bool,
    quotes: bool,
    spaces: bool,
    end: &'static str,
}

impl Table {
    fn text(&self) -> String {
        let quote = if self.quotes { "\"" } else { "" };
        let space = if self.spaces { "  " } else { "" };
        let line = |cells: Vec<String>| {
            let cells: Vec<String> =
                cells.iter().map(|cell| format!("{quote}{space}{cell}{space}{quote}")).collect();
            cells.join(",") + self.end
        };
        let names = (0..self.rows[0].len()).map(|i| format!("name {i}")).collect();
        let header = if self.header { line(names) } else { String::new() };
        let rows = self.rows.iter().map(|row| line(row.iter().map(|x| format!("{x:e}")).collect()));
        header + &rows.collect::<String>()
    }
}

fn tables() -> impl Strategy<Value = Table> {
    let rows = (1..5usize)
        .prop_flat_map(|columns| prop::collection::vec(prop::collection::vec(finite(), columns), 1..20));
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    (rows, any::<[bool; 3]>(), end).prop_map(|(rows, [header, quotes, spaces], end)| Table {
        rows,
        header,
        quotes,
        spaces,
        end,
    })
}

proptest! {
    #[test]
    fn numbers_are_read_as_they_were_written(table in tables()) {
        let path = file("round-trip", table.text().as_bytes());
        for column in 0..table.rows[0].len() {
            let written: Vec<f64> = table.rows.iter().map(|row| row[column]).collect();
            let by_number = Series::from_csv(&path, Some(&(column + 1).to_string())).unwrap();
            prop_assert_eq!(&by_number.values, &written);
            if table.header {
                let by_name = Series::from_csv(&path, Some(&format!("name {column}"))).unwrap();
                prop_assert_eq!((&by_name.values, by_name.name), (&written, format!("name {column}")));
            }
        }
        prop_assert_eq!(Series::from_csv(&path, None).is_ok(), table.rows[0].len() == 1);
    }

    #[test]
    fn damage_is_an_error_or_other_numbers(
        table in tables(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let mut bytes = table.text().into_bytes();
        for (place, byte, kind) in damage {
            let place = place.index(bytes.len().max(1));
            match kind {
                0 if place < bytes.len() => bytes[place] = byte,
                1 => bytes.insert(place.min(bytes.len()), byte),
                _ => bytes.truncate(place),
            }
        }
        check(&file("damage", &bytes))?;
    }

    #[test]
    fn bytes_that_are_no_table(bytes in prop::collection::vec(
        prop_oneof![any::<u8>(), prop::sample::select(b"0123456789.,;-e\"\r\n\t \0\xef\xbb\xbf".to_vec())], 0..200,
    )) {
        check(&file("bytes", &bytes))?;
    }
}

/// No panic; only finite numbers; an error of one line that names the file.
fn check(path: &PathBuf) -> Result<(), TestCaseError> {
    for column in [None, Some("1"), Some("2"), Some("name 1")] {
        match Series::from_csv(path, column) {
            Ok(series) => prop_assert!(series.values.iter().all(|x| x.is_finite())),
            Err(error @ Error::Content { .. }) => {
                let message = error.to_string();
                prop_assert!(message.starts_with(path.to_str().unwrap()), "{}", message);
                prop_assert!(!message.contains('\n') && message.len() < 800, "{}", message);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
    Ok(())
}
