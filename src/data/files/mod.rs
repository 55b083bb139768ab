//! Data sets in binary files: IDX, npy, npz.
//!
//! None of these readers believes what a file says of itself. The sizes in a header are compared with what really
//! follows it before memory is taken; of a compressed file that is found out by unpacking it once without keeping
//! anything. So a damaged file costs a few buffers, whatever it declares.

mod content;
mod idx;
mod images;
mod imdb;
mod kind;
mod layout;
mod lists;
mod npy;
mod npy_header;
mod npz;
mod numbers;
mod opcode;
mod pickle;
mod source;

pub use images::Images;
pub use imdb::read_imdb_npz;
pub use npz::Npz;
pub use numbers::{NumberArray, Values};
