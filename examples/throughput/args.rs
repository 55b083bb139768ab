//! The options.

use std::fs;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueHint};

use crate::cells::{CELLS, Case, Cell, SIZES, Size};
use crate::growth::Axis;
use crate::options::whole;

/// What is counted, and what is measured.
const NOTES: &str = "\
Time: of one thread the processor time, in which others who use the machine do not count; of more the time on the wall. In \
each round the peak and every call have a turn: as many calls as fill 20 ms, at least one. Median, least and most are over the rounds.

GFLOP/s: of the products alone, 2·B·T·G·H·(I+H) flop forwards, with G = 1 (rnn), 3 (gru) or 4 (lstm), and three times as many \
with backward. (With a projection to O numbers, 2·B·T·(4·H·(I+O) + H·O).) Of other cells of the zoo: what the products on the tape of a step have. The peak is that of fused multiply–adds on registers, \
in all threads at once, with numbers of the same type.

Floor: what a call takes at least. Either its flop at the peak, or, if that is longer, the time in which one core reads U (H·G·H numbers) once a step, and once more with backward, as fast as it reads an array of that size which it has read before: from L1, L2, L3 or memory.

Tape: the bytes that it holds from call to call. Its floor is what must exist at once, in numbers of 4 or 8 bytes: forwards \
B·T·(I+H) for x and h, and B·H for c; with backward B·T·(2·I + 2·H + K·H) for x, h, what is given of ∂L/∂h, and ∂L/∂x, with \
K = 0 (rnn), 4 (gru), 3 (gru_reset_before), 5 (lstm: four gates and c) or 4 (lstm_coupled), and 2·B·H for ∂L/∂h and ∂L/∂c of one step (B·H \
without c). Weights are not counted; nor, of other cells of the zoo, is anything but x, h, ∂L/∂h and ∂L/∂x.

Profile: of a training step (or of forward only) on the wall. Input products: x·W, and for ∂L/∂x. Recurrent products: h·U step by step, and for ∂L/∂h. \
Gates: the formulas of the units and their derivatives, with all that is read and written for them. Rest: the tape, the loss, zeros \
for the gradients, copies of x and W.";

/// How fast recurrent layers are on this machine, beside what it can do. One call is forward and backward (loss: the sum of
/// all outputs), with the gradients of weights and inputs.
#[derive(Parser)]
#[command(name = "throughput", allow_negative_numbers = true, after_help = NOTES)]
pub struct Args {
    /// The cell, or all [default: all, the first eight of these in several sizes; with sizes given only these eight; for --growth rnn, lstm and gru]
    #[arg(value_parser = PossibleValuesParser::new(names()).map(|name| Asked::of(&name)))]
    cell: Option<Asked>,
    /// Rows of a batch, B; together with the next three [default: seven sizes, from 10,10,20,20 to 64,25,1024,1024; for "all", and for the zoo if no cell is named, 32,50,128,128]
    #[arg(long, value_name = "N", value_parser = whole::<1, 1_000_000>, requires_all = ["time", "input", "hidden"])]
    batch: Option<usize>,
    /// Time steps, T
    #[arg(long, value_name = "N", value_parser = whole::<1, 1_000_000>, requires = "batch")]
    time: Option<usize>,
    /// Input features, I
    #[arg(long, value_name = "N", value_parser = whole::<1, 1_000_000>, requires = "batch")]
    input: Option<usize>,
    /// Hidden units, H
    #[arg(long, value_name = "N", value_parser = whole::<1, 1_000_000>, requires = "batch")]
    hidden: Option<usize>,
    /// Forward only
    #[arg(long)]
    pub forward: bool,
    /// Every time step on the tape by itself, even where there is an operation for them all
    #[arg(long)]
    unrolled: bool,
    /// All steps at once and unrolled, in turns
    #[arg(long, conflicts_with = "unrolled")]
    both: bool,
    /// Threads [default: as many as there are cores]
    #[arg(long, value_name = "N", value_parser = whole::<1, 256>)]
    pub threads: Option<usize>,
    /// In f64 instead of f32
    #[arg(long)]
    pub f64: bool,
    /// How often each has a turn [default: 9 for one size of one cell, else 3]
    #[arg(long, value_name = "N", value_parser = whole::<1, 10_000>)]
    pub rounds: Option<usize>,
    /// Say where the time went, with Adam as the optimizer unless it is forward only: of all steps at once only
    #[arg(long, conflicts_with_all = ["unrolled", "both"])]
    pub profile: bool,
    /// Instead: how time grows with T, from 10 to 10,000, and with B, from 1 to 1,024; the other sizes as given [default: 4,20,128,128].
    /// Draws a picture
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["both", "profile", "json"])]
    pub growth: Option<PathBuf>,
    /// An object in JSON for each row, on a line of its own, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// What is to be timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    All,
    One(Cell),
}

impl Asked {
    fn of(name: &str) -> Self {
        Cell::named(name).map_or(Self::All, Self::One)
    }
}

/// What may be asked for.
fn names() -> impl Iterator<Item = &'static str> {
    Cell::all().map(Cell::name).chain(["simple_rnn", "all"])
}

impl Args {
    /// What is to be timed; what comes together, in turns. Refuses what there isn't enough memory for.
    pub fn groups(&self) -> Result<Vec<Vec<Case>>, String> {
        let cells = match (self.cell, self.growth.is_some()) {
            (Some(Asked::One(cell)), _) => vec![cell],
            (Some(Asked::All), _) => Cell::all().collect(),
            (None, true) => CELLS[..3].iter().map(|&(_, cell)| cell).collect(),
            (None, false) if self.size().is_none() => Cell::all().collect(),
            (None, false) => CELLS.iter().map(|&(_, cell)| cell).collect(),
        };
        // The loops that know where the time went are those of the crate's own three cells and their kin.
        let profiled = |cell: &Cell| cell.has_operation() && !matches!(cell, Cell::Zoo(_));
        let cells = cells.into_iter().filter(|cell| !self.profile || profiled(cell));
        let common = |cell| CELLS.iter().any(|&(_, other)| other == cell);
        let sizes = |cell| match self.size() {
            Some(size) => vec![size],
            None if self.cell == Some(Asked::All) || (self.cell.is_none() && !common(cell)) => {
                SIZES[1..2].to_vec()
            }
            None => SIZES.to_vec(),
        };
        let case = |cell, size| Case {
            cell,
            size,
            forward: self.forward,
            unrolled: self.growth.is_some() && self.unrolled,
        };
        let cases = cells.flat_map(|cell| sizes(cell).into_iter().map(move |size| case(cell, size)));
        let groups: Vec<Vec<Case>> = match self.growth {
            Some(_) => cases.flat_map(|case| [Axis::T, Axis::B].map(|axis| axis.cases(case))).collect(),
            None => cases.map(|case| self.ways(case)).collect(),
        };
        if groups.is_empty() {
            return Err(
                "--profile looks into all steps at once, and this cell has only single steps, or other loops"
                    .into(),
            );
        }

        let number = if self.f64 { 8 } else { 4 };
        let bytes = |cases: &Vec<Case>| cases.iter().map(|case| case.most_bytes(number)).sum();
        enough_memory(groups.iter().flatten().map(|case| case.bytes_to_count()))?;
        enough_memory(groups.iter().map(bytes))?;
        Ok(groups)
    }

    /// The size that was asked for.
    pub fn size(&self) -> Option<Size> {
        match (self.batch, self.time, self.input, self.hidden) {
            (Some(b), Some(t), Some(i), Some(h)) => Some(Size([b, t, i, h])),
            _ => self.growth.is_some().then_some(Size([4, 20, 128, 128])),
        }
    }

    fn ways(&self, case: Case) -> Vec<Case> {
        let all: &[bool] = match self {
            _ if !case.cell.has_operation() => &[true],
            Self { both: true, .. } => &[false, true],
            Self { unrolled: true, .. } => &[true],
            _ => &[false],
        };
        all.iter().map(|&unrolled| Case { unrolled, ..case }).collect()
    }
}

/// Refuses what takes more bytes than there are.
fn enough_memory(bytes: impl Iterator<Item = f64>) -> Result<(), String> {
    let (most, available) = (bytes.fold(0.0, f64::max), available_bytes());
    if most <= available {
        return Ok(());
    }
    let [most, available] = [most, available].map(|bytes| format!("{:.1} GiB", bytes / f64::from(1 << 30)));
    Err(format!("this may take {most}, and there are {available}: choose smaller sizes"))
}

/// The memory that is free, where the system is one that tells us; elsewhere 8 GiB.
fn available_bytes() -> f64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib: Option<f64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    kib.map_or(f64::from(1 << 30) * 8.0, |kib| 1024.0 * kib)
}
