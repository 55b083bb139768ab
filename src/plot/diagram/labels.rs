//! Where the numbers at lines stand.

use super::lines::{Point, Rect};

/// The size of a number, and how wide a letter of it is.
pub(super) const SIZE: f64 = 21.0;
const LETTER: f64 = 0.62;
/// Along a line between possible places, the first of which is so far from its end.
const STEP: f64 = 6.0;
const FIRST: f64 = 26.0;
/// From a text to where its line turns, if there is a place for it.
const ROOM: f64 = 8.0;

/// A text for each of some lines: the number of the line, and a place where it hides no box and no other text, and as few lines as possible:
/// on its line, or, if there is none, beside it.
pub(super) fn place(texts: &[(usize, String)], lines: &[Vec<Point>], boxes: &[Rect]) -> Vec<Rect> {
    let mut placed: Vec<Rect> = Vec::new();
    for (line, text) in texts {
        let half = (text.chars().count() as f64 * SIZE * LETTER / 2.0 + 3.0, SIZE / 2.0 + 1.0);
        let around =
            |(x, y): Point| Rect { left: x - half.0, top: y - half.1, right: x + half.0, bottom: y + half.1 };
        let cost = |rect: &Rect, beside: bool| {
            let hidden = boxes.iter().chain(&placed).filter(|other| rect.overlaps(other)).count();
            let others = lines.iter().enumerate().filter(|(i, _)| i != line);
            let crossed = others.filter(|(_, other)| rect.is_crossed(other)).count();
            let turned = rect.grown(ROOM).is_turned_in(&lines[*line]);
            1000 * hidden + 100 * usize::from(beside) + 2 * crossed + 3 * usize::from(turned)
        };
        let (mut best, mut least) = (around(lines[*line][0]), usize::MAX);
        let points = along(&lines[*line]);
        for side in [0.0, -1.0, 1.0] {
            for &(x, y) in &points {
                let rect = around((x + side * half.0, y));
                let cost = cost(&rect, side != 0.0);
                if cost < least {
                    (best, least) = (rect, cost);
                }
            }
        }
        placed.push(best);
    }
    placed
}

/// Points of a line, from its end backwards.
fn along(line: &[Point]) -> Vec<Point> {
    let (mut points, mut next, mut gone) = (Vec::new(), FIRST, 0.0);
    for pair in line.windows(2).rev() {
        let [to, from] = [pair[0], pair[1]];
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        while next <= gone + length && length > 0.0 {
            let share = (next - gone) / length;
            points.push((from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1)));
            next += STEP;
        }
        gone += length;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_out_of_each_others_way() {
        let line = vec![(0.0, 0.0), (0.0, 200.0)];
        let near = vec![(4.0, 0.0), (4.0, 200.0)];
        let end = Rect { left: -40.0, top: 150.0, right: 40.0, bottom: 200.0 };
        let texts = [(0, "×50".to_owned()), (1, "×50".to_owned())];
        let placed = place(&texts, &[line, near], &[end]);
        assert!(
            !placed[0].overlaps(&placed[1]) && placed.iter().all(|rect| !rect.overlaps(&end)),
            "{placed:?}"
        );
    }
}
