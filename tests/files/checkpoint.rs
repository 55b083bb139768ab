//! Files of tensors: what is written is what is read, and what is damaged is refused.
#![cfg(feature = "train")]

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::files::place;
use proptest::prelude::*;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tapeloop::Error;
use tapeloop::io::TensorFile;

/// A file with these bytes.
fn file(test: &str, bytes: &[u8]) -> PathBuf {
    let path = place(test);
    fs::write(&path, bytes).unwrap();
    path
}

/// A header, its length before it, and bytes after it.
fn bytes(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The message with which a file is refused.
fn refusal(path: &Path) -> String {
    let error = TensorFile::load_any(path).expect_err(&path.display().to_string());
    let message = error.to_string();
    assert!(message.contains(path.to_str().unwrap()), "{message}");
    assert!(!message.contains('\n') && message.len() < path.as_os_str().len() + 400, "{message}");
    message
}

#[test]
fn the_layout_is_the_one_that_is_documented() {
    let path = place("checkpoint-layout");
    let mut file = TensorFile::new();
    file.insert("b.w", &[2], &[1.0f32, -2.0]);
    file.insert("a.w", &[1, 1], &[3.0f32]);
    file.insert("steps", &[], &[7u64]);
    file.set_text("x", "y");
    file.save(&path).unwrap();
    let header = r#"{"__metadata__":{"tapeloop.version":"1","x":"y"},"#.to_string()
        + r#""a.w":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]},"#
        + r#""b.w":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},"#
        + r#""steps":{"dtype":"U64","shape":[],"data_offsets":[0,8]}}"#;
    let header = format!("{header:<width$}", width = header.len().next_multiple_of(8));
    let floats = [3.0f32, 1.0, -2.0].map(f32::to_le_bytes).concat();
    let data = [&7u64.to_le_bytes()[..], &floats].concat();
    assert_eq!(fs::read(&path).unwrap(), bytes(&header, &data));

    let read = TensorFile::load(&path).unwrap();
    assert_eq!(read.path(), path);
    assert_eq!(read.names().collect::<Vec<_>>(), ["a.w", "b.w", "steps"]);
    assert_eq!((read.shape("a.w"), read.shape("c.w")), (Some(&[1, 1][..]), None));
    assert_eq!(read.metadata(), &BTreeMap::from([("x".to_string(), "y".to_string())]));
    assert_eq!(read.numbers::<u64>("steps", &[]).unwrap(), [7]);
    assert_eq!(
        format!("{read:?}"),
        r#"{"x": "y", "a.w": "F32 [1, 1]", "b.w": "F32 [2]", "steps": "U64 []"}"#
    );
}

/// Numbers of each type, by their bits: NaNs and infinities are among them.
#[derive(Clone, Debug)]
enum Numbers {
    F32(Vec<u32>),
    F64(Vec<u64>),
    U64(Vec<u64>),
}

fn tensors() -> impl Strategy<Value = BTreeMap<String, (Vec<usize>, Numbers)>> {
    let shape = prop::collection::vec(0..4usize, 0..4);
    let tensor = shape.prop_flat_map(|shape| {
        let len = shape.iter().product::<usize>();
        let numbers = prop_oneof![
            prop::collection::vec(any::<u32>(), len).prop_map(Numbers::F32),
            prop::collection::vec(any::<u64>(), len).prop_map(Numbers::F64),
            prop::collection::vec(any::<u64>(), len).prop_map(Numbers::U64),
        ];
        (Just(shape), numbers)
    });
    prop::collection::btree_map(any::<String>(), tensor, 0..8)
}

fn insert(file: &mut TensorFile, name: &str, shape: &[usize], numbers: &Numbers) {
    match numbers {
        Numbers::F32(bits) => {
            file.insert(name, shape, &bits.iter().map(|b| f32::from_bits(*b)).collect::<Vec<_>>());
        }
        Numbers::F64(bits) => {
            file.insert(name, shape, &bits.iter().map(|b| f64::from_bits(*b)).collect::<Vec<_>>());
        }
        Numbers::U64(bits) => file.insert(name, shape, bits),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))] // each waits for the disk

    #[test]
    fn what_was_saved_is_loaded(
        tensors in tensors(),
        texts in prop::collection::btree_map(any::<String>(), any::<String>(), 0..5),
    ) {
        let path = place("checkpoint-round-trip");
        let mut file = TensorFile::new();
        for (name, (shape, numbers)) in &tensors {
            insert(&mut file, name, shape, numbers);
        }
        texts.iter().for_each(|(name, text)| file.set_text(name, text));
        file.save(&path).unwrap();
        let saved = fs::read(&path).unwrap();

        let read = TensorFile::load(&path).unwrap();
        prop_assert_eq!(read.metadata(), &texts);
        prop_assert!(read.names().eq(tensors.keys()));
        for (name, (shape, numbers)) in &tensors {
            match numbers {
                Numbers::F32(bits) => {
                    let read = read.numbers::<f32>(name, shape).unwrap();
                    prop_assert!(read.iter().map(|x| x.to_bits()).eq(bits.iter().copied()));
                }
                Numbers::F64(bits) => {
                    let read = read.numbers::<f64>(name, shape).unwrap();
                    prop_assert!(read.iter().map(|x| x.to_bits()).eq(bits.iter().copied()));
                }
                Numbers::U64(bits) => prop_assert_eq!(&read.numbers::<u64>(name, shape).unwrap(), bits),
            }
        }

        // The same from the other end, and once more: the same bytes.
        let mut again = TensorFile::new();
        texts.iter().rev().for_each(|(name, text)| again.set_text(name, text));
        for (name, (shape, numbers)) in tensors.iter().rev() {
            insert(&mut again, name, shape, numbers);
        }
        again.save(&path).unwrap();
        prop_assert_eq!(&fs::read(&path).unwrap(), &saved);
        read.save(&path).unwrap();
        prop_assert_eq!(&fs::read(&path).unwrap(), &saved);

        // The format's own crate reads it, and finds every number where a number of its size may be.
        let theirs = SafeTensors::deserialize(&saved).unwrap();
        prop_assert_eq!(theirs.len(), tensors.len());
        for (name, view) in theirs.iter() {
            let (shape, numbers) = &tensors[name];
            prop_assert_eq!(view.shape(), shape);
            let (dtype, size) = match numbers {
                Numbers::F32(_) => (Dtype::F32, 4),
                Numbers::F64(_) => (Dtype::F64, 8),
                Numbers::U64(_) => (Dtype::U64, 8),
            };
            prop_assert_eq!(view.dtype(), dtype);
            prop_assert_eq!((view.data().as_ptr().addr() - saved.as_ptr().addr()) % size, 0);
        }
    }

    #[test]
    fn what_the_crate_of_the_format_writes_is_read(numbers in prop::collection::vec(any::<f32>(), 0..40), name: String) {
        let data: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![numbers.len()], &data).unwrap();
        let metadata = HashMap::from([("format".to_string(), "pt".to_string())]);
        let path = file("checkpoint-foreign-any", &safetensors::serialize([(&name, view)], Some(metadata)).unwrap());
        let read = TensorFile::load_any(&path).unwrap();
        prop_assert_eq!(read.text("format").unwrap(), "pt");
        let read = read.numbers::<f32>(&name, &[numbers.len()]).unwrap();
        prop_assert!(read.iter().map(|x| x.to_bits()).eq(numbers.iter().map(|x| x.to_bits())));
    }
}

#[test]
fn what_is_wrong_with_a_tensor_is_said() {
    let path = place("checkpoint-numbers");
    let mut file = TensorFile::new();
    file.insert("w", &[2, 3], &[0.0f32; 6]);
    let message = |error: Error| error.to_string();
    assert_eq!(message(file.numbers::<f32>("v", &[]).unwrap_err()), "a new file: \"v\" (F32 []) is missing");
    file.save(&path).unwrap();
    let file = TensorFile::load(&path).unwrap();
    let name = path.display();
    assert_eq!(
        message(file.numbers::<f32>("w", &[3, 2]).unwrap_err()),
        format!("{name}: \"w\" is F32 [2, 3], not F32 [3, 2]")
    );
    assert_eq!(
        message(file.numbers::<f64>("w", &[2, 3]).unwrap_err()),
        format!("{name}: \"w\" is F32 [2, 3], not F64 [2, 3]")
    );
    assert_eq!(
        message(file.text("steps").unwrap_err()),
        format!("{name}: the text \"steps\" is missing in its metadata")
    );
}

#[test]
fn types_that_are_not_ours_are_named() {
    let header = r#"{"i":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"h":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]}}"#;
    let path = file("checkpoint-types", &bytes(header, &[0; 12]));
    let read = TensorFile::load_any(&path).unwrap();
    let of = |name, len| read.numbers::<f32>(name, &[len]).unwrap_err().to_string();
    assert!(of("i", 1).ends_with("\"i\" is I64 [1], not F32 [1]"), "{}", of("i", 1));
    assert!(of("h", 2).ends_with("\"h\" is BF16 [2], not F32 [2]"), "{}", of("h", 2));
    // What cannot be read is saved as it was.
    let copy = place("checkpoint-types-copy");
    read.save(&copy).unwrap();
    let copy = fs::read(&copy).unwrap();
    assert_eq!(SafeTensors::deserialize(&copy).unwrap().tensor("h").unwrap().dtype(), Dtype::BF16);
}

#[test]
#[should_panic(expected = "the tensor \"w\" has shape [2, 3], but 5 numbers")]
fn numbers_must_fill_their_shape() {
    TensorFile::new().insert("w", &[2, 3], &[0.0f32; 5]);
}

#[test]
#[should_panic(expected = "no tensor can be named __metadata__")]
fn one_name_is_taken() {
    TensorFile::new().insert("__metadata__", &[], &[0.0f32]);
}

#[test]
fn other_versions_and_other_programs_are_told_apart() {
    let path = file("checkpoint-version", &bytes(r#"{"__metadata__":{"tapeloop.version":"2"}}"#, &[]));
    let message = TensorFile::load(&path).unwrap_err().to_string();
    assert!(message.contains("is of version \"2\", but only files of version 1 are read here"), "{message}");
    let path = file("checkpoint-version", &bytes(r#"{"__metadata__":{"format":"pt"}}"#, &[]));
    let message = TensorFile::load(&path).unwrap_err().to_string();
    assert!(message.contains("tapeloop did not write it") && message.contains("load_any"), "{message}");
    assert_eq!(TensorFile::load_any(&path).unwrap().text("format").unwrap(), "pt");
}

/// The folder of files that are broken, with `EXPECT.json` about each.
fn broken() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/malformed/safetensors")
}

#[test]
fn broken_files_are_refused_and_whole_ones_read() {
    let folder = broken();
    let expect: Vec<HashMap<String, String>> =
        serde_json::from_slice(&fs::read(folder.join("EXPECT.json")).unwrap()).unwrap();
    assert_eq!(expect.len(), 39);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), expect.len() + 2); // and README.md
    for case in &expect {
        let (name, path) = (&case["file"], folder.join(&case["file"]));
        let theirs = fs::read(&path).unwrap();
        let theirs = SafeTensors::deserialize(&theirs);
        if case["must"] == "accept" {
            let read = TensorFile::load_any(&path).unwrap();
            let mut names = theirs.as_ref().unwrap().names();
            names.sort_unstable();
            assert!(read.names().eq(names), "{name}");
        } else {
            let message = refusal(&path);
            assert!(message.contains(&case["says"]), "{name}: {message}");
            assert!(theirs.is_err(), "{name}");
        }
    }
    let bits = TensorFile::load_any(folder.join("ok_nan_inf_values.safetensors")).unwrap();
    let bits = bits.numbers::<f32>("a", &[3]).unwrap();
    assert!(bits.iter().all(|x| !x.is_finite()), "{bits:?}");
}

#[test]
fn twenty_thousand_tensors_are_read() {
    let entry = |i| format!(r#""t{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#);
    let header = format!("{{{}}}", (0..20_000).map(entry).collect::<Vec<_>>().join(","));
    let read = TensorFile::load_any(file("checkpoint-many", &bytes(&header, &[]))).unwrap();
    assert_eq!(read.names().count(), 20_000);
}

#[test]
fn what_the_format_forbids_is_refused() {
    let tensor = |name: &str, end: usize| {
        format!(r#""{name}":{{"dtype":"U8","shape":[{end}],"data_offsets":[0,{end}]}}"#)
    };
    let a = tensor("a", 4);
    let half = r#"{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,0]}}"#;
    let long = "é".repeat(1000);
    let lines = "{\n\"a\":\n7}";
    let cases = [
        ("twice", format!("{{{a},{a}}}"), "the name \"a\" stands there twice"),
        ("twice-empty", format!("{{{0},{0},{a}}}", tensor("b", 0)), "the name \"b\" stands there twice"),
        (
            "twice-metadata",
            format!(r#"{{"__metadata__":{{}},{a},"__metadata__":{{}}}}"#),
            "\"__metadata__\" stands",
        ),
        ("twice-text", format!(r#"{{"__metadata__":{{"k":"v","k":"v"}},{a}}}"#), "the name \"k\" stands"),
        ("no-metadata", format!(r#"{{"__metadata__":null,{a}}}"#), "invalid type: null, expected an object"),
        ("half-bytes", half.into(), "the tensor \"a\" (F4 [1]) at 0 to 0 does not fit"),
        ("deep", format!("{{\"a\":{{\"x\":{}", "[".repeat(50_000)), "EOF while parsing"),
        ("long-type", format!(r#"{{"a":{{"dtype":"{long}"}}}}"#), "…; give another file"),
        ("long-name", format!(r#"{{"{long}":{{"dtype":"U8","shape":[9],"data_offsets":[0,4]}}}}"#), "é\"…"),
        (
            "long-shape",
            format!(r#"{{"a":{{"dtype":"U8","shape":[9{}],"data_offsets":[0,4]}}}}"#, ",1".repeat(999)),
            "[9, 1, 1, 1, 1, 1, 1, 1, …]",
        ),
        ("third-line", lines.into(), "byte 15: "),
        ("empty", String::new(), "byte 8: the header is damaged: EOF while parsing a value"),
        ("after", format!("{{{a}}} {{}}"), "trailing characters"),
        ("much", format!("{{{a}}}{}", " ".repeat(2 << 20)), "bytes; at most 1572864 are read"),
    ];
    for (case, header, says) in &cases {
        let message = refusal(&file("checkpoint-forbidden", &bytes(header, &[0; 4])));
        assert!(message.contains(says), "{case}: {message}");
    }
    let message = refusal(&file("checkpoint-forbidden", &bytes(&format!("{{{a}}}"), &[0; 5])));
    assert!(message.contains("byte 65: the header describes 4 bytes of numbers, but 5 follow"), "{message}");
}

#[test]
fn every_beginning_of_a_file_is_refused() {
    let path = place("checkpoint-cut");
    let mut whole = TensorFile::new();
    whole.insert("w", &[2, 2], &[1.0f32, 2.0, 3.0, 4.0]);
    whole.insert("steps", &[], &[3u64]);
    whole.set_text("optimizer", "adam");
    whole.save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for len in 0..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        let message = refusal(&path);
        assert!(message.contains("was cut off"), "{len}: {message}");
    }
}

#[test]
fn what_is_not_a_file_is_not_read() {
    let folder = place("checkpoint-not-a-file").parent().unwrap().to_owned();
    assert!(refusal(&folder).ends_with("is not a file; give a safetensors file"));
    let error = TensorFile::load(folder.join("none.safetensors")).unwrap_err();
    assert!(matches!(error, Error::Read { .. }) && error.to_string().contains("none.safetensors"), "{error}");
    #[cfg(unix)]
    for path in ["/dev/zero", "/dev/null"] {
        assert!(refusal(Path::new(path)).ends_with("is not a file; give a safetensors file"));
    }
}

/// The recorded cases of this folder were written by Python.
#[test]
fn files_of_python_are_read_as_the_crate_of_the_format_reads_them() {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("malformed") {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "safetensors") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"), &mut files);
    assert!(files.len() > 500, "{}", files.len());
    for path in files {
        let read = TensorFile::load_any(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        let theirs = SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(read.names().count(), theirs.len());
        for (name, view) in theirs.iter() {
            assert_eq!(read.shape(name).unwrap(), view.shape());
            let data: Option<Vec<u8>> = match view.dtype() {
                Dtype::F32 => Some(
                    read.numbers::<f32>(name, view.shape())
                        .unwrap()
                        .iter()
                        .flat_map(|x| x.to_le_bytes())
                        .collect(),
                ),
                Dtype::F64 => Some(
                    read.numbers::<f64>(name, view.shape())
                        .unwrap()
                        .iter()
                        .flat_map(|x| x.to_le_bytes())
                        .collect(),
                ),
                _ => None,
            };
            assert!(data.is_none_or(|data| data == view.data()), "{}: {name}", path.display());
        }
    }
}
