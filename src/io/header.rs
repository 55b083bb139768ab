//! The header of a safetensors file.
//!
//! The format's own crate gives the types and the form of an entry. Its reader is not used: it takes the last of two
//! equal names, and many times the memory of the header. Neither is its writer: it writes metadata in any order.

use std::collections::BTreeMap;
use std::{fmt, iter};

use safetensors::tensor::TensorInfo;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::error::short;

/// The most bytes that a header may have. In memory, the shortest entries take thirteen times as many.
pub(super) const MAX_BYTES: usize = 3 << 19;

/// The name that no tensor can have.
pub(super) const METADATA: &str = "__metadata__";

/// What a header says.
#[derive(Default)]
pub(super) struct Header {
    pub(super) metadata: BTreeMap<String, String>,
    /// In the order of their places, without gaps.
    pub(super) tensors: Vec<(String, TensorInfo)>,
}

impl Header {
    /// Reads a header; an error is what is wrong with it, and at which byte.
    pub(super) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let Unique::<(Option<Unique<_>>, BTreeMap<_, _>)>((metadata, tensors)) =
            serde_json::from_str(text).map_err(|e| located(text, &e))?;
        let mut header =
            Self { metadata: metadata.unwrap_or_default().0, tensors: tensors.into_iter().collect() };
        header.tensors.sort_by_key(|(_, info)| info.data_offsets);
        let mut start = 0;
        for (name, info) in &header.tensors {
            start = end(info, start).ok_or_else(|| {
                let tensor = format!("{} ({} {})", short(name), info.dtype, shown(&info.shape));
                let (from, to) = info.data_offsets;
                (0, format!("the tensor {tensor} at {from} to {to} does not fit after those up to {start}"))
            })?;
        }
        Ok(header)
    }

    /// The number of bytes that follow the header.
    pub(super) fn data_len(&self) -> usize {
        self.tensors.last().map_or(0, |(_, info)| info.data_offsets.1)
    }

    /// A header as text, filled up with spaces such that the numbers after it are aligned.
    pub(super) fn print<'a>(
        metadata: &BTreeMap<&str, &str>,
        tensors: impl Iterator<Item = (&'a str, TensorInfo)>,
    ) -> String {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Entry<'a> {
            Metadata(&'a BTreeMap<&'a str, &'a str>),
            Tensor(TensorInfo),
        }
        let mut entries: BTreeMap<&str, _> =
            tensors.map(|(name, info)| (name, Entry::Tensor(info))).collect();
        entries.insert(METADATA, Entry::Metadata(metadata));
        let mut text = serde_json::to_string(&entries).expect("texts and whole numbers are JSON");
        text.extend(iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
        text
    }
}

/// Where a tensor ends that begins at `start`; `None` if its place is another, or cannot be.
fn end(info: &TensorInfo, start: usize) -> Option<usize> {
    let bits = info.shape.iter().try_fold(info.dtype.bitsize(), |bits, &size| bits.checked_mul(size))?;
    let end = start.checked_add(bits / 8)?;
    (bits % 8 == 0 && info.data_offsets == (start, end)).then_some(end)
}

/// The sizes of a shape, of which a file may claim any number.
pub(super) fn shown(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().take(8).map(ToString::to_string).collect();
    format!("[{}{}]", sizes.join(", "), if shape.len() > 8 { ", …" } else { "" })
}

/// Where JSON goes wrong, and how; the message may repeat any part of the text, and is cut.
fn located(text: &str, error: &serde_json::Error) -> (usize, String) {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(problem, _)| problem);
    let cut = message.char_indices().nth(120).map(|(end, _)| format!("{}…", &message[..end]));
    (before + error.column().saturating_sub(1), cut.unwrap_or_else(|| message.to_owned()))
}

/// A JSON object of which no two entries have one name.
#[derive(Default)]
struct Unique<T>(T);

/// What such an object is read into.
trait Entries<'de>: Default {
    /// Takes the value of this name; `false` if there was one already.
    fn take<A: MapAccess<'de>>(&mut self, name: String, object: &mut A) -> Result<bool, A::Error>;
}

impl<'de> Entries<'de> for BTreeMap<String, String> {
    fn take<A: MapAccess<'de>>(&mut self, name: String, object: &mut A) -> Result<bool, A::Error> {
        Ok(self.insert(name, object.next_value()?).is_none())
    }
}

impl<'de> Entries<'de> for (Option<Unique<BTreeMap<String, String>>>, BTreeMap<String, TensorInfo>) {
    fn take<A: MapAccess<'de>>(&mut self, name: String, object: &mut A) -> Result<bool, A::Error> {
        if name == METADATA {
            return Ok(self.0.replace(object.next_value()?).is_none());
        }
        Ok(self.1.insert(name, object.next_value()?).is_none())
    }
}

impl<'de, T: Entries<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de, T: Entries<'de>> Visitor<'de> for Unique<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Self, A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            let shown = short(&name);
            if !self.0.take(name, &mut object)? {
                return Err(A::Error::custom(format_args!("the name {shown} stands there twice")));
            }
        }
        Ok(self)
    }
}
