//! Keras' imdb.npz: film reviews as word numbers, with a class for each.

use std::ops::Range;
use std::path::Path;

use super::lists::{self, Found};
use super::npy_header::{self, Header};
use super::npz::Npz;
use super::numbers::Values;
use crate::data::LabelledSequences;
use crate::error::{Error, short};

/// Reads the training set and the test set of an npz file like Keras' `imdb.npz`.
///
/// It has four arrays: `x_train` and `x_test` `[N]`, whose elements are lists of ids, and `y_train` and `y_test` `[N]`
/// with the classes. Ids and classes come as they stand in the file: `keras.datasets.imdb.load_data` does more (a
/// shuffle, a start mark, ids moved up by 3).
///
/// NumPy saves lists as a pickle, which is a program and may do anything. This one is not run: it is read as the
/// description of lists of whole numbers that it should be (protocols 2 to 5, by NumPy 1 and 2), and anything else in
/// it is an error.
///
/// A file without a pickle is read, too: in place of `x_train`, `x_train_values` with the ids of all sequences,
/// one after the other, and `x_train_offsets` `[N + 1]`, where each begins and the last ends; and the same for `x_test`.
///
/// Memory: 16 MiB and 4 times what the arrays have in the file, after unpacking; for that, see [`Npz`].
///
/// # Errors
/// If the file cannot be read; if it is no npz file, or damaged; if an array is missing, or is not as described;
/// if there are not as many classes as sequences.
pub fn read_imdb_npz(path: impl AsRef<Path>) -> Result<[LabelledSequences; 2], Error> {
    let npz = &Npz::open(path)?;
    let mut memory = Memory { npz, left: npz.unpacked().saturating_mul(4).saturating_add(16 << 20) };
    Ok([memory.set("train")?, memory.set("test")?])
}

/// What may still be taken.
///
/// An id has two bytes in a pickle and eight in memory, but an empty list one byte, and 24: without a limit, a file of
/// empty lists would take a multiple of its size.
struct Memory<'a> {
    npz: &'a Npz,
    left: u64,
}

impl Memory<'_> {
    /// Takes `count` times so many bytes, and returns the count.
    fn take(&mut self, count: u64, bytes: usize) -> Result<usize, Error> {
        let left = count.checked_mul(bytes as u64).and_then(|bytes| self.left.checked_sub(bytes));
        self.left = left.ok_or_else(|| {
            self.npz.error(
                "has so many so short sequences that they need more than 4 times the memory; leave some out"
                    .into(),
            )
        })?;
        Ok(count as usize)
    }

    fn set(&mut self, which: &str) -> Result<LabelledSequences, Error> {
        let [x, y] = [format!("x_{which}"), format!("y_{which}")];
        let labels = self.numbers(&y)?;
        let labels = self.ids(&y, &labels, 0..labels.len())?;
        let is_flat = self.npz.names().any(|name| name == format!("{x}_values"));
        let sequences = if is_flat { self.joined(&x)? } else { self.lists(&x)? };
        if labels.len() != sequences.len() {
            let (n, classes) = (sequences.len(), labels.len());
            return Err(self.npz.error(format!(
                "has {n} sequences in {x}, but {classes} classes in {y}; give one for each"
            )));
        }
        Ok(LabelledSequences { sequences, labels })
    }

    /// Sequences as an array of lists: first they are counted, then read.
    fn lists(&mut self, name: &str) -> Result<Vec<Vec<usize>>, Error> {
        let mut content = self.npz.content(name)?;
        let n = match npy_header::read(&mut content)? {
            Header::Objects { sizes } if sizes.len() == 1 => sizes[0],
            Header::Objects { sizes } => {
                return Err(content.error(format!("has the shape {sizes:?}; give an array of lists, [N]")));
            }
            Header::Numbers(_) => return Err(content.error("holds numbers; give an array of lists")),
        };
        if n > self.npz.unpacked() {
            return Err(content.error(format!(
                "declares {n} lists, more than there are bytes; it is damaged, get it again"
            )));
        }
        let mut lengths = Vec::with_capacity(self.take(n, size_of::<usize>() + size_of::<Vec<usize>>())?);
        lists::read(&mut content, n, |found| match found {
            Found::List => lengths.push(0),
            Found::Id(_) => {
                if let Some(length) = lengths.last_mut() {
                    *length += 1;
                }
            }
        })?;
        self.take(lengths.iter().map(|&length| length as u64).sum(), size_of::<usize>())?;

        let mut sequences: Vec<Vec<usize>> = Vec::with_capacity(lengths.len());
        let mut content = content.again()?;
        npy_header::read(&mut content)?;
        lists::read(&mut content, n, |found| match found {
            Found::List => sequences.push(Vec::with_capacity(lengths[sequences.len()])),
            Found::Id(id) => {
                if let Some(sequence) = sequences.last_mut() {
                    sequence.push(id);
                }
            }
        })?;
        Ok(sequences)
    }

    /// Sequences one after the other, and where each begins.
    fn joined(&mut self, name: &str) -> Result<Vec<Vec<usize>>, Error> {
        let [values, offsets] = [format!("{name}_values"), format!("{name}_offsets")];
        let numbers = self.numbers(&values)?;
        let bounds = self.numbers(&offsets)?;
        let bounds = self.ids(&offsets, &bounds, 0..bounds.len())?;
        let is_ascending = bounds.is_sorted() && bounds.first() == Some(&0);
        if !is_ascending || bounds.last() != Some(&numbers.len()) {
            return Err(self.npz.error(format!(
                "its array {} doesn't ascend from 0 to {}, the count of numbers in {values}; give where each sequence \
                 begins",
                short(&offsets),
                numbers.len()
            )));
        }
        let mut sequences = Vec::with_capacity(self.take(bounds.len() as u64, size_of::<Vec<usize>>())?);
        for pair in bounds.windows(2) {
            sequences.push(self.ids(&values, &numbers, pair[0]..pair[1])?);
        }
        Ok(sequences)
    }

    /// Numbers in one axis, and memory to have each of them as an id, too.
    fn numbers(&mut self, name: &str) -> Result<Values, Error> {
        let mut content = self.npz.content(name)?;
        match npy_header::read(&mut content)? {
            Header::Numbers(layout) if layout.sizes.len() == 1 => {
                let width = layout.kind.width();
                let values = layout.read(&mut content)?.values;
                self.take(values.len() as u64, width + size_of::<usize>())?;
                Ok(values)
            }
            Header::Numbers(layout) => {
                Err(content.error(format!("has the shape {:?}; give an array [N]", layout.sizes)))
            }
            Header::Objects { .. } => Err(content.error("holds Python objects; give an array of numbers")),
        }
    }

    fn ids(&self, name: &str, values: &Values, which: Range<usize>) -> Result<Vec<usize>, Error> {
        values.to_ids(which).map_err(|i| {
            let name = short(name);
            self.npz.error(format!(
                "number {i} (from 0) of its array {name} is negative, or of no integer type; give ids"
            ))
        })
    }
}
