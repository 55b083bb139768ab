//! Images with classes, as MNIST has them.

use std::path::{Path, PathBuf};

use super::numbers::{NumberArray, Values};
use crate::error::Error;

/// Grey images of one size, and the class of each: MNIST, Fashion-MNIST, and others in their format.
///
/// ```no_run
/// use tapeloop::data::Images;
///
/// let [train, test] = Images::from_folder("fashion-mnist", 10)?;
/// assert_eq!((train.len(), test.len()), (60_000, 10_000));
/// assert_eq!((train.rows, train.columns), (28, 28));
/// println!("a {} of {} grey values", train.labels[0], train.image(0).len());
/// # Ok::<_, tapeloop::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// The grey values, `[N, rows, columns]`: in MNIST 0 is the background, and 255 the ink.
    pub pixels: Vec<u8>,
    /// The height of an image, at least 1.
    pub rows: usize,
    /// The width of an image, at least 1.
    pub columns: usize,
    /// The classes, `[N]`, counted from 0.
    pub labels: Vec<usize>,
}

impl Images {
    /// Reads the training set and the test set from a folder with the four files of MNIST.
    ///
    /// They are named `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    /// `t10k-labels-idx1-ubyte`, or with a point before `idx` (`train-images.idx3-ubyte`); each compressed, with
    /// the ending `.gz`, or not, which is preferred. Labels must be below `classes`.
    ///
    /// Format and memory: see [`NumberArray::from_idx`].
    ///
    /// # Errors
    /// If one of the files is missing, or as in [`from_idx`](Self::from_idx).
    pub fn from_folder(folder: impl AsRef<Path>, classes: usize) -> Result<[Self; 2], Error> {
        let read = |set: &str| {
            let images = find(folder.as_ref(), &format!("{set}-images"), "idx3-ubyte")?;
            let labels = find(folder.as_ref(), &format!("{set}-labels"), "idx1-ubyte")?;
            Self::from_idx(images, labels, classes)
        };
        Ok([read("train")?, read("t10k")?])
    }

    /// Reads one set: images of u8, `[N, rows, columns]`, and labels of u8, `[N]`, each below `classes`.
    ///
    /// # Errors
    /// If [`NumberArray::from_idx`] cannot read a file; if it has another type or shape; if an image has no pixels;
    /// if there are not as many labels as images; if a label is not below `classes`.
    pub fn from_idx(
        images: impl AsRef<Path>,
        labels: impl AsRef<Path>,
        classes: usize,
    ) -> Result<Self, Error> {
        let (images, labels) = (images.as_ref(), labels.as_ref());
        let (shape, pixels) = bytes(images)?;
        let &[count, rows, columns] = &shape[..] else {
            return Err(content(images, format!("has the shape {shape:?}; give images, [N, rows, columns]")));
        };
        if rows == 0 || columns == 0 {
            return Err(content(
                images,
                format!("has the shape {shape:?}, images without pixels; give others"),
            ));
        }
        let (shape, numbers) = bytes(labels)?;
        if shape != [count] {
            let of = images.display();
            return Err(content(
                labels,
                format!("has the shape {shape:?}; give the labels of {of}, [{count}]"),
            ));
        }
        if let Some(i) = numbers.iter().position(|&label| usize::from(label) >= classes) {
            let problem =
                format!("label {i} (from 0) is {}, where labels must be below {classes}", numbers[i]);
            return Err(content(labels, problem));
        }
        let labels = numbers.into_iter().map(usize::from).collect();
        Ok(Self { pixels, rows, columns, labels })
    }

    /// The number of images, `N`.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The image with this number, row by row, `[rows, columns]`.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn image(&self, i: usize) -> &[u8] {
        assert!(i < self.len(), "image {i} of {}, counted from 0", self.len());
        let size = self.rows * self.columns;
        &self.pixels[i * size..][..size]
    }
}

/// An array of u8, with its shape.
fn bytes(path: &Path) -> Result<(Vec<usize>, Vec<u8>), Error> {
    match NumberArray::from_idx(path)? {
        NumberArray { shape, values: Values::U8(bytes) } => Ok((shape, bytes)),
        _ => Err(content(
            path,
            "holds other numbers than u8; give one of MNIST's files, or one like them".into(),
        )),
    }
}

fn find(folder: &Path, name: &str, kind: &str) -> Result<PathBuf, Error> {
    if !std::fs::metadata(folder).map_err(|source| Error::Read { path: folder.to_owned(), source })?.is_dir()
    {
        return Err(content(folder, format!("is not a folder; give the one that has {name}-{kind} in it")));
    }
    let names =
        ["", ".gz"].into_iter().flat_map(|end| ["-", "."].map(|dash| format!("{name}{dash}{kind}{end}")));
    names.map(|name| folder.join(name)).find(|path| path.is_file()).ok_or_else(|| {
        let problem = format!(
            "has no {name}-{kind} or {name}-{kind}.gz; give a folder with the four files of MNIST or \
             Fashion-MNIST: images and labels (train-images-idx3-ubyte, train-labels-idx1-ubyte, \
             t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte)"
        );
        content(folder, problem)
    })
}

fn content(path: &Path, problem: String) -> Error {
    Error::Content { path: path.to_owned(), line: None, problem }
}
