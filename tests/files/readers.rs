//! The readers of IDX, npy and npz: what they read, and what they say of a file that they don't.
#![cfg(feature = "files")]

use std::path::Path;

use crate::common::formats::{case, file, gz, idx, npy, npy_with, npz};
use serde_json::Value as Json;
use tapeloop::Error;
use tapeloop::data::{Images, Npz, NumberArray, Values};

/// What a reader may read or refuse, and what these do.
const CHOICES: [(&str, bool); 13] = [
    ("idx/bad_gzip_not_decompressed", true),
    ("idx/zero_dim_times_huge", false),
    ("gz/trailing_garbage.gz", false),
    ("npy/ok_fortran_order.npy", true),
    ("npy/ok_bool.npy", true),
    ("npy/ok_f2.npy", true),
    ("npy/body_trailing.npy", false),
    ("npz/path_traversal.npz", true),
    ("npz/duplicate_members.npz", false),
    ("npz/bomb_32MiB_consistent.npz", false),
    ("npz/central_dir_claims_4GiB.npz", false),
    ("npz/encrypted_flag.npz", true), // only in the local header, which nobody reads
    ("npz/eocd_count_mismatch.npz", false),
];

/// Reads what `EXPECT.json` says: a file, or two.
fn read(loader: &str, file: &str) -> Result<(), Error> {
    let path = case(&format!("malformed/{file}"));
    match loader {
        "idx" | "gz" => NumberArray::from_idx(path).map(drop),
        "npy" => NumberArray::from_npy(path).map(drop),
        "npz" => {
            let npz = Npz::open(path)?;
            npz.names().try_for_each(|name| npz.read(name).map(drop))
        }
        "npz-imdb" => tapeloop::data::read_imdb_npz(path).map(drop),
        pair => {
            let (images, _) = pair.strip_prefix("idx pair ").unwrap().split_once('+').unwrap();
            Images::from_idx(path.with_file_name(images), path, 10).map(drop)
        }
    }
}

#[test]
fn every_malformed_file_is_read_or_refused_as_expected() {
    let table = std::fs::read_to_string(case("malformed/EXPECT.json")).unwrap();
    let table: Json = serde_json::from_str(&table).unwrap();
    let mut choices = 0;
    for entry in table["files"].as_array().unwrap() {
        let text = |key: &str| entry[key].as_str().unwrap();
        let (name, result) = (text("file"), read(text("loader"), text("file")));
        let is_read = match text("must") {
            "accept" => true,
            "error" => false,
            _ => {
                choices += 1;
                CHOICES.iter().find(|(choice, _)| *choice == name).unwrap().1
            }
        };
        assert_eq!(result.is_ok(), is_read, "{name}: {result:?}");
        if let Err(error) = result {
            explains(&error, &case(&format!("malformed/{name}")));
        }
    }
    assert_eq!((table["files"].as_array().unwrap().len(), choices), (71, CHOICES.len()));
}

/// A message names the file, and the place in it or the array, says what to do, and is one short sentence.
fn explains(error: &Error, path: &Path) {
    let message = error.to_string();
    let after = message.strip_prefix(path.to_str().unwrap()).unwrap_or_else(|| panic!("{message}"));
    assert!(matches!(error, Error::Binary { .. } | Error::Content { .. }), "{message}");
    assert!(after.len() < 400 && !after.contains('\n'), "{message}");
    let advice = [
        "; it is damaged, get it again",
        "; it is cut off, get it again",
        "; give ",
        "; save ",
        "; it has ",
        "must be",
    ];
    assert!(advice.iter().any(|advice| after.contains(advice)), "{message}");
}

/// An error's message, without the path.
fn message<T: std::fmt::Debug>(result: Result<T, Error>, path: &Path) -> String {
    let message = result.unwrap_err().to_string();
    message.strip_prefix(path.to_str().unwrap()).unwrap_or_else(|| panic!("{message}")).to_owned()
}

fn array(shape: &[usize], values: Values) -> NumberArray {
    NumberArray { shape: shape.to_vec(), values }
}

#[test]
fn what_stands_in_the_readable_files() {
    let idx = |name: &str| NumberArray::from_idx(case(&format!("malformed/{name}"))).unwrap();
    let images = array(&[3, 4, 4], Values::U8((0..48).collect()));
    for name in
        ["idx/ok_3x4x4_u8", "idx/bad_gzip_not_decompressed", "gz/ok.gz", "gz/ok_with_filename_and_comment.gz"]
    {
        assert_eq!(idx(name), images, "{name}");
    }
    assert_eq!(idx("idx/ok_labels_5").shape, [5]);
    assert!(matches!(idx("idx/ok_i4_big_endian").values, Values::I32(_)));

    let npy = |name: &str| NumberArray::from_npy(case(&format!("malformed/npy/{name}.npy"))).unwrap();
    let f4 = array(&[2, 3], Values::F32(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]));
    for name in ["ok_f4_2x3", "ok_fortran_order", "ok_version_2", "ok_version_3_utf8"] {
        assert_eq!(npy(name), f4, "{name}");
    }
    assert_eq!(npy("ok_empty_0x5"), array(&[0, 5], Values::F64(vec![])));
    let scalar = npy("ok_scalar");
    assert_eq!((scalar.shape.len(), scalar.values.len()), (0, 1));
    assert_eq!(npy("ok_i8_neg").values, Values::I64(vec![-1, 1 << 40]));
    assert_eq!(npy("ok_bool").values, Values::Bool(vec![true, false]));
    assert_eq!(npy("ok_f2").values.len(), 2);

    let npz = Npz::open(case("malformed/npz/ok_deflate.npz")).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["x_train", "y_train"]);
    assert_eq!(npz.read("x_train").unwrap(), f4);
    assert_eq!(npz.read("y_train").unwrap().shape, [2]);
    assert!(Npz::open(case("malformed/npz/empty_zip.npz")).unwrap().names().next().is_none());
}

#[test]
fn numbers_become_data_for_a_tape() {
    let reals = |values: Values| values.to_reals::<f32>();
    assert_eq!(reals(Values::Bool(vec![true, false])), [1.0, 0.0]);
    assert_eq!(reals(Values::U8(vec![0, 255])), [0.0, 255.0]);
    assert_eq!(reals(Values::I64(vec![-3, 1 << 40])), [-3.0, (1u64 << 40) as f32]);
    assert_eq!(reals(Values::F64(vec![0.1])), [0.1f32]);
    assert_eq!(Values::F64(vec![0.1]).to_reals::<f64>(), [0.1]);
    assert!(Values::I8(vec![]).is_empty());
}

#[test]
fn messages_say_what_and_where() {
    let (head, images) = ([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3], idx(8, &[2, 2, 3], &[7; 12]));
    let bad_idx: [(&str, Vec<u8>, &str); 12] = [
        ("empty", vec![], ", byte 0: ends within IDX's first 4 bytes; it is cut off"),
        ("text", b"label,pixel\n".to_vec(), ", byte 0: begins with 6c 61 62 65, which is neither IDX"),
        ("type", idx(0x0a, &[1], &[0]), ", byte 0: begins with 00 00 0a 01"),
        ("axes", vec![0, 0, 8, 2, 0, 0, 0, 1, 0], ", byte 9: ends within the sizes of the axes"),
        ("many-axes", idx(8, &[1; 9], &[1]), ", byte 40: declares 9 axes; give an array of at most 8"),
        (
            "short",
            images[..27].to_vec(),
            ", byte 16: declares u8 numbers of shape [2, 2, 3], 12 bytes, but only 11",
        ),
        (
            "long",
            [&images[..], &[0]].concat(),
            ", byte 16: declares u8 numbers of shape [2, 2, 3], 12 bytes, but more",
        ),
        (
            "wide",
            [&[0, 0, 0x0e, 1, 0, 0, 0, 2][..], &[0; 15]].concat(),
            "declares f64 numbers of shape [2], 16 bytes, but only 15",
        ),
        (
            "gz-short",
            gz(&images[..27]),
            ", byte 16: declares u8 numbers of shape [2, 2, 3], 12 bytes, but only 11",
        ),
        ("gz-long", gz(&[&images[..], &[0]].concat()), "but more follow"),
        (
            "gz-cut",
            gz(&images)[..20].to_vec(),
            "cannot be unpacked (incomplete deflate stream); it is damaged, get it again",
        ),
        ("gz-twice", gz(&images).repeat(2), ", byte 28: cannot be unpacked (there are bytes behind the end"),
    ];
    assert_eq!(images[..16], head);
    for (name, bytes, part) in bad_idx {
        let path = file(&format!("readers-{name}.idx"), &bytes);
        let message = message(NumberArray::from_idx(&path), &path);
        assert!(message.contains(part), "{name}: {message}");
    }

    let npy =
        |text: &str| [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
    let bad_npy: [(&str, Vec<u8>, &str); 14] = [
        ("version", b"\x93NUMPY\x04\0\0\0".to_vec(), ", byte 6: has npy's version 4.0"),
        (
            "header",
            b"\x93NUMPY\x02\0\xff\xff\xff\xff{}".to_vec(),
            "a header of 4294967295 bytes, more than 65536; it is damaged",
        ),
        ("keys", npy("{}"), ", byte 12: one of 'descr', 'fortran_order' and 'shape' is missing"),
        ("key", npy("{'x': 1}"), "\"x\" is no key of npy"),
        ("twice", npy("{'shape': (), 'shape': ()}"), "\"shape\" stands there twice"),
        ("order", npy("{'fortran_order': 1}"), "neither True nor False"),
        ("open", npy("{'descr': '<f4"), "there is no '\\''"),
        ("size", npy("{'shape': (1.5,)}"), "a size that is no whole number"),
        ("minus", npy("{'shape': (-1,)}"), "negative, or too large, in the header at \"-1,)}\""),
        (
            "complex",
            npy("{'descr': '<c8'}"),
            ", byte 20: the type is none of those that are read (bool, i1 to i8, u1 to u8, f2 to f8), in the header at \"'<c8'}\";",
        ),
        ("byte-order", npy("{'descr': '|f4'}"), "the type is none"),
        ("fields", npy("{'descr': [('a', '<f4')]}"), "a structured array"),
        (
            "behind",
            npy("{'descr': '<f4', 'fortran_order': False, 'shape': ()} + 1"),
            "something follows the dictionary",
        ),
        (
            "objects",
            npy("{'descr': '|O', 'fortran_order': False, 'shape': ()}"),
            "Python objects as a pickle",
        ),
    ];
    for (name, bytes, part) in bad_npy {
        let path = file(&format!("readers-{name}.npy"), &bytes);
        let message = message(NumberArray::from_npy(&path), &path);
        assert!(message.contains(part), "{name}: {message}");
    }
}

#[test]
fn messages_name_the_array_of_an_npz_file() {
    let good = npy("<f4", &[1], &[0; 4]);
    let members = [("a", good.clone()), ("b", npy("<f4", &[2], &[0; 4])), ("c", b"PNG".to_vec())];
    let path = file("readers-arrays.npz", &npz(false, &members));
    let archive = Npz::open(&path).unwrap();
    assert_eq!(archive.read("a").unwrap().shape, [1]);
    let said = message(archive.read("b"), &path);
    assert!(
        said.starts_with(", byte 128: array \"b\": declares f32 numbers of shape [2], 8 bytes, but only 4"),
        "{said}"
    );
    let said = message(archive.read("c"), &path);
    assert!(said.starts_with(", byte 3: array \"c\": ends within npy's first 6 bytes"), "{said}");
    let said = message(archive.read("d"), &path);
    assert!(said.contains("has no array \"d\"; it has 3 \"a\", \"b\", \"c\""), "{said}");

    let twice = file("readers-twice.npz", &npz(true, &[("a", good.clone()), ("a", good.clone())]));
    assert!(message(Npz::open(&twice), &twice).contains("two arrays named \"a\""));
    let more = file("readers-more.npz", &[npz(true, &[("a", good.clone())]), vec![0]].concat());
    assert!(message(Npz::open(&more), &more).contains("bytes behind its end"));

    // Encrypted, and compressed by bzip2, according to the table of contents: 8 and 10 bytes into its entry.
    let bytes = npz(true, &[("a", good)]);
    let entry = bytes.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    for (name, at, byte, part) in [("encrypted", 8, 9, "is encrypted"), ("bzip2", 10, 12, "not by deflate")] {
        let mut bytes = bytes.clone();
        bytes[entry + at] = byte;
        let path = file(&format!("readers-{name}.npz"), &bytes);
        let said = message(Npz::open(&path).unwrap().read("a"), &path);
        assert!(said.contains(part) && said.contains("array \"a\""), "{said}");
    }
}

/// A folder with MNIST's files for `n` images of 2·3 pixels, and twice as many for the test; the names end so.
fn folder(name: &str, n: usize, images: &str, labels: &str) -> std::path::PathBuf {
    let pack = |name: &str, bytes: Vec<u8>| if name.ends_with(".gz") { gz(&bytes) } else { bytes };
    let _ = std::fs::remove_dir_all(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
    for (set, n) in [("train", n), ("t10k", 2 * n)] {
        let pixels: Vec<u8> = (0..n * 6).map(|i| i as u8).collect();
        let classes: Vec<u8> = (0..n).map(|i| (i % 10) as u8).collect();
        file(&format!("{name}/{set}-images{images}"), &pack(images, idx(8, &[n, 2, 3], &pixels)));
        file(&format!("{name}/{set}-labels{labels}"), &pack(labels, idx(8, &[n], &classes)));
    }
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn a_folder_of_images() {
    for (name, images, labels) in [
        ("readers-mnist", "-idx3-ubyte", "-idx1-ubyte"),
        ("readers-mnist-gz", "-idx3-ubyte.gz", "-idx1-ubyte.gz"),
        ("readers-mnist-point", ".idx3-ubyte", ".idx1-ubyte"),
        ("readers-mnist-mixed", ".idx3-ubyte.gz", "-idx1-ubyte"),
    ] {
        let [train, test] = Images::from_folder(folder(name, 12, images, labels), 10).unwrap();
        assert_eq!((train.len(), train.rows, train.columns), (12, 2, 3));
        assert_eq!(train.labels, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
        assert_eq!(train.image(1), [6, 7, 8, 9, 10, 11]);
        assert_eq!((test.len(), test.pixels.len(), test.is_empty()), (24, 144, false));
    }
}

#[test]
fn a_folder_without_images() {
    let path = folder("readers-mnist-missing", 1, "-idx3-ubyte", "-idx1-ubyte");
    let read = || message(Images::from_folder(&path, 10), &path);
    std::fs::remove_file(path.join("t10k-labels-idx1-ubyte")).unwrap();
    assert!(
        read().starts_with(": has no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz; give a folder"),
        "{}",
        read()
    );
    assert!(
        read().contains(
            "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels"
        )
    );
    // A folder of this name, as some unpacking programs make it, is not the file.
    std::fs::create_dir(path.join("t10k-labels-idx1-ubyte")).unwrap();
    assert!(read().contains("has no t10k-labels"));

    let images = path.join("train-images-idx3-ubyte");
    assert!(message(Images::from_folder(&images, 10), &images).contains("is not a folder"));
    let nowhere = path.join("nowhere");
    assert!(matches!(Images::from_folder(&nowhere, 10), Err(Error::Read { path, .. }) if path == nowhere));
}

#[test]
fn images_and_labels_that_do_not_fit() {
    let images = file("readers-fit-images", &idx(8, &[3, 1, 2], &[0; 6]));
    let labels = file("readers-fit-labels", &idx(8, &[3], &[0, 1, 2]));
    assert_eq!(Images::from_idx(&images, &labels, 3).unwrap().labels, [0, 1, 2]);
    let said = message(Images::from_idx(&images, &labels, 2), &labels);
    assert!(said.contains("label 2 (from 0) is 2, where labels must be below 2"), "{said}");
    let two = file("readers-fit-two", &idx(8, &[2], &[0, 1]));
    assert!(
        message(Images::from_idx(&images, &two, 10), &two).contains("has the shape [2]; give the labels of")
    );
    assert!(
        message(Images::from_idx(&labels, &images, 10), &labels).contains("has the shape [3]; give images")
    );
    let flat = file("readers-fit-flat", &idx(8, &[3, 0, 2], &[]));
    assert!(message(Images::from_idx(&flat, &labels, 10), &flat).contains("images without pixels"));
    let wide = file("readers-fit-wide", &idx(0x0b, &[3], &[0; 6]));
    assert!(message(Images::from_idx(&images, &wide, 10), &wide).contains("holds other numbers than u8"));
    let none = file("readers-fit-none", &idx(8, &[0, 28, 28], &[]));
    let no_labels = file("readers-fit-no-labels", &idx(8, &[0], &[]));
    assert!(Images::from_idx(none, no_labels, 10).unwrap().is_empty());
}

#[test]
#[should_panic(expected = "image 1 of 1, counted from 0")]
fn an_image_that_is_not_there() {
    let one = Images { pixels: vec![0; 6], rows: 2, columns: 3, labels: vec![0] };
    let _ = one.image(1);
}

#[test]
fn what_is_not_a_file_is_not_read() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    type Reader = fn(&Path) -> Result<(), Error>;
    let all: [Reader; 4] = [
        |path| NumberArray::from_idx(path).map(drop),
        |path| NumberArray::from_npy(path).map(drop),
        |path| Npz::open(path).map(drop),
        |path| tapeloop::data::read_imdb_npz(path).map(drop),
    ];
    for read in all {
        assert!(message(read(folder), folder).contains("is not a file; give an "));
        assert!(matches!(read(&folder.join("no-such-file")), Err(Error::Read { .. })));
        #[cfg(unix)]
        assert!(read(Path::new("/dev/zero")).unwrap_err().to_string().contains("is not a file"));
    }
}

#[test]
fn what_shrinks_too_much_has_to_be_unpacked_by_hand() {
    // 16 MiB of zeros and nothing else may be compressed as far as it goes; 17 MiB not.
    let zeros = |mib: usize| gz(&idx(8, &[mib << 20], &vec![0; mib << 20]));
    let path = file("readers-zeros.gz", &zeros(16));
    assert_eq!(NumberArray::from_idx(&path).unwrap().shape, [16 << 20]);
    let path = file("readers-too-many-zeros.gz", &zeros(17));
    let said = message(NumberArray::from_idx(&path), &path);
    assert!(said.contains("unpacked only up to 16 MiB; unpack it with gunzip and give that file"), "{said}");

    let array = npy("|u1", &[17 << 20], &vec![0; 17 << 20]);
    let path = file("readers-too-many-zeros.npz", &npz(true, &[("zeros", array.clone())]));
    let said = message(Npz::open(&path), &path);
    assert!(
        said.contains("so small a file is unpacked only up to 16 MiB; save it with numpy.savez"),
        "{said}"
    );
    let path = file("readers-many-zeros.npz", &npz(false, &[("zeros", array)]));
    assert_eq!(Npz::open(path).unwrap().read("zeros").unwrap().shape, [17 << 20]);
}

#[test]
fn headers_as_other_programs_write_them() {
    for header in [
        "{'descr':'<u2','fortran_order':False,'shape':(2L,)}",
        "{\"shape\": (2), \"fortran_order\": False, \"descr\": \"<u2\"}\n",
        "  { 'descr' : '<u2' , 'fortran_order' : False , 'shape' : ( 2 , ) , }  ",
    ] {
        let length = (header.len() as u16).to_le_bytes();
        let path = file(
            "readers-header.npy",
            &[b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), &[1, 0, 2, 0]].concat(),
        );
        assert_eq!(NumberArray::from_npy(path).unwrap(), array(&[2], Values::U16(vec![1, 2])), "{header}");
    }
    let path = file("readers-packed.npy", &gz(&npy_with(3, ">i2", false, "(1, 1)", &[0xff, 0xfe])));
    assert_eq!(NumberArray::from_npy(path).unwrap(), array(&[1, 1], Values::I16(vec![-2])));
}
