//! One array of a parameter store, to be read or printed.

use std::fmt;

use super::{Param, Params};
use crate::real::Real;

/// One array of a [`Params`](crate::Params) store, with its name. `{}` prints it as a small table.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a, R> {
    /// Its name, such as `rnn.w_hh`.
    pub name: &'a str,
    /// Its handle.
    pub param: Param,
    /// Its numbers, row by row.
    pub values: &'a [R],
}

impl<R: Real> fmt::Display for Entry<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const EDGE: usize = 4;
        let shape = self.param.shape();
        write!(f, "{} {shape}", self.name)?;
        let row = |f: &mut fmt::Formatter<'_>, row: &[R]| {
            for (j, x) in row.iter().enumerate() {
                if row.len() <= 2 * EDGE || j < EDGE || j >= row.len() - EDGE {
                    write!(f, " {x:>10.4}")?;
                } else if j == EDGE {
                    write!(f, "  …")?;
                }
            }
            Ok(())
        };
        for (i, values) in self.values.chunks(shape.last().max(1)).enumerate() {
            if shape.rows() <= 2 * EDGE || i < EDGE || i >= shape.rows() - EDGE {
                writeln!(f)?;
                row(f, values)?;
            } else if i == EDGE {
                write!(f, "\n          …")?;
            }
        }
        Ok(())
    }
}

impl<R: Real> Params<R> {
    /// The array with this name, to be read or printed.
    pub fn get(&self, name: &str) -> Option<Entry<'_, R>> {
        self.iter().find(|entry| entry.name == name)
    }

    /// The array with this name, to be read or printed.
    ///
    /// # Panics
    /// If there is none; the message lists those that there are.
    #[track_caller]
    pub fn named(&self, name: &str) -> Entry<'_, R> {
        let Some(entry) = self.get(name) else {
            let names: Vec<&str> = self.iter().map(|entry| entry.name).collect();
            panic!("no parameter is named {name:?}; there are {names:?}")
        };
        entry
    }
}

#[cfg(test)]
mod tests {
    use crate::tensor::{Init, Params};

    #[test]
    fn a_matrix_prints_as_a_table() {
        let mut params = Params::<f32>::new(0);
        params.add("w", [2, 3], Init::Constant(-1.5));
        params.add("b", [12], Init::Zeros);
        let row = "    -1.5000    -1.5000    -1.5000";
        assert_eq!(params.get("w").unwrap().to_string(), format!("w [2, 3]\n{row}\n{row}"));
        assert!(params.get("b").unwrap().to_string().contains('…'));
        assert_eq!(params.count(), 18);
    }
    #[test]
    #[should_panic(expected = "named \"w\" already")]
    fn names_are_unique() {
        let mut params = Params::<f32>::new(0);
        params.add("w", [1], Init::Zeros);
        params.add("w", [1], Init::Zeros);
    }

    #[test]
    fn handles_fit_the_same_weights_as_other_numbers() {
        let mut params = Params::<f32>::new(0);
        let w = [3, 5].map(|n| params.add(format!("w{n}"), [n], Init::Uniform { low: -1.0, high: 1.0 }));
        let doubled = params.map(|_, x| 2.0 * f64::from(x));
        for w in w {
            assert!(params[w].iter().zip(&doubled[w]).all(|(&x, &y)| 2.0 * f64::from(x) == y));
        }
    }
}
