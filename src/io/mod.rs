//! Files that a training run leaves: weights and checkpoints.
//!
//! They are [safetensors](https://github.com/huggingface/safetensors#format) files, which Python reads, too: eight
//! bytes with the length of a header (little-endian), the header, the numbers. The header is a JSON object that
//! gives each tensor its type, its shape and its place among the numbers, and holds texts, the metadata.
//!
//! ```
//! use tapeloop::io::{load_params, save_params};
//! use tapeloop::nn::Dense;
//! use tapeloop::Params;
//!
//! let path = std::env::temp_dir().join("tapeloop-weights.safetensors");
//! let mut params = Params::<f32>::new(0);
//! Dense::new(3).build(&mut params, "dense", 2);
//! save_params(&path, &params)?;
//!
//! let mut same = Params::<f32>::new(1); // another seed
//! Dense::new(3).build(&mut same, "dense", 2);
//! load_params(&path, &mut same)?;
//! assert_eq!(same.flat(), params.flat());
//! # std::fs::remove_file(path).unwrap();
//! # Ok::<(), tapeloop::Error>(())
//! ```
//!
//! # What is in a file
//!
//! | name | what |
//! | --- | --- |
//! | *parameter* | in a file of [`save_params`]: an array of weights, of the name and shape that it has in [`Params`](crate::Params) |
//! | *prefix* *parameter* | the same where [`put_params`] or [`put_gradients`] was given a prefix, such as `weights.` |
//! | *prefix* *moment* `.` *parameter* | a moment of the optimizer ([`put_optimizer`]), such as `optimizer.v.lstm.w_hh` |
//! | metadata *prefix* `name`, `steps`, `moments`, `settings.`*setting* | which optimizer it is, how many steps it took, its moments with commas between, its hyper-parameters |
//! | metadata `tapeloop.version` | `1`; written by [`TensorFile::save`], and asked for by [`TensorFile::load`] |
//!
//! `f32` is stored as `F32`, `f64` as `F64`, `u64` as `U64`, every bit as it is. Wider numbers come first, so that all
//! are aligned; equal contents give equal bytes.
//!
//! # What is refused
//!
//! A file is checked before its numbers are read, and read in memory of about its own size. Beyond what the format
//! forbids (holes, overlaps, shapes that don't fit their places), an [`Error`](crate::Error) is the answer to a name
//! that stands there twice, and to a header of more than 1.5 MiB, which is enough for 20,000 tensors. A field of a tensor
//! that the format doesn't have is passed over, as the format's own library does.

mod header;
mod optimizer;
mod params;
mod read;
pub(crate) mod replace;
mod storable;
mod tensor_file;
mod write;

pub use optimizer::{Changed, put_optimizer, take_optimizer};
pub use params::{load_params, put_gradients, put_params, save_params, take_gradients, take_params};
pub use storable::Storable;
pub use tensor_file::TensorFile;
