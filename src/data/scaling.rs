//! `x' = (x − shift) / scale`

/// Brings numbers to the size that a net works with, and its answers back to the data's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// What is subtracted.
    pub shift: f64,
    /// What the difference is divided by.
    pub scale: f64,
}

impl Scaling {
    /// Numbers as they are.
    pub const NONE: Self = Self { shift: 0.0, scale: 1.0 };

    /// To mean 0 and standard deviation 1. `None` if all numbers are equal, or too large to be summed.
    pub fn standard(values: &[f64]) -> Option<Self> {
        let mean = |f: &dyn Fn(f64) -> f64| values.iter().map(|&x| f(x)).sum::<f64>() / values.len() as f64;
        let shift = mean(&|x| x);
        let scale = mean(&|x| (x - shift) * (x - shift)).sqrt();
        let constant = values.iter().all(|&x| x == values[0]);
        (!constant && scale.is_finite() && scale > 0.0).then_some(Self { shift, scale })
    }

    /// From the data's unit.
    pub fn apply(self, x: f64) -> f64 {
        (x - self.shift) / self.scale
    }

    /// Back to the data's unit.
    pub fn invert(self, x: f64) -> f64 {
        x * self.scale + self.shift
    }
}
