//! What to learn: windows to train with, windows to test with.

use tapeloop::Error;
use tapeloop::data::{Scaling, Series, Split, Windows};

use crate::args::Args;

/// Numbers in a window.
pub const STEPS: usize = 10;

/// Windows, and how to speak about them.
pub struct Task {
    pub train: Windows,
    pub test: Windows,
    /// From the data's unit to the net's.
    pub scaling: Scaling,
    /// The series, if it isn't the sine.
    pub series: Option<Series>,
    /// For the name of the picture.
    pub name: String,
}

impl Task {
    pub fn new(args: &Args) -> Result<Self, Error> {
        let series = match args.data.as_str() {
            "sine" => return Ok(Self::sine(args.seed)),
            "sunspots" => Series::sunspots(),
            file => Series::from_csv(file, args.column.as_deref())?,
        };
        let Split { train, test, scaling } = series.windows(STEPS, 0.75)?;
        let path = std::path::Path::new(&args.data);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { train, test, scaling, series: Some(series), name })
    }

    /// 2,000 windows of sin(k), sin(k+1) … sin(k+9), each with its own k. The target is sin(k+10).
    fn sine(seed: u64) -> Self {
        let (train, test) = Windows::sine(2_000, STEPS, 1.0..50.0, seed).split_at(1_500);
        Self { train, test, scaling: Scaling::NONE, series: None, name: "sine".into() }
    }

    /// The times of the targets of the test windows.
    pub fn times(&self) -> impl Iterator<Item = f64> {
        let start = self.series.as_ref().map_or(1, |s| s.start + s.values.len() - self.test.len());
        (0..self.test.len()).map(move |i| (start + i) as f64)
    }

    /// The targets of the test windows, in the data's unit.
    pub fn truth(&self) -> Vec<f64> {
        (0..self.test.len()).map(|i| self.scaling.invert(self.test.target(i).into())).collect()
    }

    /// The last numbers of the test windows, in the data's unit: "tomorrow equals today".
    pub fn today(&self) -> Vec<f64> {
        (0..self.test.len()).map(|i| self.scaling.invert(self.test.input(i)[STEPS - 1].into())).collect()
    }
}

/// `√ mean (a − b)²`
pub fn rmse(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b));
    (squares.sum::<f64>() / a.len() as f64).sqrt()
}
