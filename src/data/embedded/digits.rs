//! Handwritten digits.

/// Handwritten digits as grey images, and which digits they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digits {
    /// From 0 (paper) to 16 (ink), `[N, rows, columns]`.
    pub pixels: Vec<u8>,
    /// The number of images, `N`.
    pub count: usize,
    /// Rows of an image.
    pub rows: usize,
    /// Columns of an image.
    pub columns: usize,
    /// Which digit each image shows, 0 to 9, `[N]`.
    pub labels: Vec<usize>,
}

/// 1,797 handwritten digits of 8 × 8 pixels. Read row by row, an image is a sequence of 8 steps with 8 numbers each.
///
/// The usual split: the first 1,437 to train with, the last 360 to test with.
///
/// The test part of *Optical Recognition of Handwritten Digits* (E. Alpaydin & C. Kaynak, 1998, UCI Machine
/// Learning Repository, <https://doi.org/10.24432/C50P49>), licence CC BY 4.0, in the order of scikit-learn 1.9.
pub fn digits() -> Digits {
    // IDX: big-endian, two bytes 0, the type, the number of axes, and the size of each axis; then the bytes.
    const IMAGES: &[u8] = include_bytes!("digits-images-idx3-ubyte");
    const LABELS: &[u8] = include_bytes!("digits-labels-idx1-ubyte");
    let (pixels, labels) = (&IMAGES[16..], &LABELS[8..]);
    Digits {
        pixels: pixels.to_vec(),
        count: labels.len(),
        rows: 8,
        columns: 8,
        labels: labels.iter().map(|&label| label.into()).collect(),
    }
}
