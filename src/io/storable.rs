//! Numbers as bytes.

use safetensors::Dtype;

/// A type of number that can be stored: `f32`, `f64`, `u64`. A net whose weights are to be saved is one over
/// `R: Real + Storable`.
pub trait Storable: Bytes {}

/// What only this module knows of it.
pub trait Bytes: Copy {
    const DTYPE: Dtype;
    fn to_bytes(numbers: &[Self]) -> Vec<u8>;
    fn from_bytes(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! storable {
    ($number:ident, $dtype:ident) => {
        impl Bytes for $number {
            const DTYPE: Dtype = Dtype::$dtype;

            fn to_bytes(numbers: &[Self]) -> Vec<u8> {
                numbers.iter().copied().flat_map(Self::to_le_bytes).collect()
            }

            fn from_bytes(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().copied().map(Self::from_le_bytes).collect()
            }
        }

        impl Storable for $number {}
    };
}

storable!(f32, F32);
storable!(f64, F64);
storable!(u64, U64);
