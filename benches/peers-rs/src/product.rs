//! The products: which shapes, and how their operands lie in memory.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Where a product comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Set {
    /// Three equal sizes, `C = A·B`.
    Square,
    /// One step of a recurrent net with four gates: `B` rows, `H` units.
    Recurrent,
}

/// Which operand is stored transposed: the one with a `t`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Nn,
    Tn,
    Nt,
}

/// `[M, K]·[K, N]`, row-major.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Product {
    pub set: Set,
    pub form: Form,
    pub m: usize,
    pub k: usize,
    pub n: usize,
}

impl Product {
    pub fn all(set: Set) -> Vec<Self> {
        let mut products = Vec::new();
        for form in [Form::Nn, Form::Tn, Form::Nt] {
            match set {
                Set::Square => {
                    let sizes = [64, 128, 256, 512, 1024, 2048];
                    products.extend(sizes.map(|n| Self { set, form, m: n, k: n, n }));
                }
                Set::Recurrent => {
                    for h in [20, 100, 128, 256, 512, 1024] {
                        products.extend([1, 10, 32, 64, 128].map(|b| {
                            let (m, k, n) = match form {
                                Form::Nn => (b, h, 4 * h), // gates = h·W
                                Form::Tn => (h, b, 4 * h), // dW += hᵀ·dgates
                                Form::Nt => (b, 4 * h, h), // dh = dgates·Wᵀ
                            };
                            Self { set, form, m, k, n }
                        }));
                    }
                }
            }
        }
        products
    }

    /// Whether the product is added to `C`: so is the gradient of a weight.
    pub fn accumulates(&self) -> bool {
        self.set == Set::Recurrent && self.form == Form::Tn
    }

    /// How far apart in memory the rows and the columns of `A` are.
    pub fn a_strides(&self) -> (isize, isize) {
        if self.form == Form::Tn { (1, self.m as isize) } else { (self.k as isize, 1) }
    }

    /// The same of `B`.
    pub fn b_strides(&self) -> (isize, isize) {
        if self.form == Form::Nt { (1, self.k as isize) } else { (self.n as isize, 1) }
    }

    /// Floating-point operations.
    pub fn flop(&self) -> f64 {
        2.0 * (self.m * self.k * self.n) as f64
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nn => "nn",
            Self::Tn => "tn",
            Self::Nt => "nt",
        })
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Square { "square" } else { "recurrent" })
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}x{}x{}", self.form, self.m, self.k, self.n)
    }
}
