//! Places for files that tests write.

use std::fs;
use std::path::{Path, PathBuf};

/// A path for a file in a folder of this name, which is new and empty.
pub fn place(folder: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("file.safetensors")
}
