//! What to forecast, and how good a forecast is.

use std::path::Path;

use tapeloop::Error;
use tapeloop::data::{Scaling, Series, Vibration};

use crate::args::Args;

/// Numbers that a forecast is made of.
pub const WINDOW: usize = 1_000;
/// Numbers that a forecast says.
pub const AHEAD: usize = 100;
/// Numbers forecast one hundred after the other, without looking at the truth.
pub const ALONE: usize = 1_000;
/// Where the training part ends.
pub const TRAIN: usize = 13_600;
/// Where the forecast in the picture begins.
pub const FROM: usize = 15_000;

/// A series to go on with.
pub struct Task {
    pub series: Series,
    /// From the data's unit to that of forecasts: the training part has mean 0 and standard deviation 1.
    pub scaling: Scaling,
    /// The series in that unit.
    pub values: Vec<f64>,
    /// For the name of the picture.
    pub name: String,
}

impl Task {
    pub fn new(args: &Args) -> Result<Self, Error> {
        let series = match args.data.as_str() {
            "vibration" => Vibration::default().series(args.seed),
            "ecg" => Series::ecg(),
            file => Series::from_csv(file, args.column.as_deref())?,
        };
        let error = |problem| Error::Series { series: series.name.clone(), problem };
        let (count, least) = (series.values.len(), FROM + ALONE);
        if count < least {
            let problem = format!(
                "{count} numbers are too few: {TRAIN} to train with and others to test with make {least}; \
                 give a longer series"
            );
            return Err(error(problem));
        }
        let scaling = Scaling::standard(&series.values[..TRAIN]).ok_or_else(|| {
            error(format!(
                "the first {TRAIN} numbers, the training part, are constant, or their spread not measurable; \
                 give some that vary"
            ))
        })?;
        let values: Vec<f64> = series.values.iter().map(|&x| scaling.apply(x)).collect();
        if let Some(i) = values.iter().position(|x| x.abs() > 1e6) {
            let (value, time, at) = (series.values[i], &series.time, series.start + i);
            return Err(error(format!(
                "{value:e} ({time} {at}) is too far from the training part to be scaled; correct or remove it"
            )));
        }
        let name = Path::new(&args.data).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { series, scaling, values, name })
    }

    /// The window before a number.
    pub fn before(&self, from: usize) -> &[f64] {
        &self.values[from - WINDOW..from]
    }
}

/// Forecasts to be made, and what was true.
pub struct Test {
    /// `[N, 1000]`
    pub windows: Vec<f64>,
    /// `[N, 100]`, or as many as are forecast
    truth: Vec<f64>,
    /// What a squared error has to be multiplied with to be in the data's unit.
    unit: f64,
}

impl Test {
    /// Of so many numbers each. Neither these nor the windows before them have been trained with.
    pub fn new(task: &Task, ahead: usize, most: usize) -> Self {
        let (first, last) = (TRAIN + WINDOW, task.values.len() - ahead);
        let starts = (first..=last).step_by(((last - first) / most).max(1));
        Self {
            windows: starts.clone().flat_map(|from| task.before(from)).copied().collect(),
            truth: starts.flat_map(|from| &task.values[from..][..ahead]).copied().collect(),
            unit: task.scaling.scale * task.scaling.scale,
        }
    }

    /// How many forecasts, `N`.
    pub fn len(&self) -> usize {
        self.windows.len() / WINDOW
    }

    /// The mean squared error of forecasts, in the square of the data's unit.
    pub fn mse(&self, forecasts: &[f64]) -> f64 {
        let squares = forecasts.iter().zip(&self.truth).map(|(p, y)| (p - y) * (p - y));
        squares.sum::<f64>() / self.truth.len() as f64 * self.unit
    }
}

/// Of windows `[N, 1000]` the numbers that follow, `[N, 100]`.
pub type Forecast<'a> = dyn FnMut(&[f64]) -> Vec<f64> + 'a;

/// Goes on from windows `[N, 1000]` with 1,000 numbers, `[N, 1000]`: every forecast becomes the end of the next window.
///
/// (The tutorial's program computes one forecast before its loop, and appends that one ten times.)
pub fn go_on(windows: &[f64], forecast: &mut Forecast<'_>) -> Vec<f64> {
    let mut known: Vec<Vec<f64>> = windows.chunks_exact(WINDOW).map(<[f64]>::to_vec).collect();
    for _ in 0..ALONE / AHEAD {
        let last: Vec<f64> = known.iter().flat_map(|row| &row[row.len() - WINDOW..]).copied().collect();
        let next = forecast(&last);
        known.iter_mut().zip(next.chunks_exact(AHEAD)).for_each(|(row, next)| row.extend_from_slice(next));
    }
    known.iter().flat_map(|row| &row[WINDOW..]).copied().collect()
}

/// Each hundred numbers ten times, `[N, 100]` → `[N, 1000]`.
pub fn repeated(numbers: &[f64]) -> Vec<f64> {
    numbers.chunks_exact(AHEAD).flat_map(|row| row.repeat(ALONE / AHEAD)).collect()
}
