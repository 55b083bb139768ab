//! What a gradient check found.

use std::fmt;

use crate::tensor::Shape;

/// One derivative, computed both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// Which: `rnn.w_hh[3, 4]`, or `direction 2`.
    pub name: String,
    /// What `backward` computed.
    pub analytic: f64,
    /// What central differences measured, or forward mode computed.
    pub numeric: f64,
    /// How far apart they may be: `atol + rtol·max(|analytic|, |numeric|)`.
    pub allowed: f64,
}

impl Derivative {
    /// `|analytic − numeric|`
    pub fn error(&self) -> f64 {
        (self.analytic - self.numeric).abs()
    }

    /// The error as a multiple of what is allowed; infinite if either side is not a finite number.
    pub fn ratio(&self) -> f64 {
        let error = self.error();
        match error / self.allowed {
            _ if error == 0.0 => 0.0, // also where nothing is allowed
            ratio if ratio.is_finite() => ratio,
            _ => f64::INFINITY,
        }
    }
}

impl fmt::Display for Derivative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, analytic, numeric, allowed } = self;
        let error = self.error();
        write!(
            f,
            "{name}: analytic {analytic:.12e}, numeric {numeric:.12e}, apart {error:.1e} (allowed {allowed:.1e})"
        )
    }
}

/// The outcome of a gradient check.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How many derivatives were compared.
    pub compared: usize,
    /// How many of them were further apart than allowed.
    pub wrong: usize,
    /// The one furthest apart, as a multiple of what is allowed; `None` if there was none to compare.
    pub worst: Option<Derivative>,
}

impl Report {
    pub(super) fn of(derivatives: impl Iterator<Item = Derivative>) -> Self {
        let mut report = Self { compared: 0, wrong: 0, worst: None };
        for derivative in derivatives {
            report.compared += 1;
            report.wrong += usize::from(derivative.ratio() > 1.0);
            if report.worst.as_ref().is_none_or(|worst| derivative.ratio() > worst.ratio()) {
                report.worst = Some(derivative);
            }
        }
        report
    }

    /// An error, if a derivative is wrong.
    pub(super) fn verdict(self) -> Result<Self, CheckError> {
        if self.wrong == 0 { Ok(self) } else { Err(CheckError::Wrong(self)) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wrong {
            0 if self.compared == 0 => write!(f, "gradcheck: there was nothing to compare")?,
            0 => write!(f, "gradcheck: {} derivatives agree", self.compared)?,
            wrong => write!(f, "gradcheck: {wrong} of {} derivatives are wrong", self.compared)?,
        }
        self.worst.as_ref().map_or(Ok(()), |worst| write!(f, "; the worst: {worst}"))
    }
}

/// Why a gradient check failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// At least one derivative is wrong. (Or the loss has a kink within `2ε`, such as relu at 0, where
    /// differences mean nothing: try another point.)
    #[error("{0}")]
    Wrong(Report),
    /// The loss is infinite or not a number at the very point.
    #[error("gradcheck: the loss is {0} at the point itself")]
    NotFinite(f64),
    /// Two evaluations at the same point differ, so differences mean nothing. Does the function draw
    /// random numbers? Give it a fixed seed.
    #[error("gradcheck: two evaluations at the same point gave {0:e} and {1:e}; fix the seed")]
    NotDeterministic(f64, f64),
}

/// `w[3, 4]` for element `i` of an array.
pub(super) fn element_name(name: &str, shape: Shape, mut i: usize) -> String {
    let mut index: Vec<usize> = shape.sizes().iter().rev().map(|&n| (i % n, i /= n).0).collect();
    index.reverse();
    format!("{name}{index:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_named_by_row_and_column() {
        assert_eq!(element_name("w", Shape::from([3, 4]), 7), "w[1, 3]");
        assert_eq!(element_name("s", Shape::from([]), 0), "s[]");
    }
}
