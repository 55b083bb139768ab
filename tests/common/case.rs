//! Recorded cases: what other libraries compute. `tests/cases/README.md` says where they come from.

use std::fs;
use std::path::{Path, PathBuf};

use safetensors::{Dtype, SafeTensors};
use serde_json::Value;
use tapeloop::{Array, Shape};

/// One recorded case: named arrays, and what was computed with which options.
pub struct Case {
    pub name: String,
    pub meta: Value,
    bytes: Vec<u8>,
}

/// All cases of a folder below `tests/cases`, sorted by name.
pub fn folder(name: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let entries = fs::read_dir(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "safetensors"));
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", path.display());
    files.iter().map(|file| Case::read(file)).collect()
}

impl Case {
    fn read(file: &Path) -> Self {
        let bytes = fs::read(file).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let meta = header.metadata().as_ref().and_then(|m| m.get("case")).expect("metadata");
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        Self { name, meta: serde_json::from_str(meta).unwrap(), bytes }
    }

    /// The names of all arrays.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors().names().iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors().tensor(name).is_ok()
    }

    pub fn is_float(&self, name: &str) -> bool {
        matches!(self.dtype(name), Dtype::F64 | Dtype::F32)
    }

    pub fn is_f32(&self, name: &str) -> bool {
        self.dtype(name) == Dtype::F32
    }

    fn dtype(&self, name: &str) -> Dtype {
        self.tensors().tensor(name).unwrap().dtype()
    }

    /// An array of floats; f32 are widened.
    pub fn array(&self, name: &str) -> Array<f64> {
        let tensors = self.tensors();
        let view = tensors.tensor(name).unwrap_or_else(|_| panic!("{}: no array {name}", self.name));
        let data = match view.dtype() {
            Dtype::F64 => chunks(view.data()).map(f64::from_le_bytes).collect(),
            Dtype::F32 => chunks(view.data()).map(|b| f64::from(f32::from_le_bytes(b))).collect(),
            Dtype::U8 => view.data().iter().map(|&b| f64::from(b)).collect(),
            other => panic!("{}: {name} is {other:?}", self.name),
        };
        Array::new(Shape::new(view.shape()), data)
    }

    /// An array of integers.
    pub fn integers(&self, name: &str) -> Vec<i64> {
        let tensors = self.tensors();
        let view = tensors.tensor(name).unwrap_or_else(|_| panic!("{}: no array {name}", self.name));
        match view.dtype() {
            Dtype::I64 => chunks(view.data()).map(i64::from_le_bytes).collect(),
            Dtype::I32 => chunks(view.data()).map(|b| i64::from(i32::from_le_bytes(b))).collect(),
            other => panic!("{}: {name} is {other:?}", self.name),
        }
    }

    fn tensors(&self) -> SafeTensors<'_> {
        SafeTensors::deserialize(&self.bytes).unwrap()
    }
}

fn chunks<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    bytes.chunks_exact(N).map(|chunk| chunk.try_into().unwrap())
}

/// Asserts that two slices agree: each element within `tol·max(1, |expected|)`, or both NaN, or the
/// same infinity.
pub fn assert_close(what: &str, got: &[f64], expected: &[f64], tol: f64) {
    assert_eq!(got.len(), expected.len(), "{what}: length");
    for (i, (&g, &e)) in got.iter().zip(expected).enumerate() {
        let same = g == e || g.is_nan() && e.is_nan() || (g - e).abs() <= tol * e.abs().max(1.0);
        assert!(same, "{what}: element {i} is {g:e}, expected {e:e}, apart {:.1e}", (g - e).abs());
    }
}
