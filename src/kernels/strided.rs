//! Reading an array in another order than it lies.

/// Visits every element `i = 0, 1, 2, …` of a row-major array of these sizes, together with the
/// offset `j = Σ indexₐ·strideₐ` over its axes `a`: calls `f(i, j)`.
///
/// A stride of 0 repeats what lies along that axis; strides in another order transpose.
#[inline]
pub fn walk(sizes: [usize; 4], strides: [usize; 4], mut f: impl FnMut(usize, usize)) {
    let mut i = 0;
    for a in 0..sizes[0] {
        for b in 0..sizes[1] {
            for c in 0..sizes[2] {
                let start = a * strides[0] + b * strides[1] + c * strides[2];
                for d in 0..sizes[3] {
                    f(i, start + d * strides[3]);
                    i += 1;
                }
            }
        }
    }
}
