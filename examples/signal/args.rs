//! The options.

use std::path::PathBuf;

use clap::Parser;

use crate::Stop;
use crate::options::{self, positive, whole};

/// A net of two LSTM layers forecasts a vibration: 1,000 numbers in, the next 100 out, and 1,000 if its forecasts are its
/// next inputs. Longer records of machines are found at the Case Western Reserve University Bearing Data Center, of hearts at
/// PhysioNet: saved as CSV, they are read with --data FILE.
#[derive(Parser)]
#[command(name = "signal", allow_negative_numbers = true)]
pub struct Args {
    /// What to forecast: vibration (generated, a rotating machine with a damaged bearing), ecg (an electrocardiogram, part of
    /// this program), or a CSV file with 16,000 numbers or more
    #[arg(long, value_name = "vibration|ecg|FILE", default_value = "vibration")]
    pub data: String,
    /// Which column of the CSV file: a name, or a number from 1
    #[arg(long, value_name = "NAME")]
    pub column: Option<String>,
    /// Training steps
    #[arg(long, value_name = "N", default_value_t = 2_500, value_parser = whole::<1, 1_000_000>)]
    pub steps: usize,
    /// The learning rate
    #[arg(long, value_name = "RATE", default_value_t = 0.0002, value_parser = positive)]
    pub lr: f64,
    /// Let the rate fall to 0 along half a cosine
    #[arg(long)]
    pub falling: bool,
    /// Windows in a step; with 32, `--lr 0.002` and `--falling` a run takes 10 seconds, and errors on the vibration are a
    /// quarter
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole::<1, 2_500>)]
    pub batch: usize,
    /// Take the windows in the order of time, and the numbers themselves instead of their differences from a window's last
    /// one, as the tutorial does
    #[arg(long, conflicts_with_all = ["lr", "falling", "batch"])]
    pub as_tutorial: bool,
    /// Seed of weights, of the order of windows, and of the generated vibration
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Where the picture goes
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub out: PathBuf,
}

impl Args {
    /// The options of the command line. What is wrong with them is one sentence.
    pub fn read() -> Result<Self, Stop> {
        let args = Self::try_parse().map_err(|error| Stop::Unusable(options::sentence(&error)))?;
        if args.column.is_some() && ["vibration", "ecg"].contains(&args.data.as_str()) {
            return Err(Stop::Unusable(format!("--column is for a CSV file, and --data is {}", args.data)));
        }
        Ok(args)
    }
}
