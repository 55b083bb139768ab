//! Texts as characters, and long texts in pieces: what holds for all of them.

use std::panic::catch_unwind;

use proptest::prelude::*;
use tapeloop::data::{Characters, Pieces};

proptest! {
    #[test]
    fn texts_come_back(text in "\\PC{0,40}", other in "\\PC{0,40}") {
        let characters = Characters::of(&text);
        let ids = characters.ids(&text);
        prop_assert_eq!(characters.text(&ids), text.clone());
        prop_assert_eq!(characters.is_empty(), text.is_empty());
        prop_assert!((0..characters.len()).all(|id| characters.id(characters.character(id)) == Some(id)));
        let mut sorted: Vec<char> = (0..characters.len()).map(|id| characters.character(id)).collect();
        sorted.dedup();
        prop_assert!(sorted.is_sorted() && sorted.len() == characters.len());
        let known: String = other.chars().filter(|&c| text.contains(c)).collect();
        prop_assert_eq!(characters.text(&characters.ids(&other)), known);
    }

    /// What a row reads, piece after piece, is one stretch of the sequence, and its targets are that stretch one later.
    #[test]
    fn pieces_go_on_where_the_last_one_ended(rows in 1..6usize, steps in 1..9usize, more in 0..100usize) {
        let ids: Vec<usize> = (0..rows * steps + 1 + more).collect();
        let pieces = Pieces::new(&ids, rows, steps);
        let read: Vec<[Vec<usize>; 2]> =
            (0..pieces.len()).map(|piece| [pieces.inputs(piece), pieces.targets(piece)]).collect();
        prop_assert!(!pieces.is_empty());
        let mut ends = Vec::new();
        for row in 0..rows {
            let of_row = |kind: usize| -> Vec<usize> {
                read.iter().flat_map(|both| &both[kind][row * steps..][..steps]).copied().collect()
            };
            let [inputs, targets] = [0, 1].map(of_row);
            prop_assert!(inputs.windows(2).all(|pair| pair[1] == pair[0] + 1));
            prop_assert!(inputs.iter().zip(&targets).all(|(input, target)| input + 1 == *target));
            prop_assert!(ends.last().is_none_or(|&end| end < inputs[0]), "rows overlap");
            ends.push(inputs[inputs.len() - 1]);
        }
        // Less than a piece of each row, and less than an id of each, is left out.
        prop_assert!(ids.len() - 1 - pieces.len() * rows * steps < rows * (steps + 1));
    }
}

#[test]
fn what_is_not_there() {
    let message = |ask: fn()| *catch_unwind(ask).unwrap_err().downcast::<String>().unwrap();
    assert_eq!(message(|| _ = Characters::of("ab").text(&[2])), "characters: no character 2 of 2");
    let few = "pieces: 2 rows of 3 steps out of 6 ids, of which the first has no target";
    assert_eq!(message(|| _ = Pieces::new(&[0; 6], 2, 3)), few);
    assert!(message(|| _ = Pieces::new(&[0; 6], usize::MAX, 3)).starts_with("pieces: "));
    assert!(message(|| _ = Pieces::new(&[0; 6], 0, 3)).starts_with("pieces: 0 rows"));
    assert_eq!(message(|| _ = Pieces::new(&[0; 7], 2, 3).inputs(1)), "pieces: no piece 1 of 1");
}
