//! Reading a file takes memory for what is in it, not for what it claims; and a damaged one is an error or another
//! file, never a panic.
#![cfg(feature = "train")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::files::place;
use crate::common::heap;
use proptest::prelude::*;
use proptest::sample::Index;
use safetensors::{Dtype, SafeTensors};
use tapeloop::data::Dataset;
use tapeloop::io::TensorFile;
use tapeloop::nn::Dense;
use tapeloop::train::{Checkpoint, Fit, InputShape, Sequential};
use tapeloop::{Array, Error};

/// Reads a file, within the memory that its size allows. Returns how much it was, too.
fn read(path: &Path) -> (Result<TensorFile, Error>, usize) {
    within(path, || TensorFile::load_any(path))
}

/// Does something with a file, within the memory that its size allows.
fn within<T>(path: &Path, f: impl FnOnce() -> T) -> (T, usize) {
    let (content, most) = heap::peak(f);
    let size = fs::metadata(path).map_or(0, |file| file.len());
    assert!(most as u64 <= 4 * size + (16 << 20), "{}: {most} bytes of memory for {size}", path.display());
    (content, most)
}

/// A header, its length before it, and bytes after it.
fn bytes(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

#[test]
fn the_counter_counts() {
    let path = place("memory-counts");
    let mut file = TensorFile::new();
    file.insert("w", &[1 << 20], &vec![0u64; 1 << 20]);
    file.save(&path).unwrap();
    let (content, most) = read(&path);
    content.unwrap();
    let size = 8 << 20;
    assert!((size..size + (1 << 20)).contains(&most), "{most} bytes");
}

#[test]
fn broken_files_take_no_memory() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/malformed/safetensors");
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 30);
    for path in files {
        let (_, most) = read(&path);
        assert!(most < 100_000, "{}: {most} bytes", path.display());
    }
}

#[test]
fn descriptions_of_nets_and_runs_take_bounded_memory() {
    let path = place("memory-descriptions");
    let data = Dataset::new(Array::new([2, 1], vec![0.1, 0.2]), Array::new([2, 1], vec![0.3, 0.4])).unwrap();
    let mut model = Sequential::new().add(Dense::new(1)).build(InputShape::features(1), 0).unwrap();
    let mut fit = Fit { checkpoint: Some(Checkpoint::new(&path)), progress: false, ..Fit::default() };
    model.fit(&data, &mut fit).unwrap();
    let good = TensorFile::load(&path).unwrap();
    for item in ["0", "{}", "[]"] {
        let many = format!("[{}0]", format!("{item},").repeat(1_300_000 / (item.len() + 1)));
        for (text, key) in [("model", "layers"), ("run", "settings"), ("run", "state")] {
            let mut file = good.clone();
            file.set_text(text, format!("{{\"{key}\":{many}}}"));
            file.save(&path).unwrap();
            within(&path, || model.load_weights(&path).is_err());
            // `fit` itself allocates little for two rows.
            assert!(within(&path, || model.fit(&data, &mut fit)).0.is_err());
        }
    }
}

/// As many items as a header can have between `open` and `close`.
fn full(open: &str, item: impl Fn(usize) -> String, close: &str) -> String {
    let mut text = open.to_owned();
    for i in 0.. {
        let item = item(i);
        if text.len() + item.len() + close.len() >= 3 << 19 {
            break;
        }
        text.push_str(if i == 0 { "" } else { "," });
        text.push_str(&item);
    }
    text + close
}

/// Short names, each another one.
fn name(i: usize) -> String {
    let digits = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
    let digit = |place: u32| char::from(digits[i / 64usize.pow(place) % 64]);
    (0..4).take_while(|place| *place == 0 || i >= 64usize.pow(*place)).map(digit).collect()
}

/// Headers whose content in memory is as large as it can be.
#[test]
fn headers_full_of_small_things_take_bounded_memory() {
    let tensor = |i| format!(r#""{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, name(i));
    let list = |i| format!(r#""{}":["U8",[0],[0,0]]"#, name(i)); // serde takes that for the same
    let text = |i| format!(r#""{}":"""#, name(i));
    let nothing = r#"],"data_offsets":[0,0]}}"#;
    let cases = [
        ("tensors", full("{", tensor, "}"), true),
        ("lists", full("{", list, "}"), true),
        ("texts", full(r#"{"__metadata__":{"#, text, "}}"), true),
        ("sizes", full(r#"{"a":{"dtype":"U8","shape":["#, |_| "0".into(), nothing), true),
        ("unknown", full(r#"{"a":{"x":["#, |_| "[]".into(), "]}}"), false),
        ("type", full(r#"{"a":{"dtype":""#, |_| r"\u00e9".into(), "\"}}"), false),
        ("name", full("{\"", |_| r"\n".into(), "\"}"), false),
        ("cut", full("{", tensor, ""), false),
    ];
    for (case, header, whole) in cases {
        let path = place("memory-full");
        fs::write(&path, bytes(&header, &[])).unwrap();
        let (content, most) = read(&path);
        assert_eq!(content.is_ok(), whole, "{case}");
        println!("{case}: {most} bytes for a header of {}", header.len());
    }
}

/// A file that claims more than it has, by as much as possible.
#[test]
fn claims_are_not_believed() {
    let path = place("memory-claims");
    for claim in [16, 1 << 20, 1 << 32, 1 << 40, 1 << 62, u64::MAX - 8, u64::MAX] {
        fs::write(&path, [&claim.to_le_bytes()[..], b"{}"].concat()).unwrap();
        assert!(read(&path).0.is_err(), "{claim}");
        let header = format!(r#"{{"a":{{"dtype":"U8","shape":[{claim}],"data_offsets":[0,{claim}]}}}}"#);
        fs::write(&path, bytes(&header, b"1234")).unwrap();
        let (content, most) = read(&path);
        assert!(content.is_err(), "{claim}");
        assert!(most < 100_000, "{most} bytes");
    }
}

/// A small change of a file's bytes.
#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Set(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Digit(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), 0..8u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..20))
            .prop_map(|(at, new)| Damage::Insert(at, new)),
        (any::<Index>(), 1..20usize).prop_map(|(at, len)| Damage::Remove(at, len)),
        (any::<Index>(), 0..10u8).prop_map(|(at, digit)| Damage::Digit(at, b'0' + digit)),
    ]
}

fn apply(damage: &Damage, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Flip(at, bit) => *at.get_mut(bytes) ^= 1 << bit,
        Damage::Set(at, byte) => *at.get_mut(bytes) = *byte,
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Damage::Insert(at, new) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, new.iter().copied());
        }
        Damage::Remove(at, len) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + len).min(bytes.len()));
        }
        // One digit of the header for another: a shape, a place, a type, or in a name.
        Damage::Digit(at, digit) => {
            let header = bytes.iter().enumerate().take(300).skip(8);
            let digits: Vec<usize> = header.filter(|(_, b)| b.is_ascii_digit()).map(|(i, _)| i).collect();
            if !digits.is_empty() {
                bytes[*at.get(&digits)] = *digit;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damage_is_an_error_or_another_file(
        damage in prop::collection::vec(damage(), 1..4),
    ) {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("memory-damage.safetensors");
        let header = r#"{"__metadata__":{"tapeloop.version":"1","x":"y"},"a.w":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"b":{"dtype":"F64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"U64","shape":[0,7],"data_offsets":[32,32]}}  "#;
        let mut content = bytes(header, &(0..32).collect::<Vec<u8>>());
        damage.iter().for_each(|damage| apply(damage, &mut content));
        fs::write(&path, &content).unwrap();

        // The format's own crate must agree, but for names that stand there twice, and `null` for metadata.
        let theirs = SafeTensors::deserialize(&content);
        match read(&path).0 {
            Err(error) => {
                let message = error.to_string();
                prop_assert!(!message.contains('\n') && message.len() < path.as_os_str().len() + 400, "{}", message);
                let known = message.contains("stands there twice") || message.contains("null, expected an object");
                prop_assert!(theirs.is_err() || known, "{}", message);
            }
            Ok(ours) => {
                let theirs = theirs.unwrap();
                prop_assert_eq!(ours.names().count(), theirs.len());
                for (name, view) in theirs.iter() {
                    let bytes: Vec<u8> = match view.dtype() {
                        Dtype::F32 => ours.numbers::<f32>(name, view.shape()).unwrap().into_iter().flat_map(f32::to_le_bytes).collect(),
                        Dtype::F64 => ours.numbers::<f64>(name, view.shape()).unwrap().into_iter().flat_map(f64::to_le_bytes).collect(),
                        Dtype::U64 => ours.numbers::<u64>(name, view.shape()).unwrap().into_iter().flat_map(u64::to_le_bytes).collect(),
                        _ => continue, // a digit changed the type
                    };
                    prop_assert_eq!(&bytes, view.data());
                }
            }
        }
    }
}
