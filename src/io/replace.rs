//! A file as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind};
use std::path::Path;

use crate::error::Error;

/// Puts what `write` writes in the place of the file at `path`, if there is one. Whatever fails, and whenever the process
/// or the machine stops: after that there is the old file or the new one.
///
/// It is written beside its place, as `path` with `.tmp` added; a process that is killed leaves that file behind, and
/// the next one takes its place. Of a link the file that it leads to is replaced. The rights of the old file stay; one that may not be written is not
/// replaced.
pub(crate) fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), Error> {
    let failed = |source| Error::Write { path: path.to_owned(), source };
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = place.clone().into_os_string();
    beside.push(".tmp");
    let beside = Path::new(&beside);

    let rights = rights_of(&place).map_err(failed)?;
    let file = create(beside).map_err(failed)?;
    let written = (|| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if let Some(rights) = rights {
            file.set_permissions(rights)?;
        }
        file.sync_all()?; // before the new name is: a name on the disk without its numbers would be a torn file
        drop(file);
        fs::rename(beside, &place)
    })();
    written.map_err(|source| {
        let _ = fs::remove_file(beside); // the first error is the one to report
        failed(source)
    })?;
    sync_folder(&place);
    Ok(())
}

/// The rights of the file that will be replaced, or why it must not be: a rename asks nobody.
fn rights_of(place: &Path) -> io::Result<Option<fs::Permissions>> {
    let old = match fs::metadata(place) {
        Ok(old) => old,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    if !old.is_file() {
        return Err(io::Error::other("it is not a file; give the path of a file"));
    }
    if old.permissions().readonly() {
        return Err(ErrorKind::PermissionDenied.into());
    }
    Ok(Some(old.permissions()))
}

/// A file of its own: what a killed process left is not written on.
fn create(beside: &Path) -> io::Result<File> {
    match fs::remove_file(beside) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => OpenOptions::new().write(true).create_new(true).open(beside),
    }
}

/// Makes the new name last. A file system that cannot do that for folders does it when it likes; the file is whole.
fn sync_folder(place: &Path) {
    #[cfg(unix)]
    if let Some(folder) = place.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}
