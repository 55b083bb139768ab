//! Lines that bend, and rectangles that they should not cross.

pub(super) type Point = (f64, f64);

/// A rectangle: its left upper corner and its right lower one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Rect {
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// With so much more on each side.
    pub fn grown(&self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Whether a line passes through it.
    pub fn is_crossed(&self, line: &[Point]) -> bool {
        line.windows(2).any(|pair| self.is_cut(pair[0], pair[1]))
    }

    /// Whether a line turns by a right angle in it.
    pub fn is_turned_in(&self, line: &[Point]) -> bool {
        let inside = line.windows(2).filter(|pair| self.is_cut(pair[0], pair[1]));
        let steep = |pair: &[Point]| (pair[0].1 - pair[1].1).abs() > 20.0 * (pair[0].0 - pair[1].0).abs();
        let flat = |pair: &[Point]| (pair[0].0 - pair[1].0).abs() > 20.0 * (pair[0].1 - pair[1].1).abs();
        inside.clone().any(steep) && inside.clone().any(flat)
    }

    /// Whether the straight line between two points does: what is left of it after cutting off what is beyond each side (Liang & Barsky 1984).
    fn is_cut(&self, a: Point, b: Point) -> bool {
        let beside = a.0.max(b.0) <= self.left || self.right <= a.0.min(b.0);
        if beside || a.1.max(b.1) <= self.top || self.bottom <= a.1.min(b.1) {
            return false;
        }
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let sides =
            [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)];
        let (mut from, mut to): (f64, f64) = (0.0, 1.0);
        for (towards, room) in sides {
            if towards == 0.0 {
                if room <= 0.0 {
                    return false;
                }
            } else if towards < 0.0 {
                from = from.max(room / towards);
            } else {
                to = to.min(room / towards);
            }
        }
        from < to
    }
}

/// Where a line turns.
const RADIUS: f64 = 9.0;

/// Adds a curve to a point, downwards at both ends.
pub(super) fn curve(line: &mut Vec<Point>, (x, y): Point) {
    const PIECES: usize = 12;
    let &(from, top) = line.last().expect("a line has a beginning");
    if (x - from).abs() < 1.0 {
        line.push((x, y));
        return;
    }
    for piece in 1..=PIECES {
        let t = piece as f64 / PIECES as f64;
        let share = t * t * (3.0 - 2.0 * t);
        // The heights of a cubic whose inner control points lie halfway down.
        let height = 1.5 * t * (1.0 - t) + t * t * t;
        line.push((from + share * (x - from), top + height * (y - top)));
    }
}

/// A line through corners, each of which is cut off by a quarter of a circle.
pub(super) fn rounded(corners: &[Point]) -> Vec<Point> {
    let mut line = vec![corners[0]];
    for at in corners.windows(3) {
        let [before, corner, after] = [at[0], at[1], at[2]];
        let length = |a: Point, b: Point| (a.0 - b.0).abs() + (a.1 - b.1).abs();
        let radius = RADIUS.min(length(before, corner) / 2.0).min(length(corner, after) / 2.0);
        let towards = |to: Point, by: f64| {
            let length = length(corner, to).max(1e-9);
            (corner.0 + (to.0 - corner.0) / length * by, corner.1 + (to.1 - corner.1) / length * by)
        };
        let (a, b) = (towards(before, radius), towards(after, radius));
        let middle = (corner.0 * 0.41 + (a.0 + b.0) * 0.295, corner.1 * 0.41 + (a.1 + b.1) * 0.295);
        line.extend([a, middle, b]);
    }
    line.push(corners[corners.len() - 1]);
    line.dedup_by(|a, b| (a.0 - b.0).abs() + (a.1 - b.1).abs() < 0.5);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    #[test]
    fn lines_through_a_rectangle() {
        for (a, b, through) in [
            ((-5.0, 5.0), (15.0, 5.0), true),
            ((5.0, 2.0), (5.0, 8.0), true),
            ((-5.0, 11.0), (15.0, 11.0), false),
            ((-1.0, 9.0), (2.0, 14.0), false),
            ((-1.0, 5.0), (5.0, 14.0), true),
            ((-5.0, 5.0), (-1.0, 5.0), false),
        ] {
            assert_eq!((UNIT.is_cut(a, b), UNIT.is_cut(b, a)), (through, through), "{a:?} {b:?}");
        }
    }
}
