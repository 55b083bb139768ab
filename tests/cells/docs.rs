//! The table of `docs/zoo.md`: a row for each cell, and what it says of the number of weights and of who was compared is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::common::case::folder;
use tapeloop::Params;
use tapeloop::nn::{Recurrent, Spec, zoo};

/// A row of the table: name, type, equation, paper, parameters, multiplications, use, file, reference.
fn rows() -> Vec<[String; 9]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/zoo.md");
    let text = fs::read_to_string(path).unwrap();
    let cells = |line: &str| {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    let table = text.lines().take_while(|line| !line.starts_with("## The family"));
    table.filter(|line| line.starts_with("| `")).map(cells).map(|row| row.try_into().unwrap()).collect()
}

/// The value of a formula in `I` and `H`: `2H(I + H + 1)`, `H²/2`, `⌈H/2⌉`.
struct Formula<'a> {
    rest: &'a [char],
    i: i64,
    h: i64,
}

impl Formula<'_> {
    fn peek(&mut self) -> Option<char> {
        while let [' ' | '·', rest @ ..] = self.rest {
            self.rest = rest;
        }
        self.rest.first().copied()
    }

    fn take(&mut self) -> char {
        let [first, rest @ ..] = self.rest else { panic!("a formula that ends too early") };
        self.rest = rest;
        *first
    }

    fn sum(&mut self) -> i64 {
        let mut sum = self.product();
        while let Some(sign @ ('+' | '−' | '-')) = self.peek() {
            self.take();
            let term = self.product();
            sum += if sign == '+' { term } else { -term };
        }
        sum
    }

    fn product(&mut self) -> i64 {
        let mut product = self.factor();
        loop {
            match self.peek() {
                Some('/') => {
                    self.take();
                    let by = self.factor();
                    assert_eq!(product % by, 0, "a fraction");
                    product /= by;
                }
                Some('²') => unreachable!("a square belongs to its factor"),
                Some(c) if c.is_ascii_digit() || "IH(⌈⌊".contains(c) => product *= self.factor(),
                _ => return product,
            }
        }
    }

    fn factor(&mut self) -> i64 {
        self.peek();
        let value = match self.take() {
            'I' => self.i,
            'H' => self.h,
            '(' => {
                let value = self.sum();
                assert_eq!(self.take(), ')');
                value
            }
            open @ ('⌈' | '⌊') => {
                let value = self.factor();
                assert_eq!(self.take(), '/', "only quotients are rounded");
                let by = self.factor();
                assert_eq!(self.take(), if open == '⌈' { '⌉' } else { '⌋' });
                if open == '⌈' { (value + by - 1) / by } else { value / by }
            }
            digit if digit.is_ascii_digit() => {
                let mut value = i64::from(digit.to_digit(10).unwrap());
                while let Some(digit) = self.rest.first().and_then(|c| c.to_digit(10)) {
                    self.take();
                    value = 10 * value + i64::from(digit);
                }
                value
            }
            other => panic!("{other:?} in a formula"),
        };
        match self.peek() {
            Some('²') => {
                self.take();
                value * value
            }
            _ => value,
        }
    }
}

fn value(formula: &str, [i, h]: [usize; 2]) -> usize {
    let text: Vec<char> = formula.trim_matches('`').chars().collect();
    let mut formula = Formula { rest: &text, i: i as i64, h: h as i64 };
    let value = formula.sum();
    assert!(formula.peek().is_none(), "{text:?} goes on");
    usize::try_from(value).unwrap()
}

#[test]
fn formulas_are_understood() {
    assert_eq!(value("`2H(I + H + 1)`", [3, 5]), 90);
    assert_eq!(value("`4·H² − 2H + I(H/5)`", [3, 5]), 93);
    assert_eq!(value("`⌈H/2⌉ + ⌊H/2⌋(1 + 1)`", [3, 5]), 7);
}

struct Count<'a> {
    rows: &'a [[String; 9]],
    seen: usize,
}

impl zoo::Visit for Count<'_> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, _: Recurrent<S>) {
        let row = self.rows.iter().find(|row| row[0] == format!("`{name}`"));
        let row = row.unwrap_or_else(|| panic!("no row of {name} in docs/zoo.md"));
        let (kind, file) = (row[1].trim_matches('`').split('.').next().unwrap(), &row[7]);
        assert_eq!(kind, S::kind(), "{name}: the type");
        let (text, link) = file.split_once("](").unwrap_or_else(|| panic!("{name}: {file} is no link"));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(link.trim_end_matches(')'));
        let source = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name}: no {}", path.display()));
        assert!(text.starts_with('[') && source.contains(&format!("pub type {kind} ")), "{name}: {link}");
        self.seen += 1;
    }
}

/// The weights of a cell of so many units, for so many inputs.
struct Weights<'a> {
    rows: &'a [[String; 9]],
    sizes: [usize; 2],
}

impl zoo::Visit for Weights<'_> {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        let mut params = Params::<f32>::new(0);
        let _ = layer.build(&mut params, name, self.sizes[0]);
        let row = self.rows.iter().find(|row| row[0] == format!("`{name}`")).unwrap();
        // `…`, or `…` if `I = H`
        let parts: Vec<&str> = row[4].split('`').skip(1).step_by(2).collect();
        let [i, h] = self.sizes;
        let formula = if i == h && parts.get(2) == Some(&"I = H") { parts[1] } else { parts[0] };
        assert_eq!(value(formula, [i, h]), params.count(), "{name}: {formula} for {:?}", self.sizes);
    }
}

#[test]
fn the_table_is_true() {
    let rows = rows();
    let mut count = Count { rows: &rows, seen: 0 };
    zoo::visit(4, &mut count);
    assert_eq!((rows.len(), count.seen), (zoo::NAMES.len(), zoo::NAMES.len()), "rows, and cells");
    for sizes in [[1, 2], [3, 4], [10, 6], [7, 16], [5, 5], [2, 1]] {
        zoo::visit(sizes[1], &mut Weights { rows: &rows, sizes });
    }
}

/// Who is named as compared has a case, and who has a case is named.
#[test]
fn references_are_recorded() {
    let recorded: BTreeSet<String> =
        folder("zoo").iter().map(|case| case.meta["cell"].as_str().unwrap().to_owned()).collect();
    for row in rows() {
        let name = row[0].trim_matches('`');
        let before = [
            "simple_rnn",
            "lstm",
            "gru",
            "basic_lstm",
            "gru_reset_before",
            "lstm_peepholes",
            "lstm_projection",
        ];
        let named = !row[8].starts_with('–');
        let compared = recorded.contains(name) || before.contains(&name);
        assert_eq!(named, compared, "{name}: {}", row[8]);
    }
}
