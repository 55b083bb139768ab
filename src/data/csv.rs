//! A column of a CSV file as a series.

use std::path::Path;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::Series;
use super::limited::{self, Limited};
use super::open::open;
use crate::error::{Error, short};

/// What other programs put between cells, and what a file must have.
const OTHER_SEPARATORS: [char; 2] = [';', '\t'];
const SEPARATORS: &str = "cells are separated by a comma, and decimals by a point";

impl Series {
    /// Reads one column of numbers from a CSV file (comma, UTF-8; spaces around a cell don't count).
    ///
    /// `column` is a name from the header, or a number counted from 1; it may be left out if there is
    /// only one. The first line is a header if it has no number, or a text above a number of the
    /// second line, or if it is the one that pandas writes above columns without names: an empty cell,
    /// then 0, 1, … A missing number is an error, not a zero, and so is a missing name above the
    /// column, or an empty line between others.
    /// A row may have 100,000 cells and 16 MiB. Needs the feature `csv`.
    ///
    /// # Errors
    /// If the file cannot be read, is empty, is not UTF-8, or has lines of different lengths, or too long ones;
    /// if there is no such column, or several and no choice; if a cell is not a finite number.
    pub fn from_csv(path: impl AsRef<Path>, column: Option<&str>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (file, bytes) = open(path, "a CSV file")?;
        let mut reader = ReaderBuilder::new();
        reader.has_headers(false).buffer_capacity(limited::AHEAD);
        let mut file = reader.from_reader(Limited::new(file));
        let mut rows = [StringRecord::new(), StringRecord::new()];
        for row in &mut rows {
            read(path, &mut file, row)?;
            row.trim();
        }
        let [first, second] = &mut rows;
        if first.is_empty() {
            return Err(content(path, None, "is empty; give a file with a column of numbers".into()));
        }

        let has_header = is_header(first, second);
        let column = choose(first, has_header, column).map_err(|problem| content(path, None, problem))?;
        let has_name = has_header && !first[column].is_empty();
        let name = if has_name { first[column].to_owned() } else { format!("column {}", column + 1) };

        let mut values = Vec::new();
        // The shortest row has a digit, its commas and a line end. A file may claim to be larger than the memory.
        let _ = values.try_reserve_exact(bytes as usize / (first.len() + 1) + 1);
        if !has_name {
            // Of an empty cell nothing says that a name is missing and not a number: an error.
            values.push(number(path, first, column, &name)?);
        }
        let mut row = std::mem::take(second);
        while !row.is_empty() {
            values.push(number(path, &row, column, &name)?);
            read(path, &mut file, &mut row)?;
        }
        values.shrink_to_fit();
        Ok(Self { name, unit: String::new(), time: "row".into(), start: 1, values })
    }
}

/// Reads the next row; at the end of the file, an empty one. The reader passes by empty lines, which
/// here would be numbers lost in the middle of a series.
fn read(path: &Path, file: &mut Reader<Limited>, row: &mut StringRecord) -> Result<(), Error> {
    let start = file.position().line();
    file.read_record(row).map_err(|e| match file.get_ref().problem() {
        Some(problem) => content(path, Some(start), problem),
        None => translate(path, e),
    })?;
    file.get_mut().next_row();
    let lines = file.position().line() - start;
    let within = || row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>();
    if !row.is_empty() && lines > 1 && lines > 1 + within() {
        // Around: of \r\n the reader has taken the \n, or not yet.
        let problem = format!("there is an empty line around line {start}; give a number or remove the line");
        return Err(content(path, None, problem));
    }
    Ok(())
}

fn is_header(first: &StringRecord, second: &StringRecord) -> bool {
    let is_text = |text: &str| !text.is_empty() && !is_number(text);
    let mut pairs = first.iter().zip(second);
    let mut after_index = first.iter().skip(1).enumerate();
    !first.iter().any(is_number)
        || pairs.any(|(above, below)| is_text(above) && is_number(below))
        || first[0].is_empty() && after_index.all(|(i, name)| name == i.to_string())
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

/// The index of the column asked for, or what is wrong with the question.
fn choose(first: &StringRecord, has_header: bool, column: Option<&str>) -> Result<usize, String> {
    // Of 0;1,5 the comma makes the cells 0;1 and 5, which look like data.
    let is_several =
        |cell: &str| cell.contains(OTHER_SEPARATORS) && cell.split(OTHER_SEPARATORS).all(is_number);
    if let Some(cell) = first.iter().find(|cell| !has_header && is_several(cell)) {
        return Err(format!("{} in line 1 is several numbers; {SEPARATORS}", short(cell)));
    }
    let there_are = || {
        let names = first.iter().take(20).map(short).collect::<Vec<_>>().join(", ");
        let names = if has_header { format!(", {names}") } else { " without names".into() };
        let other = first.iter().any(|cell| cell.contains(OTHER_SEPARATORS));
        let hint = if other { format!(" ({SEPARATORS})") } else { String::new() };
        format!("there are {} columns{names}{hint}", first.len())
    };
    let Some(wanted) = column.map(str::trim) else {
        let problem = || format!("{}; choose one by its name or its number from 1", there_are());
        return if first.len() == 1 { Ok(0) } else { Err(problem()) };
    };
    let mut named = (0..first.len()).filter(|&i| has_header && &first[i] == wanted);
    match (named.next(), named.next()) {
        (Some(only), None) => return Ok(only),
        (Some(_), Some(_)) => {
            return Err(format!("several columns are named {}; choose one by its number", short(wanted)));
        }
        _ => {}
    }
    let number = wanted.parse().ok().filter(|number| (1..=first.len()).contains(number));
    number.map(|number: usize| number - 1).ok_or_else(|| {
        format!("has no column {}; {}, to be chosen by name or number", short(wanted), there_are())
    })
}

fn number(path: &Path, row: &StringRecord, column: usize, name: &str) -> Result<f64, Error> {
    let cell = row[column].trim();
    let problem = match cell.parse::<f64>() {
        Ok(x) if x.is_finite() => return Ok(x),
        Ok(_) => "not a finite number",
        Err(_) => "not a number",
    };
    let line = row.position().map(csv::Position::line);
    let (text, name) = (short(cell), short(name));
    let advice = if cell.contains(OTHER_SEPARATORS) { SEPARATORS } else { "correct it or remove the line" };
    Err(content(path, line, format!("{text} in column {name} is {problem}; {advice}")))
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
            let lengths = format!("{len} cells, where the first line has {expected_len}");
            format!("{lengths} ({SEPARATORS}); correct the line or remove it")
        }
        other => format!("cannot be read as CSV: {other:?}"),
    };
    content(path, line, problem)
}
