//! A net in a file.

use std::path::Path;

use serde_json::Value;

use super::resume::LONGEST;
use super::{Chain, Model};
use crate::error::Error;
use crate::io::{Storable, TensorFile, put_params, take_params};
use crate::real::Real;
use crate::tensor::Params;

/// The names of weights begin with this.
const WEIGHTS: &str = "weights.";
/// The name of the text that describes the layers.
const MODEL: &str = "model";

/// The layers and their weights.
pub(super) fn net<R: Real + Storable>(chain: &Chain<R>, params: &Params<R>) -> TensorFile {
    let mut file = TensorFile::new();
    file.set_text(MODEL, chain.config().to_string());
    put_params(&mut file, WEIGHTS, params);
    file
}

impl<R: Real + Storable> Model<R> {
    /// Saves the layers' sizes and options, and all weights, as [safetensors](crate::io).
    ///
    /// # Errors
    /// If the file can't be written. There is the old one then, if there was one.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        net(&self.chain, &self.params).save(path)
    }

    /// Reads the weights of a file that [`save`](Self::save), a [`SaveBest`](super::SaveBest) or a
    /// [`Checkpoint`](super::Checkpoint) left.
    ///
    /// # Errors
    /// If it can't be read, or is of another net: then the message says what differs, and the weights stay as they are.
    pub fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        take_weights(&TensorFile::load(path)?, &self.chain, &mut self.params)
    }
}

/// Takes the weights, if the file is of a net with these layers.
pub(super) fn take_weights<R: Real + Storable>(
    file: &TensorFile,
    chain: &Chain<R>,
    params: &mut Params<R>,
) -> Result<(), Error> {
    check_layers(file, chain)?;
    take_params(file, WEIGHTS, params)
}

/// Whether the file is of a net with these layers: kinds, names, sizes and options.
fn check_layers<R: Real>(file: &TensorFile, chain: &Chain<R>) -> Result<(), Error> {
    let (text, ours) = (file.text(MODEL)?, chain.config());
    let error = |problem| Error::Content { path: file.path().to_owned(), line: None, problem };
    let written = ours.to_string();
    if text == written {
        return Ok(());
    }
    // A text of brackets takes many times its size when it is parsed.
    if text.len() > LONGEST {
        return Err(error(format!("is of another net, whose description has {} bytes", text.len())));
    }
    let theirs: Value = serde_json::from_str(text)
        .map_err(|e| error(format!("the text {MODEL:?} in its metadata is not JSON: {e}")))?;
    let [theirs, ours] =
        [&theirs, &ours].map(|config| config["layers"].as_array().map_or(&[][..], Vec::as_slice));
    if theirs.len() != ours.len() {
        return Err(error(format!("is of a net with {} layers; this one has {}", theirs.len(), ours.len())));
    }
    match theirs.iter().zip(ours).position(|(theirs, ours)| theirs != ours) {
        None => Ok(()),
        Some(at) => {
            let [theirs, ours] = [&theirs[at], &ours[at]].map(beginning);
            Err(error(format!("layer {} of its net is {theirs}; here it is {ours}", at + 1)))
        }
    }
}

/// A description of a layer; of one as long as a damaged file may have it, the beginning.
fn beginning(layer: &Value) -> String {
    let text = layer.to_string();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
