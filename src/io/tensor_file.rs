//! What is in a file: named tensors, and texts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use safetensors::Dtype;

use super::header::{METADATA, shown};
use super::{Storable, read, write};
use crate::error::{Error, short};

/// The metadata that says which files are ours, and how they are to be read.
pub(super) const VERSION_KEY: &str = "tapeloop.version";
pub(super) const VERSION: &str = "1";

/// The content of a safetensors file: tensors and metadata, each with a name.
///
/// ```
/// # use tapeloop::io::TensorFile;
/// let mut file = TensorFile::new();
/// file.insert("history.loss", &[3], &[0.9, 0.5, 0.4]);
/// file.set_text("optimizer", "adam");
///
/// let path = std::env::temp_dir().join("tapeloop-history.safetensors");
/// file.save(&path)?;
/// let file = TensorFile::load(&path)?;
/// assert_eq!(file.numbers::<f64>("history.loss", &[3])?, [0.9, 0.5, 0.4]);
/// assert_eq!(file.text("optimizer")?, "adam");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), tapeloop::Error>(())
/// ```
#[derive(Clone)]
pub struct TensorFile {
    pub(super) path: PathBuf,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) tensors: BTreeMap<String, Tensor>,
}

/// A tensor as it stands in a file.
#[derive(Clone)]
pub(super) struct Tensor {
    pub(super) dtype: Dtype,
    pub(super) shape: Vec<usize>,
    pub(super) bytes: Vec<u8>,
}

impl TensorFile {
    /// An empty one.
    pub fn new() -> Self {
        Self { path: "a new file".into(), metadata: BTreeMap::new(), tensors: BTreeMap::new() }
    }

    /// Adds a tensor, or replaces the one of this name.
    ///
    /// # Panics
    /// If there are other than as many numbers as the shape has elements, or if the name is `__metadata__`, which the
    /// format keeps for itself.
    #[track_caller]
    pub fn insert<N: Storable>(&mut self, name: impl Into<String>, shape: &[usize], numbers: &[N]) {
        let name = name.into();
        assert!(name != METADATA, "no tensor can be named {METADATA}");
        let (count, len) = (numbers.len(), shape.iter().product::<usize>());
        assert!(count == len, "the tensor {name:?} has shape {shape:?}, but {count} numbers");
        let tensor = Tensor { dtype: N::DTYPE, shape: shape.to_vec(), bytes: N::to_bytes(numbers) };
        self.tensors.insert(name, tensor);
    }

    /// The numbers of a tensor, row by row.
    ///
    /// # Errors
    /// If there is no such tensor, or if its shape or the type of its numbers is another.
    pub fn numbers<N: Storable>(&self, name: &str, shape: &[usize]) -> Result<Vec<N>, Error> {
        let tensor = self.tensor::<N>(name, shape).map_err(|problem| self.error(problem))?;
        Ok(N::from_bytes(&tensor.bytes))
    }

    /// The same before its numbers are read; an error is what is wrong with it.
    pub(super) fn tensor<N: Storable>(&self, name: &str, shape: &[usize]) -> Result<&Tensor, String> {
        let wanted = format!("{} {}", N::DTYPE, shown(shape));
        let Some(tensor) = self.tensors.get(name) else {
            return Err(format!("{} ({wanted}) is missing", short(name)));
        };
        if tensor.dtype != N::DTYPE || tensor.shape != shape {
            return Err(format!(
                "{} is {} {}, not {wanted}",
                short(name),
                tensor.dtype,
                shown(&tensor.shape)
            ));
        }
        Ok(tensor)
    }

    /// The shape of a tensor, if there is one of this name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// The names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// All texts, sorted by name, without the version of the file.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Adds a text to the metadata, or replaces the one of this name. Texts are to be short: see
    /// [`save`](Self::save).
    pub fn set_text(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.metadata.insert(name.into(), text.into());
    }

    /// A text of the metadata.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn text(&self, name: &str) -> Result<&str, Error> {
        let text = self.metadata.get(name).map(String::as_str);
        text.ok_or_else(|| self.error(format!("the text {} is missing in its metadata", short(name))))
    }

    /// The file that this was read from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file. Should that fail, or the process be killed, there is the file that was there before; should it
    /// succeed, the new one survives a loss of power.
    ///
    /// It is written as `path` with `.tmp` added and then renamed; a killed process can leave that file behind, and the
    /// next one to save replaces it. Two processes should not save to one path at the same time.
    ///
    /// # Errors
    /// If the file cannot be written: its folder doesn't exist, the disk is full, the file is there and write-protected,
    /// or it is not a file. If names and texts need more than the 1.5 MiB that are read: long data are to be tensors.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write::write(self, path.as_ref())
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// If it cannot be read, is damaged, or is not of this crate, or of a version of it that this one doesn't know.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let mut file = read::read(path.as_ref())?;
        match file.metadata.remove(VERSION_KEY).as_deref() {
            Some(VERSION) => Ok(file),
            Some(other) => Err(file.error(format!(
                "is of version {}, but only files of version {VERSION} are read here; take the tapeloop that wrote it, or a newer one",
                short(other)
            ))),
            None => Err(file.error(format!(
                "has no {VERSION_KEY} in its metadata, so tapeloop did not write it; weights of other programs are read with TensorFile::load_any"
            ))),
        }
    }

    /// Reads any safetensors file, such as weights that PyTorch or Keras left.
    ///
    /// # Errors
    /// If it cannot be read or is damaged.
    pub fn load_any(path: impl AsRef<Path>) -> Result<Self, Error> {
        let mut file = read::read(path.as_ref())?;
        file.metadata.remove(VERSION_KEY);
        Ok(file)
    }

    pub(super) fn error(&self, problem: String) -> Error {
        Error::Content { path: self.path.clone(), line: None, problem }
    }
}

impl Default for TensorFile {
    fn default() -> Self {
        Self::new()
    }
}

/// Names, types and shapes.
impl fmt::Debug for TensorFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tensors = self.tensors.iter().map(|(name, t)| (name, format!("{} {}", t.dtype, shown(&t.shape))));
        f.debug_map().entries(&self.metadata).entries(tensors).finish()
    }
}
