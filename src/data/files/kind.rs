//! The types of numbers in files.

use super::content::Content;
use super::numbers::Values;
use crate::error::Error;

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F16,
    F32,
    F64,
}

impl Kind {
    /// The bytes of one number.
    pub fn width(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// Reads an array of them. The caller has checked that they are there.
    pub fn read(
        self,
        content: &mut Content<'_>,
        shape: &[usize],
        big_endian: bool,
        fortran_order: bool,
    ) -> Result<Values, Error> {
        macro_rules! read {
            ($number:expr) => {{
                let numbers = numbers(content, shape.iter().product(), $number)?;
                if fortran_order { row_by_row(&numbers, shape) } else { numbers }
            }};
            ($from_be:path, $from_le:path) => {
                read!(|bytes| if big_endian { $from_be(bytes) } else { $from_le(bytes) })
            };
        }
        Ok(match self {
            Self::Bool => Values::Bool(read!(|[byte]| byte != 0)),
            Self::U8 => Values::U8(read!(|[byte]| byte)),
            Self::U16 => Values::U16(read!(u16::from_be_bytes, u16::from_le_bytes)),
            Self::U32 => Values::U32(read!(u32::from_be_bytes, u32::from_le_bytes)),
            Self::U64 => Values::U64(read!(u64::from_be_bytes, u64::from_le_bytes)),
            Self::I8 => Values::I8(read!(|[byte]| byte.cast_signed())),
            Self::I16 => Values::I16(read!(i16::from_be_bytes, i16::from_le_bytes)),
            Self::I32 => Values::I32(read!(i32::from_be_bytes, i32::from_le_bytes)),
            Self::I64 => Values::I64(read!(i64::from_be_bytes, i64::from_le_bytes)),
            Self::F16 => Values::F32(read!(|bytes| half(match big_endian {
                true => u16::from_be_bytes(bytes),
                false => u16::from_le_bytes(bytes),
            }))),
            Self::F32 => Values::F32(read!(f32::from_be_bytes, f32::from_le_bytes)),
            Self::F64 => Values::F64(read!(f64::from_be_bytes, f64::from_le_bytes)),
        })
    }
}

fn numbers<const W: usize, T>(
    content: &mut Content<'_>,
    count: usize,
    number: impl Fn([u8; W]) -> T,
) -> Result<Vec<T>, Error> {
    let mut numbers = Vec::with_capacity(count);
    let mut buffer = [0; 8192];
    while numbers.len() < count {
        let bytes = W * (count - numbers.len()).min(buffer.len() / W);
        content.fill(&mut buffer[..bytes], "the numbers")?;
        numbers.extend(buffer[..bytes].as_chunks().0.iter().map(|&bytes| number(bytes)));
    }
    Ok(numbers)
}

/// Numbers that came in Fortran's order, the first axis contiguous, in ours.
fn row_by_row<T: Copy>(numbers: &[T], shape: &[usize]) -> Vec<T> {
    let mut index = vec![0; shape.len()];
    let mut from = 0; // Σ index·stride, with the strides 1, shape[0], shape[0]·shape[1], …
    let mut sorted = Vec::with_capacity(numbers.len());
    while sorted.len() < numbers.len() {
        sorted.push(numbers[from]);
        let mut stride = numbers.len();
        for (i, &size) in index.iter_mut().zip(shape).rev() {
            stride /= size;
            *i += 1;
            from += stride;
            if *i < size {
                break;
            }
            from -= stride * size;
            *i = 0;
        }
    }
    sorted
}

/// The number with these bits in IEEE 754's binary16: a sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let fraction = f32::from(bits & 0x3ff) / 1024.0;
    match bits >> 10 & 0x1f {
        0 => sign * fraction * 2f32.powi(-14),
        0x1f if fraction == 0.0 => sign * f32::INFINITY,
        0x1f => f32::NAN,
        exponent => sign * (1.0 + fraction) * 2f32.powi(i32::from(exponent) - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn numbers_of_16_bits() {
        // The table of IEEE 754's examples: largest, smallest normal and subnormal, next after 1.
        assert_eq!([0x3c00, 0xc000, 0x7bff, 0x3555].map(half), [1.0, -2.0, 65504.0, 0.333_251_95]);
        assert_eq!(half(0x0400), 2f32.powi(-14));
        assert_eq!(half(0x0001), 2f32.powi(-24));
        assert_eq!(half(0x3c01), 1.0 + 2f32.powi(-10));
        assert!(half(0x8000) == 0.0 && half(0x8000).is_sign_negative());
        assert_eq!([half(0x7c00), half(0xfc00)], [f32::INFINITY, f32::NEG_INFINITY]);
        assert!(half(0x7e00).is_nan());
        // They ascend, as their bits do.
        assert!((0..0x7bff).all(|bits| half(bits) < half(bits + 1)));
    }
}
