//! Arrays of numbers as they stand in files.

use std::ops::Range;

use crate::real::Real;

/// An array of numbers as a file has it: its type is known only when it has been read.
///
/// [`from_idx`](Self::from_idx), [`from_npy`](Self::from_npy) and [`Npz::read`](super::Npz::read) make it.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberArray {
    /// The sizes of the axes, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// The numbers, row by row (the last axis is contiguous).
    pub values: Values,
}

/// Numbers of one of the types that files have.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[allow(missing_docs)] // the names say it
pub enum Values {
    Bool(Vec<bool>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    /// Of 16 bits, too: every such number is an `f32`.
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// The same expression for numbers of any type.
macro_rules! each {
    ($values:expr, $v:ident => $result:expr) => {
        match $values {
            Values::Bool($v) => $result,
            Values::U8($v) => $result,
            Values::U16($v) => $result,
            Values::U32($v) => $result,
            Values::U64($v) => $result,
            Values::I8($v) => $result,
            Values::I16($v) => $result,
            Values::I32($v) => $result,
            Values::I64($v) => $result,
            Values::F32($v) => $result,
            Values::F64($v) => $result,
        }
    };
}

impl Values {
    /// How many there are.
    pub fn len(&self) -> usize {
        each!(self, v => v.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers as data for a tape, rounded where `R` is narrower; `true` is 1.
    pub fn to_reals<R: Real>(&self) -> Vec<R> {
        each!(self, v => v.iter().map(|x| R::from_f64(x.real())).collect())
    }

    /// Some of the numbers as ids or classes, or the place of the first that is none: negative, or not of an integer
    /// type.
    pub(super) fn to_ids(&self, which: Range<usize>) -> Result<Vec<usize>, usize> {
        each!(self, v => {
            let mut ids = Vec::with_capacity(which.len());
            for i in which {
                ids.push(v[i].id().ok_or(i)?);
            }
            Ok(ids)
        })
    }
}

/// A number of a type that files have.
trait Number {
    fn real(&self) -> f64;
    fn id(&self) -> Option<usize>;
}

macro_rules! numbers {
    ($($number:ty)*, $id:expr) => {$(
        impl Number for $number {
            fn real(&self) -> f64 {
                *self as f64
            }
            fn id(&self) -> Option<usize> {
                $id(*self)
            }
        }
    )*};
}

numbers!(u8 u16 u32 u64 i8 i16 i32 i64, to_id);
numbers!(f32 f64, |_| None);

impl Number for bool {
    fn real(&self) -> f64 {
        f64::from(*self)
    }
    fn id(&self) -> Option<usize> {
        Some(usize::from(*self))
    }
}

fn to_id(number: impl TryInto<usize>) -> Option<usize> {
    number.try_into().ok()
}
