//! Numbers that look like chance and can be made in any language: the data, and in comparisons the weights.

/// 20 bits.
fn bits(i: usize) -> u32 {
    (i as u32).wrapping_mul(2_654_435_761) >> 12
}

/// Numbers in [−1, 1).
pub fn numbers(count: usize) -> Vec<f32> {
    numbers_from(0, count)
}

/// The same, from another place on.
pub fn numbers_from(start: usize, count: usize) -> Vec<f32> {
    (start..start + count).map(|i| bits(i) as f32 / (1 << 19) as f32 - 1.0).collect()
}

/// Whole numbers below `end`.
pub fn ids(count: usize, end: u32) -> Vec<u32> {
    (0..count).map(|i| bits(i) % end).collect()
}
