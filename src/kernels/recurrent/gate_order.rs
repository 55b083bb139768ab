//! In which order libraries have the gates of an LSTM

/// Which gate comes when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateOrder {
    /// `i, f, g, o`: PyTorch and Keras (whose `c` is our `g`).
    Ifgo,
    /// `i, g, f, o`: TF1, which calls `g` `j`.
    Igfo,
}

impl GateOrder {
    /// `[i, f, g, o]` out of what lies in this order. (It is its own inverse.)
    #[inline(always)]
    pub(super) fn sort<T>(self, [first, second, third, fourth]: [T; 4]) -> [T; 4] {
        match self {
            Self::Ifgo => [first, second, third, fourth],
            Self::Igfo => [first, third, second, fourth],
        }
    }
}
