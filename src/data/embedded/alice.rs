//! A book.

/// *Alice's Adventures in Wonderland* by Lewis Carroll (1865), the whole book: 148,476 characters of 72 kinds, all ASCII, in
/// lines of at most 72.
///
/// Public domain (its author died in 1898): the text of Project Gutenberg, *The Millennium Fulcrum Edition 2.9*, in the form in which
/// compressors are compared by it, `alice29.txt` of the Canterbury Corpus (R. Arnold & T. Bell, *A corpus for the evaluation of lossless
/// compression algorithms*, 1997), as distributed with snappy 1.2. Of its bytes only carriage returns, empty lines at both ends, and
/// the mark of the end are left out.
pub fn alice() -> &'static str {
    include_str!("alice.txt")
}
