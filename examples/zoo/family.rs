//! The family picture: which cell came from which, and when.
//!
//! A tree, one cell a line, years from left to right. The lines are in depth-first order and nobody is older than its parent: right of a parent and
//! down to its last child there are only its own descendants, so no line crosses another, or a name. Years and families are those of the table in `docs/zoo.md`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tapeloop::Error;

const TABLE: &str = include_str!("../../docs/zoo.md");

/// Ancestors that are no cells of the zoo.
const OTHERS: [(&str, u32); 2] = [("linear attention", 2020), ("HiPPO and S4", 2021)];

/// Who came from whom, as their papers say, or else as their equations do.
const CHILDREN: &[(&str, &str)] = &[
    (
        "simple_rnn",
        "lstm_1997, clockwork, stack_rnn, unitary_rnn, fast_weights, fast_rnn, ind_rnn, antisymmetric_rnn, lmu, ltc",
    ),
    ("lstm_1997", "lstm"),
    (
        "lstm",
        "lstm_peepholes, gru_reset_before, basic_lstm, lstm_projection, lstm_coupled, layer_norm_lstm, multiplicative_lstm, lstm_zoneout, qrnn, ran, janet, nested_lstm, min_lstm, slstm",
    ),
    ("lstm_peepholes", "conv_lstm, phased_lstm"),
    (
        "gru_reset_before",
        "gru, mut1, mgu, cfn, rhn, ugrnn, minimal_rnn, ligru, atr, star, brc, tau_gru, min_gru",
    ),
    ("brc", "nbrc"),
    ("mgu", "light_ru"),
    ("qrnn", "sru_first"),
    ("sru_first", "sru"),
    ("slstm", "mlstm"),
    ("fast_rnn", "fast_grnn"),
    ("antisymmetric_rnn", "gated_antisymmetric_rnn, cornn, lipschitz_rnn"),
    ("cornn", "unicornn, lem"),
    ("ltc", "cfc"),
    ("lmu", "HiPPO and S4"),
    ("HiPPO and S4", "s4d, s5, lru, mamba"),
    ("fast_weights", "linear attention"),
    ("linear attention", "delta_net, rwkv, retention, gla"),
];

/// A colour for each family, in the table's order.
const COLOURS: [&str; 5] = ["#202020", "#1f6fb4", "#2a8a3c", "#c2571a", "#8a3fa0"];
const ROW: f64 = 17.0;
const TOP: f64 = 78.0;

/// A line of the table: name, family, year.
struct Cell<'a> {
    name: &'a str,
    family: Option<usize>,
    year: u32,
}

/// The table's families, and its cells.
fn table() -> (Vec<&'static str>, Vec<Cell<'static>>) {
    let (mut families, mut cells) = (Vec::new(), Vec::new());
    for line in TABLE.lines().take_while(|line| !line.starts_with("## The family")) {
        if let Some(family) = line.strip_prefix("### ") {
            families.push(family);
        } else if let Some(row) = line.strip_prefix("| `") {
            let paper = row.split(" | ").nth(3).unwrap_or_default();
            let authors = paper.split(", [").next().unwrap_or_default();
            let year = authors.rsplit(' ').next().and_then(|year| year.parse().ok());
            let (Some(name), Some(year)) = (row.split('`').next(), year) else { continue };
            cells.push(Cell { name, family: families.len().checked_sub(1), year });
        }
    }
    cells.extend(OTHERS.map(|(name, year)| Cell { name, family: None, year }));
    (families, cells)
}

/// From left to right; the years before 2014 had few cells.
fn x(year: u32) -> f64 {
    let year = f64::from(year);
    60.0 + 9.0 * (year.min(2014.0) - 1990.0) + 68.0 * (year.max(2014.0) - 2014.0)
}

/// The tree from `parent` on, below what is there: its drawing, and the next free line.
struct Tree<'a> {
    cells: &'a [Cell<'a>],
    lines: String,
    names: String,
    row: usize,
}

impl Tree<'_> {
    /// Draws a cell and its descendants; `beside` others came from one another in the same year before it.
    fn draw(&mut self, name: &str, from: Option<(u32, f64, usize)>) {
        let cell = self.cells.iter().find(|cell| cell.name == name);
        let cell = cell.unwrap_or_else(|| panic!("{name} is not in the table"));
        let beside = from.map_or(0, |(year, _, beside)| if year == cell.year { beside + 1 } else { 0 });
        let (left, y) = (x(cell.year) + 12.0 * beside as f64, TOP + ROW * self.row as f64);
        let colour = cell.family.map_or("#808080", |family| COLOURS[family]);
        if let Some((year, parent, before)) = from {
            let start = x(year) + 12.0 * before as f64;
            let _ = writeln!(self.lines, "<path d='M{start} {parent}V{y}H{left}'/>");
        }
        let style = if cell.family.is_none() { " font-style='italic'" } else { "" };
        let _ = writeln!(self.names, "<circle cx='{left}' cy='{y}' r='4' fill='{colour}'/>");
        let _ = writeln!(
            self.names,
            "<text x='{}' y='{}' fill='{colour}'{style}>{name}</text>",
            left + 8.0,
            y + 4.0
        );
        self.row += 1;
        let children = CHILDREN.iter().filter(|(parent, _)| *parent == name);
        let mut children: Vec<&str> = children.flat_map(|(_, names)| names.split(", ")).collect();
        let year = |name: &&str| self.cells.iter().find(|cell| cell.name == *name).map(|cell| cell.year);
        children.sort_by_key(year); // stable: of one year, as listed
        for child in children {
            self.draw(child, Some((cell.year, y, beside)));
        }
    }
}

/// Writes the picture, and returns its path and how many cells it has.
pub fn draw(folder: &Path) -> Result<(PathBuf, usize), Error> {
    let (families, cells) = table();
    let mut tree = Tree { cells: &cells, lines: String::new(), names: String::new(), row: 0 };
    tree.draw("simple_rnn", None);
    let (width, height) = (x(2024) + 130.0, TOP + ROW * tree.row as f64 + 4.0);
    let mut head = String::new();
    for year in [1990, 1997, 2002].into_iter().chain(2014..=2024) {
        let (x, bottom) = (x(year), height - 12.0);
        let _ = writeln!(head, "<path d='M{x} 62V{bottom}' stroke='#e8e8e8'/>");
        let _ = writeln!(head, "<text x='{x}' y='56' text-anchor='middle' fill='#606060'>{year}</text>");
    }
    for (n, family) in families.iter().enumerate() {
        let (x, y, colour) = ([20.0, 300.0, 560.0][n % 3], [16.0, 34.0][n / 3], COLOURS[n]);
        let _ = writeln!(head, "<circle cx='{x}' cy='{y}' r='4' fill='{colour}'/>");
        let _ = writeln!(head, "<text x='{}' y='{}' fill='{colour}'>{family}</text>", x + 8.0, y + 4.0);
    }
    let Tree { lines, names, row, .. } = tree;
    let text = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' font-family='sans-serif' font-size='12'>\n\
         <rect width='100%' height='100%' fill='white'/>\n{head}<g fill='none' stroke='#a0a0a0'>\n{lines}</g>\n{names}</svg>\n"
    );
    let path = folder.join("family.svg");
    std::fs::write(&path, text).map_err(|source| Error::Write { path: path.clone(), source })?;
    Ok((path, row - OTHERS.len()))
}
