//! Writers of binary data files: IDX, gzip, npy, npz, and a pickle of lists.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A file of this name with these bytes, in the folder for what tests write.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The path of a recorded file.
pub fn case(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

/// An IDX file whose numbers have this type code, and these bytes.
pub fn idx(code: u8, shape: &[usize], numbers: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, shape.len() as u8];
    bytes.extend(shape.iter().flat_map(|&size| (size as u32).to_be_bytes()));
    bytes.extend(numbers);
    bytes
}

pub fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An npy file of this version (1, 2 or 3). `shape` is the tuple as NumPy writes it.
pub fn npy_with(version: u8, descr: &str, fortran_order: bool, shape: &str, numbers: &[u8]) -> Vec<u8> {
    let order = if fortran_order { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    let before = if version == 1 { 10 } else { 12 };
    while !(before + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = [b"\x93NUMPY", &[version, 0][..]].concat();
    match version {
        1 => bytes.extend((header.len() as u16).to_le_bytes()),
        _ => bytes.extend((header.len() as u32).to_le_bytes()),
    }
    [&bytes, header.as_bytes(), numbers].concat()
}

/// An npy file as NumPy saves it today.
pub fn npy(descr: &str, shape: &[usize], numbers: &[u8]) -> Vec<u8> {
    npy_with(1, descr, false, &tuple(shape), numbers)
}

/// `(2, 3)`, `(2,)`, `()`.
pub fn tuple(shape: &[usize]) -> String {
    let sizes = shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    if shape.len() == 1 { format!("({sizes},)") } else { format!("({sizes})") }
}

/// An npz file with these npy files, deflated or not.
pub fn npz<N: AsRef<str>>(deflated: bool, members: &[(N, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, npy) in members {
        let method = if deflated { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
        let path = format!("{}.npy", name.as_ref());
        let (mut entry, config) = archive.new_file(&path).compression_method(method).start().unwrap();
        let descriptor = if deflated {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::best()));
            writer.write_all(npy).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(npy).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// The beginning of NumPy's pickle of an array of `n` objects, up to their list. Protocol 3.
pub fn array_of_objects(n: usize) -> Vec<u8> {
    let mut bytes =
        b"\x80\x03cnumpy.core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03\
        \x87q\x04Rq\x05(K\x01J"
            .to_vec();
    bytes.extend((n as u32).to_le_bytes());
    bytes.extend(
        b"\x85q\x06cnumpy\ndtype\nq\x07X\x02\0\0\0O8q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\0\0\0|q\x0bNNN\
        J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0cb\x89",
    );
    bytes
}

/// An npy file of lists as NumPy 1 saves it, with items appended `batch` at once.
pub fn lists(rows: &[Vec<usize>], batch: usize) -> Vec<u8> {
    fn append<T>(bytes: &mut Vec<u8>, items: &[T], batch: usize, item: &mut dyn FnMut(&mut Vec<u8>, &T)) {
        bytes.push(b']');
        bytes.extend(b"r\x0d\0\0\0");
        for items in items.chunks(batch) {
            if let [only] = items {
                item(bytes, only);
                bytes.push(b'a');
            } else {
                bytes.push(b'(');
                items.iter().for_each(|x| item(bytes, x));
                bytes.push(b'e');
            }
        }
    }
    fn int(bytes: &mut Vec<u8>, &x: &usize) {
        match x {
            0..=0xff => bytes.extend([b'K', x as u8]),
            0x100..=0xffff => bytes.extend([&b"M"[..], &(x as u16).to_le_bytes()].concat()),
            0x1_0000..=0x7fff_ffff => bytes.extend([&b"J"[..], &(x as u32).to_le_bytes()].concat()),
            _ => bytes.extend([&b"\x8a\x08"[..], &x.to_le_bytes()].concat()),
        }
    }
    let mut pickle = array_of_objects(rows.len());
    append(&mut pickle, rows, batch, &mut |bytes, row: &Vec<usize>| append(bytes, row, batch, &mut int));
    pickle.extend(b"tb.");
    npy("|O", &[rows.len()], &pickle)
}

/// The members of a file as Keras' imdb.npz, from both sets.
pub fn imdb(train: (Vec<u8>, &[i64]), test: (Vec<u8>, &[i64])) -> Vec<(&'static str, Vec<u8>)> {
    let classes =
        |y: &[i64]| npy("<i8", &[y.len()], &y.iter().flat_map(|y| y.to_le_bytes()).collect::<Vec<_>>());
    vec![("x_train", train.0), ("y_train", classes(train.1)), ("x_test", test.0), ("y_test", classes(test.1))]
}
