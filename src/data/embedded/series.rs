//! Series of numbers.

use crate::data::Series;

impl Series {
    /// The yearly means of the international sunspot number (Zürich, Wolf) from 1700 to 2008.
    ///
    /// Public domain: the data of SIDC, Royal Observatory of Belgium, as collected by NOAA's National
    /// Geophysical Data Center and distributed with statsmodels 0.15 (`datasets/sunspots`).
    pub fn sunspots() -> Self {
        Self {
            name: "sunspot number".into(),
            unit: String::new(), // an index: ten times the groups of spots, plus the spots
            time: "year".into(),
            start: 1700,
            values: complete(column(include_str!("sunspots_yearly.csv"), 1)), // year,sunactivity
        }
    }

    /// One minute of an electrocardiogram in mV, 360 numbers a second: 21,600. From a patient with many
    /// premature ventricular beats.
    ///
    /// Minutes 19:35 to 20:35 of record 208, lead MLII, of the MIT-BIH Arrhythmia Database (G. B. Moody & R. G. Mark,
    /// *The impact of the MIT-BIH Arrhythmia Database*, 2001; <https://doi.org/10.13026/C2F305>), from
    /// PhysioNet (A. L. Goldberger et al., *PhysioBank, PhysioToolkit, and PhysioNet*, 2000). Contains
    /// information from that database, which is made available under the Open Data Commons Attribution
    /// License 1.0 (ODC-By).
    pub fn ecg() -> Self {
        Self {
            name: "electrocardiogram".into(),
            unit: "mV".into(),
            time: "sample at 360 Hz".into(),
            start: 1,
            values: complete(column(include_str!("ecg.csv"), 0)), // mV
        }
    }

    /// The weekly concentration of carbon dioxide in the air on Mauna Loa, Hawaii, in parts per million, from 29
    /// March 1958 (week 1) to 29 December 2001 (week 2,284).
    ///
    /// 59 weeks are missing, at most 18 in a row (1964). They lie on a straight line between the weeks
    /// before and after.
    ///
    /// Public domain: C. D. Keeling & T. P. Whorf, Scripps Institution of Oceanography, as distributed with
    /// statsmodels 0.15 (`datasets/co2`).
    pub fn co2() -> Self {
        Self {
            name: "carbon dioxide on Mauna Loa".into(),
            unit: "ppm".into(),
            time: "week".into(),
            start: 1,
            values: without_gaps(column(include_str!("co2_weekly.csv"), 1)), // date,co2
        }
    }

    /// The monthly sea surface temperature of the Niño 3 region (5° N to 5° S, 150° W to 90° W) in °C, from January
    /// 1950 (month 1) to August 2016 (month 800).
    ///
    /// Public domain: NOAA, Extended Reconstructed Sea Surface Temperature v4, as distributed with
    /// PyWavelets 1.9 (`data/sst_nino3`).
    pub fn nino3() -> Self {
        Self {
            name: "sea surface temperature, Niño 3".into(),
            unit: "°C".into(),
            time: "month".into(),
            start: 1,
            values: complete(column(include_str!("nino3_monthly.csv"), 2)), // year,month,sst_nino3
        }
    }
}

/// A column below its header; an empty cell is a gap.
fn column(text: &str, column: usize) -> Vec<Option<f64>> {
    let cell = |line: &str| line.split(',').nth(column).and_then(|cell| cell.parse().ok());
    text.lines().skip(1).map(cell).collect()
}

fn complete(values: Vec<Option<f64>>) -> Vec<f64> {
    values.into_iter().map(|x| x.expect("a number in every line")).collect()
}

/// The numbers, and in a gap those on the straight line between the numbers before and after.
fn without_gaps(values: Vec<Option<f64>>) -> Vec<f64> {
    let mut filled = Vec::with_capacity(values.len());
    for (i, x) in values.into_iter().enumerate() {
        let Some(x) = x else { continue };
        if let Some(&before) = filled.last() {
            let distance = i + 1 - filled.len();
            filled.extend((1..distance).map(|k| before + k as f64 / distance as f64 * (x - before)));
        }
        filled.push(x);
    }
    filled
}
