//! A column of a CSV file as a series.

use std::fs::{self, File};
use std::path::Path;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord, Trim};

use super::Series;
use crate::error::Error;

impl Series {
    /// Reads one column of numbers from a CSV file (comma, UTF-8; spaces around a cell don't count).
    ///
    /// `column` is a name from the header, or a number counted from 1; it may be left out if there is
    /// only one. The first line is a header if it has no number, or a text above a number of the
    /// second line. A missing number is an error, not a zero, and so is an empty line between others.
    /// Needs the feature `csv`.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, is not UTF-8, or has lines of different lengths; if there
    /// is no such column, or several and no choice; if a cell is not a finite number.
    pub fn from_csv(path: impl AsRef<Path>, column: Option<&str>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut file = open(path)?;
        let mut rows = [StringRecord::new(), StringRecord::new()];
        for row in &mut rows {
            read(path, &mut file, row)?;
        }
        let [first, second] = &mut rows;
        if first.is_empty() {
            return Err(content(path, None, "is empty; give a file with a column of numbers".into()));
        }

        let has_header = is_header(first, second);
        let column = choose(first, has_header, column).map_err(|problem| content(path, None, problem))?;
        let name = if has_header { first[column].to_owned() } else { format!("column {}", column + 1) };

        let mut values = Vec::new();
        if !has_header {
            values.push(number(path, first, column, &name)?);
        }
        let mut row = std::mem::take(second);
        while !row.is_empty() {
            values.push(number(path, &row, column, &name)?);
            read(path, &mut file, &mut row)?;
        }
        Ok(Self { name, unit: String::new(), time: "row".into(), start: 1, values })
    }
}

fn open(path: &Path) -> Result<Reader<File>, Error> {
    let read_error = |source| Error::Read { path: path.to_owned(), source };
    // A folder cannot be read, and a device or a pipe may never end.
    if !fs::metadata(path).map_err(read_error)?.is_file() {
        return Err(content(path, None, "is not a file; give a CSV file".into()));
    }
    let file = File::open(path).map_err(read_error)?;
    Ok(ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(file))
}

/// Reads the next row; at the end of the file, an empty one. The reader passes by empty lines, which
/// here would be numbers lost in the middle of a series.
fn read(path: &Path, file: &mut Reader<File>, row: &mut StringRecord) -> Result<(), Error> {
    let start = file.position().line();
    file.read_record(row).map_err(|e| translate(path, e))?;
    let within = row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
    if !row.is_empty() && file.position().line() > start + 1 + within {
        // Around: of \r\n the reader has taken the \n, or not yet.
        let problem = format!("there is an empty line around line {start}; give a number or remove the line");
        return Err(content(path, None, problem));
    }
    Ok(())
}

fn is_header(first: &StringRecord, second: &StringRecord) -> bool {
    let is_number = |text: &str| text.parse::<f64>().is_ok();
    let mut pairs = first.iter().zip(second);
    !first.iter().any(is_number) || pairs.any(|(above, below)| !is_number(above) && is_number(below))
}

/// The index of the column asked for, or what is wrong with the question.
fn choose(first: &StringRecord, has_header: bool, column: Option<&str>) -> Result<usize, String> {
    let there_are = || match first.iter().take(20).map(short).collect::<Vec<_>>().join(", ") {
        names if has_header => format!("there are {} columns, {names}", first.len()),
        _ => format!("there are {} columns without names", first.len()),
    };
    let Some(wanted) = column.map(str::trim) else {
        let problem = || format!("{}; choose one by its name or its number from 1", there_are());
        return if first.len() == 1 { Ok(0) } else { Err(problem()) };
    };
    let mut named = (0..first.len()).filter(|&i| has_header && &first[i] == wanted);
    match (named.next(), named.next()) {
        (Some(only), None) => return Ok(only),
        (Some(_), Some(_)) => {
            return Err(format!("several columns are named {wanted:?}; choose one by its number"));
        }
        _ => {}
    }
    let number = wanted.parse().ok().filter(|number| (1..=first.len()).contains(number));
    number.map(|number: usize| number - 1).ok_or_else(|| {
        format!("has no column {}; {}, to be chosen by name or number", short(wanted), there_are())
    })
}

fn number(path: &Path, row: &StringRecord, column: usize, name: &str) -> Result<f64, Error> {
    let problem = match row[column].parse::<f64>() {
        Ok(x) if x.is_finite() => return Ok(x),
        Ok(_) => "not a finite number",
        Err(_) if row[column].contains([';', '\t']) => "not a number (cells are separated by a comma)",
        Err(_) => "not a number",
    };
    let line = row.position().map(csv::Position::line);
    let text = short(&row[column]);
    Err(content(path, line, format!("{text} in column {name:?} is {problem}; correct it or remove the line")))
}

/// A cell in quotes, with the end left out if it is long.
fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

fn content(path: &Path, line: Option<u64>, problem: String) -> Error {
    Error::Content { path: path.to_owned(), line, problem }
}

fn translate(path: &Path, error: csv::Error) -> Error {
    let line = error.position().map(csv::Position::line);
    let problem = match error.into_kind() {
        ErrorKind::Io(source) => return Error::Read { path: path.to_owned(), source },
        ErrorKind::Utf8 { .. } => "is not UTF-8 text; save the file as CSV in UTF-8".into(),
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells, where the first line has {expected_len}; correct the line or remove it")
        }
        other => format!("cannot be read as CSV: {other:?}"),
    };
    content(path, line, problem)
}
