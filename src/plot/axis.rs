//! The range of an axis, and its ticks.

/// A tick every so often, at the most.
const TICKS: f64 = 7.0;
/// What is larger than this is not drawn: differences of such numbers would be infinite.
const LARGEST: f64 = 1e300;
/// What differs by less than this is drawn as equal.
const SMALLEST: f64 = 1e-280;

/// From numbers to places on the paper: 0 is the lower end of the axis, 1 the upper.
pub(super) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Where grid lines with a label are.
    pub(super) ticks: Vec<(f64, String)>,
    /// Where grid lines without one are.
    pub(super) minor: Vec<f64>,
}

impl Axis {
    /// An axis over these numbers, with some room (a share of the range) at both ends.
    pub(super) fn linear(values: impl Iterator<Item = f64>, room: f64) -> Self {
        let (mut low, mut high) = range(values.filter(|v| v.abs() <= LARGEST)).unwrap_or((0.0, 1.0));
        let size = low.abs().max(high.abs());
        if high - low < SMALLEST.max(1e-9 * size) {
            let pad = if size < SMALLEST { 1.0 } else { 0.1 * size };
            (low, high) = (low - pad, high + pad);
        }
        let room = room * (high - low);
        let mut axis = Self { low: low - room, high: high + room, log: false, ticks: vec![], minor: vec![] };
        axis.linear_ticks();
        axis
    }

    /// A logarithmic axis over the positive ones of these numbers (from `1/LARGEST`): `exactly`, or up to whole powers of ten.
    /// (Exactly only if there are two such powers within: a single tick wouldn't tell what the numbers are.)
    pub(super) fn log(values: impl Iterator<Item = f64>, exactly: bool) -> Self {
        let exponents = values.filter(|v| (1.0 / LARGEST..=LARGEST).contains(v)).map(f64::log10);
        let (mut low, mut high) = range(exponents).unwrap_or((0.0, 1.0));
        if !exactly || low.ceil() >= high.floor() {
            (low, high) = (low.floor(), high.ceil().max(low.floor() + 1.0));
        }
        let mut axis = Self { low, high, log: true, ticks: vec![], minor: vec![] };
        axis.log_ticks();
        axis
    }

    /// The place of a number, if it has one.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let value = if self.log { value.log10() } else { value }; // log10 of a negative number is NaN
        let place = (value - self.low) / (self.high - self.low);
        (-1e-9..=1.0 + 1e-9).contains(&place).then_some(place)
    }

    /// Multiples of 1, 2 or 5 times a power of ten.
    fn linear_ticks(&mut self) {
        let raw = (self.high - self.low) / TICKS;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0].map(|n| n * power).into_iter().find(|&s| s >= raw).unwrap_or(10.0 * power);
        let size = self.low.abs().max(self.high.abs());
        let first = (self.low / step).ceil();
        for value in (0..=TICKS as u32).map(|n| (first + f64::from(n)) * step + 0.0) {
            if value <= self.high {
                self.ticks.push((value, label(value, step, size)));
            }
        }
    }

    /// Powers of ten; between a few of them, their multiples.
    fn log_ticks(&mut self) {
        let every = ((self.high - self.low) / TICKS).ceil() as usize;
        let (first, last) = (self.low.ceil() as i32, self.high.floor() as i32);
        for exponent in (first..=last).step_by(every) {
            self.ticks.push((10f64.powi(exponent), format!("10{}", superscript(exponent))));
        }
        if every == 1 {
            let all = (first - 1..=last)
                .flat_map(|exponent| (2..10).map(move |n| f64::from(n) * 10f64.powi(exponent)));
            self.minor = all.filter(|&value| self.place(value).is_some()).collect();
        }
    }
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |range, v| {
        range.map_or(Some((v, v)), |(low, high): (f64, f64)| Some((low.min(v), high.max(v))))
    })
}

/// A number with as many digits as tell it from its neighbours.
fn label(value: f64, step: f64, size: f64) -> String {
    let digits = |from: f64| (from.log10().floor() - (step * 1.0001).log10().floor()).max(0.0) as usize;
    let text = if (1e-3..1e6).contains(&size) {
        format!("{value:.*}", digits(1.0))
    } else if value == 0.0 {
        "0".into()
    } else {
        format!("{value:.*e}", digits(value.abs() * 1.0001))
    };
    text.replace('-', "−")
}

fn superscript(exponent: i32) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(d) => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][d as usize],
        None => '⁻',
    };
    exponent.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(&Axis::linear([0.0, 10.0].into_iter(), 0.0)), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(
            labels(&Axis::linear([-1.0, 1.0].into_iter(), 0.05)),
            ["−1.0", "−0.5", "0.0", "0.5", "1.0"]
        );
        assert_eq!(labels(&Axis::linear([0.0, 3e7].into_iter(), 0.0))[..3], ["0", "5e6", "1.0e7"]);
        assert_eq!(labels(&Axis::log([3e-3, 0.2].into_iter(), false)), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
        let exact = Axis::log([3e-3, 0.2].into_iter(), true);
        assert_eq!(labels(&exact), ["10⁻²", "10⁻¹"]);
        assert_eq!(exact.place(0.2), Some(1.0));
        assert!(exact.minor.iter().all(|&v| (3e-3..=0.2).contains(&v)) && exact.minor.contains(&5e-3));
        assert_eq!(labels(&Axis::log([2.0, 30.0].into_iter(), true)), ["10⁰", "10¹", "10²"]);
    }

    #[test]
    fn every_set_of_numbers_has_an_axis() {
        let sets: [&[f64]; 9] = [
            &[],
            &[0.0],
            &[-3.5, -3.5],
            &[f64::NAN, f64::INFINITY],
            &[f64::MAX, f64::MIN],
            &[1e300, -1e300],
            &[1.0, 1.0 + f64::EPSILON],
            &[f64::MIN_POSITIVE, 5e-324],
            &[1e-30, 2e-30],
        ];
        for set in sets {
            let all = || set.iter().copied();
            for axis in [Axis::linear(all(), 0.05), Axis::log(all(), false), Axis::log(all(), true)] {
                assert!(axis.low < axis.high && axis.high.is_finite(), "{set:?}");
                assert!((2..=TICKS as usize + 2).contains(&axis.ticks.len()), "{set:?}: {:?}", axis.ticks);
                for (value, label) in &axis.ticks {
                    assert!(axis.place(*value).is_some(), "{set:?}: no place for {value}");
                    assert!(label.chars().count() <= 12, "{set:?}: {label}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_has_no_place() {
        let axis = Axis::linear([0.0, 1.0].into_iter(), 0.0);
        assert_eq!([f64::NAN, f64::INFINITY, -f64::INFINITY, 2.0].map(|v| axis.place(v)), [None; 4]);
        assert_eq!(axis.place(0.25), Some(0.25));
        let axis = Axis::log([1.0, 100.0].into_iter(), false);
        assert_eq!([f64::NAN, 0.0, -1.0].map(|v| axis.place(v)), [None; 3]);
        assert_eq!(axis.place(10.0), Some(0.5));
    }
}
