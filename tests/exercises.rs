//! Solutions of the book's exercises: `cargo test --release --test exercises chapter_03`.

mod exercises {
    mod chapter_01;
    mod chapter_02;
    mod chapter_03;
    mod chapter_04;
    mod chapter_05;
    mod chapter_06;
    mod chapter_07;
    mod chapter_08;
    mod chapter_09;
    mod chapter_10;
}

/// A number that counts its multiplications.
#[path = "../examples/book/counted.rs"]
mod counted;
/// The task of chapters 6, 8 and 9.
#[path = "../examples/book/waves.rs"]
#[allow(dead_code)] // what only the chapters print
mod waves;
