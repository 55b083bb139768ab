//! The book: how backpropagation through time works, chapter by chapter, with the code of this crate; a map from each equation to its line; and behind it
//! design, performance, data, recurrent layers and the zoo.
//!
//! It is the text of `docs` in the repository. All programs in it are tests; its numbers come from `cargo run --release --example book -- CHAPTER`, unless it
//! names another program.

/// A page: the text, its pictures, and what makes its links lead to pages like this one. (In documentation only: else whoever edits a text compiles everything anew.)
macro_rules! pages {
    ($($page:ident: $file:literal $(, $picture:literal)*;)*) => {$(
        #[cfg_attr(not(any(doc, doctest)), doc = $file)]
        #[cfg_attr(any(doc, doctest), doc = include_str!(concat!("../docs/", $file)))]
        $(#[cfg_attr(any(doc, doctest), doc = concat!(
            "\n\n<div hidden data-picture=\"", $picture, "\">", include_str!(concat!("../docs/pictures/", $picture)), "</div>"
        ))])*
        #[cfg_attr(any(doc, doctest), doc = concat!("\n\n", include_str!("../docs/book/rustdoc.html")))]
        pub mod $page {}
    )*};
}

pages! {
    one_gradient_by_hand: "book/01-one-gradient-by-hand.md";
    the_tape: "book/02-the-tape.md";
    unrolling: "book/03-unrolling.md", "rnn_unrolled.svg";
    vanishing_and_exploding: "book/04-vanishing-and-exploding.md", "vanishing.svg";
    lstm_and_gru: "book/05-lstm-and-gru.md", "lstm_folded.svg", "lstm_gates.svg";
    truncation_state_batches: "book/06-truncation-state-batches.md";
    checking_gradients: "book/07-checking-gradients.md";
    checkpointing: "book/08-checkpointing.md", "checkpointing.svg";
    forward_mode: "book/09-forward-mode.md";
    the_fast_kernel: "book/10-the-fast-kernel.md", "fast-matmul.svg";
    map: "book/map.md";
    design: "design.md";
    performance: "performance.md", "growth.svg";
    data: "data.md";
    recurrent: "recurrent.md";
    zoo: "zoo.md", "zoo_family.svg";
}
