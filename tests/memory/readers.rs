//! A file costs memory in proportion to its real size, whatever it declares: damaged ones and bombs too.
#![cfg(feature = "files")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::formats::{case, file, gz, idx, imdb, lists, npy, npy_with, npz};
use crate::common::heap::peak;
use proptest::prelude::*;
use proptest::sample::Index;
use tapeloop::Error;
use tapeloop::data::{Images, Npz, NumberArray, read_imdb_npz};

const MIB: usize = 1 << 20;

type Reader = fn(&Path) -> Result<(), Error>;

const READERS: [(&str, Reader); 5] = [
    ("idx", |path| NumberArray::from_idx(path).map(drop)),
    ("npy", |path| NumberArray::from_npy(path).map(drop)),
    ("npz", |path| {
        let npz = Npz::open(path)?;
        npz.names().try_for_each(|name| npz.read(name).map(drop))
    }),
    ("imdb", |path| read_imdb_npz(path).map(drop)),
    ("images", |path| Images::from_idx(path, path, 10).map(drop)),
];

/// Reads the file with every reader. What is refused may take 4 times the file and 1 MiB for buffers; what is read,
/// 4 times the file and 16 MiB.
fn assert_cheap(path: &Path) {
    let size = fs::metadata(path).unwrap().len() as usize;
    for (name, read) in READERS {
        let (result, peak) = peak(|| read(path));
        let limit = 4 * size + if result.is_ok() { 16 * MIB } else { MIB };
        assert!(peak <= limit, "{name}: {peak} bytes for {size} of {}: {result:?}", path.display());
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    fs::read_dir(case(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect()
}

#[test]
fn the_counter_counts() {
    assert!((MIB..2 * MIB).contains(&peak(|| vec![1u8; MIB]).1));
    assert!((MIB..2 * MIB).contains(&peak(|| vec![0u8; MIB]).1));
    let path = file("memory-counts.idx", &idx(8, &[MIB], &vec![1; MIB]));
    let (result, peak) = peak(|| NumberArray::from_idx(path));
    assert_eq!(result.unwrap().shape, [MIB]);
    assert!((MIB..MIB + 100_000).contains(&peak), "{peak}");
}

#[test]
fn malformed_files_are_cheap() {
    let folders = ["idx", "idx_pairs", "gz", "npy", "npz"].map(|kind| files(&format!("malformed/{kind}")));
    let paths: Vec<_> = folders.into_iter().flatten().chain(files("npz")).chain(files("pipeline")).collect();
    assert_eq!(paths.len(), 71 + 8 + 2);
    paths.iter().for_each(|path| assert_cheap(path));
}

/// A header for 64 MiB of zeros, and the zeros.
fn zeros(header: Vec<u8>) -> Vec<u8> {
    [header, vec![0; 64 * MIB]].concat()
}

#[test]
fn bombs_are_cheap() {
    let honest = zeros(idx(8, &[64, MIB], &[]));
    let bombs = [
        ("honest.gz", gz(&honest)),
        ("small.gz", gz(&zeros(idx(8, &[4], &[])))),
        ("huge.gz", gz(&zeros(idx(0x0e, &[u32::MAX as usize, 1 << 20], &[])))),
        ("name.gz", [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3][..], &vec![b'x'; 4 * MIB]].concat()),
        ("honest.npy", gz(&zeros(npy("|u1", &[64, MIB], &[])))),
        ("honest.npz", npz(true, &[("x", zeros(npy("|u1", &[64, MIB], &[])))])),
        (
            "small.npz",
            npz(true, &[("x_train", zeros(npy("|O", &[1], &[]))), ("y_train", npy("<i8", &[1], &[0; 8]))]),
        ),
        ("header.npy", gz(&[b"\x93NUMPY\x02\0\xff\xff\xff\x03", &vec![b' '; 64 * MIB][..]].concat())),
    ];
    for (name, bytes) in bombs {
        let path = file(&format!("memory-bomb-{name}"), &bytes);
        assert_cheap(&path);
        READERS.iter().for_each(|(reader, read)| assert!(read(&path).is_err(), "{name}, {reader}"));
    }

    // The same member often: each array small enough, all of them not.
    let part = npy("|u1", &[MIB], &vec![0; MIB]);
    let members: Vec<_> = (0..20).map(|i| (i.to_string(), part.clone())).collect();
    let path = file("memory-bomb-parts.npz", &npz(true, &members));
    assert_cheap(&path);
    assert!(Npz::open(path).unwrap_err().to_string().contains("its arrays have 20 MiB"));
}

#[test]
fn what_is_read_takes_what_it_says() {
    let n = 200_000;
    let sequences: Vec<Vec<usize>> = (0..n).map(|i| vec![i % 200; i % 12]).collect();
    let members = imdb((lists(&sequences, 1000), &vec![1; n]), (lists(&[], 1), &[]));
    let size: usize = members.iter().map(|(_, npy)| npy.len()).sum();
    for deflated in [false, true] {
        let path = file("memory-lists.npz", &npz(deflated, &members));
        let (result, peak) = peak(|| read_imdb_npz(&path));
        assert_eq!(result.unwrap()[0].sequences, sequences);
        assert!(peak <= 4 * size + MIB, "{peak} bytes of {size}");
    }

    // An empty list is a byte in the file, and 24 in memory.
    let n = 2 * MIB;
    let empty = |npy: Vec<u8>| npz(false, &imdb((npy, &[0]), (lists(&[], 1), &[])));
    let rows = [crate::common::formats::array_of_objects(n), b"](".to_vec(), vec![b']'; n], b"etb.".to_vec()]
        .concat();
    let path = file("memory-empty-lists.npz", &empty(npy("|O", &[n], &rows)));
    assert_cheap(&path);
    let said = read_imdb_npz(&path).unwrap_err().to_string();
    assert!(said.contains("so many so short sequences"), "{said}");
    let path = file("memory-claimed-lists.npz", &empty(npy("|O", &[usize::MAX / 64], b"\x80\x03")));
    assert_cheap(&path);
    assert!(read_imdb_npz(&path).unwrap_err().to_string().contains("lists, more than there are bytes"));

    // Turning an array takes it twice.
    let shape = format!("({MIB}, 3)");
    let path = file("memory-fortran.npy", &npy_with(1, "<f8", true, &shape, &vec![0; 24 * MIB]));
    let (result, peak) = peak(|| NumberArray::from_npy(&path));
    assert_eq!(result.unwrap().values.len(), 3 * MIB);
    assert!(peak <= 48 * MIB + 100_000, "{peak}");
}

#[test]
fn a_folder_of_images_takes_its_pixels_and_labels() {
    let n = 10_000;
    let images = file("memory-images", &idx(8, &[n, 28, 28], &vec![9; n * 784]));
    let labels = file("memory-labels", &idx(8, &[n], &vec![9; n]));
    let (result, peak) = peak(|| Images::from_idx(images, labels, 10));
    assert_eq!(result.unwrap().len(), n);
    assert!(peak <= n * (784 + 9) + 100_000, "{peak}");
}

/// A valid file of each kind.
fn valid() -> Vec<Vec<u8>> {
    let (images, floats) = (idx(8, &[3, 4, 4], &[7; 48]), npy("<f4", &[2, 3], &[9; 24]));
    let rows = vec![vec![1, 2, 300], vec![], vec![70_000]];
    let members = imdb((lists(&rows, 2), &[0, 1, 0]), (lists(&[vec![5]], 2), &[1]));
    let read = |name: &str| fs::read(case(name)).unwrap();
    vec![
        gz(&images),
        images,
        gz(&floats),
        npy_with(2, ">i8", true, "(2, 3)", &[1; 48]),
        npz(false, &[("a", floats.clone()), ("b", floats.clone())]),
        npz(true, &[("a", floats.clone()), ("b", npy("|b1", &[9], &[1; 9]))]),
        floats,
        npz(false, &members),
        npz(true, &members),
        read("malformed/npz/ok_deflate.npz"),
        read("malformed/gz/ok_with_filename_and_comment.gz"),
    ]
}

/// A way to damage a file.
#[derive(Clone, Debug)]
enum Damage {
    Set(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let end = bytes.len() + 1;
        match self {
            Self::Set(at, byte) => bytes.iter_mut().skip(at.index(end)).take(1).for_each(|b| *b = *byte),
            Self::Flip(at, bit) => bytes.iter_mut().skip(at.index(end)).take(1).for_each(|b| *b ^= 1 << bit),
            Self::Cut(at) => bytes.truncate(at.index(end)),
            Self::Remove(at, n) => {
                let from = at.index(end);
                bytes.drain(from..(from + n).min(bytes.len()));
            }
            Self::Insert(at, more) => {
                let at = at.index(end);
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Repeat(at, n) => {
                let from = at.index(end);
                bytes.extend_from_within(from..(from + n).min(bytes.len()));
            }
        }
    }
}

fn damages() -> impl Strategy<Value = Damage> {
    let byte = prop_oneof![Just(0), Just(0xff), Just(0x7f), any::<u8>()];
    prop_oneof![
        4 => (any::<Index>(), byte).prop_map(|(at, byte)| Damage::Set(at, byte)),
        4 => (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), 1..9usize).prop_map(|(at, n)| Damage::Remove(at, n)),
        1 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, more)| Damage::Insert(at, more)),
        1 => (any::<Index>(), 1..99usize).prop_map(|(at, n)| Damage::Repeat(at, n)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_cheap_and_never_a_panic(
        bytes in prop::sample::select(valid()),
        damages in prop::collection::vec(damages(), 1..4),
    ) {
        let mut bytes = bytes;
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        assert_cheap(&file("memory-damaged", &bytes));
    }

    /// Damaged first and then packed, with the right checksum.
    #[test]
    fn damaged_contents_are_cheap_and_never_a_panic(
        which in 0..4usize,
        damages in prop::collection::vec(damages(), 1..4),
        deflated in any::<bool>(),
    ) {
        let rows = vec![vec![1, 2, 300], vec![], vec![70_000, 9]];
        let mut members = imdb((lists(&rows, 2), &[0, 1, 0]), (lists(&[vec![5]], 2), &[1]));
        damages.iter().for_each(|damage| damage.apply(&mut members[which].1));
        assert_cheap(&file("memory-damaged-arrays", &npz(deflated, &members)));
        let mut images = idx(8, &[3, 4, 4], &[7; 48]);
        damages.iter().for_each(|damage| damage.apply(&mut images));
        assert_cheap(&file("memory-damaged-images", &gz(&images)));
    }
}
