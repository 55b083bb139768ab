//! What a writer writes, the readers read: any numbers of any type, in any shape, order and packing.
#![cfg(feature = "files")]

use crate::common::formats::{file, gz, idx, imdb, lists, npy_with, npz, tuple};
use proptest::prelude::*;
use tapeloop::data::{Npz, NumberArray, Values, read_imdb_npz};

/// The types: their letters in npy, their code in IDX, their width, and what becomes of these bytes (little-endian).
type Kind = (&'static str, Option<u8>, usize, fn(&[u8]) -> Values);

const KINDS: [Kind; 11] = {
    macro_rules! numbers {
        ($variant:ident, $number:ty) => {
            |bytes| {
                Values::$variant(bytes.as_chunks().0.iter().map(|&x| <$number>::from_le_bytes(x)).collect())
            }
        };
    }
    [
        ("b1", None, 1, |bytes| Values::Bool(bytes.iter().map(|&x| x != 0).collect())),
        ("u1", Some(0x08), 1, numbers!(U8, u8)),
        ("i1", Some(0x09), 1, numbers!(I8, i8)),
        ("i2", Some(0x0b), 2, numbers!(I16, i16)),
        ("i4", Some(0x0c), 4, numbers!(I32, i32)),
        ("f4", Some(0x0d), 4, numbers!(F32, f32)),
        ("f8", Some(0x0e), 8, numbers!(F64, f64)),
        ("u2", None, 2, numbers!(U16, u16)),
        ("u4", None, 4, numbers!(U32, u32)),
        ("u8", None, 8, numbers!(U64, u64)),
        ("i8", None, 8, numbers!(I64, i64)),
    ]
};

/// Compares bit for bit: NaN agrees with NaN.
fn assert_same(read: &NumberArray, shape: &[usize], values: &Values) -> Result<(), TestCaseError> {
    prop_assert_eq!(&read.shape, shape);
    match (&read.values, values) {
        (Values::F32(a), Values::F32(b)) => {
            prop_assert!(a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits())));
        }
        (Values::F64(a), Values::F64(b)) => {
            prop_assert!(a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits())));
        }
        (a, b) => prop_assert_eq!(a, b),
    }
    Ok(())
}

fn swapped(bytes: &[u8], width: usize) -> Vec<u8> {
    bytes.chunks(width).flat_map(|number| number.iter().rev().copied()).collect()
}

/// Numbers that lie row by row, in Fortran's order: element `(i, j, …)` goes to `i + j·n_0 + …`.
fn to_fortran(bytes: &[u8], width: usize, shape: &[usize]) -> Vec<u8> {
    let mut sorted = vec![0; bytes.len()];
    for (at, number) in bytes.chunks(width).enumerate() {
        let (mut rest, mut to, mut stride) = (at, 0, bytes.len() / width);
        for &size in shape.iter().rev() {
            stride /= size;
            to += rest % size * stride;
            rest /= size;
        }
        sorted[to * width..][..width].copy_from_slice(number);
    }
    sorted
}

prop_compose! {
    /// A type, a shape, and the bytes of an array of them.
    fn arrays()(
        kind in 0..KINDS.len(),
        shape in prop::collection::vec(0..5usize, 0..5),
    )(
        bytes in prop::collection::vec(any::<u8>(), shape.iter().product::<usize>() * KINDS[kind].2),
        shape in Just(shape),
        kind in Just(KINDS[kind]),
    ) -> (Kind, Vec<usize>, Vec<u8>) {
        (kind, shape, bytes)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn idx_comes_back((kind, shape, bytes) in arrays(), packed in any::<bool>()) {
        let (_, Some(code), width, values) = kind else { return Ok(()) };
        let written = idx(code, &shape, &swapped(&bytes, width));
        let path = file("readers-property-idx", &if packed { gz(&written) } else { written });
        assert_same(&NumberArray::from_idx(path).unwrap(), &shape, &values(&bytes))?;
    }

    #[test]
    fn npy_comes_back(
        (kind, shape, bytes) in arrays(),
        version in 1..4u8,
        big_endian in any::<bool>(),
        fortran_order in any::<bool>(),
    ) {
        let (letters, _, width, values) = kind;
        let written = if fortran_order { to_fortran(&bytes, width, &shape) } else { bytes.clone() };
        let written = if big_endian { swapped(&written, width) } else { written };
        let order = if big_endian { '>' } else { '<' };
        let npy = npy_with(version, &format!("{order}{letters}"), fortran_order, &tuple(&shape), &written);
        let path = file("readers-property.npy", &npy);
        assert_same(&NumberArray::from_npy(path).unwrap(), &shape, &values(&bytes))?;
    }

    #[test]
    fn npz_comes_back(arrays in prop::collection::btree_map("[a-z0-9_ -]{0,9}", arrays(), 0..5), deflated in any::<bool>()) {
        let members: Vec<_> = arrays
            .iter()
            .map(|(name, (kind, shape, bytes))| {
                (name.as_str(), npy_with(1, &format!("<{}", kind.0), false, &tuple(shape), bytes))
            })
            .collect();
        let npz = Npz::open(file("readers-property.npz", &npz(deflated, &members))).unwrap();
        prop_assert!(npz.names().eq(arrays.keys()));
        for (name, (kind, shape, bytes)) in &arrays {
            assert_same(&npz.read(name).unwrap(), shape, &kind.3(bytes))?;
        }
    }

    #[test]
    fn lists_come_back(
        rows in prop::collection::vec(prop::collection::vec(prop_oneof![0..300usize, 0..70_000usize, 0..usize::MAX / 2], 0..9), 0..9),
        batch in 1..9usize,
        deflated in any::<bool>(),
    ) {
        let labels: Vec<i64> = (0..rows.len() as i64).collect();
        let members = imdb((lists(&rows, batch), &labels), (lists(&[], batch), &[]));
        let [train, test] = read_imdb_npz(file("readers-property-imdb.npz", &npz(deflated, &members))).unwrap();
        prop_assert_eq!(train.labels.len(), rows.len());
        prop_assert_eq!(train.sequences, rows);
        prop_assert!(test.sequences.is_empty());
    }
}
