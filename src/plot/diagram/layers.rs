//! The order of boxes within their rows.
//!
//! Sugiyama, Tagawa & Toda 1981: an edge that passes a row has a place in it; rows are put in the order of the mean places of the
//! neighbours above, then of those below, and so on, and the order with the fewest crossings is kept.

/// What has a place in a row: a box, or an edge on its way.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub row: usize,
    pub width: f64,
    pub kind: Kind,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Value,
    /// A value from outside.
    Leaf,
    /// An edge on its way.
    Passing,
}

/// Items in rows, and lines from each to some in the next row.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub items: Vec<Item>,
    /// Of each item those in the row above.
    pub above: Vec<Vec<usize>>,
    /// Of each item those in the row below.
    pub below: Vec<Vec<usize>>,
}

/// Sweeps down and up.
pub(super) const SWEEPS: usize = 12;
/// Between neighbours in a row.
pub(super) const SPACE: f64 = 26.0;

impl Layers {
    pub fn add(&mut self, item: Item) -> usize {
        self.items.push(item);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.items.len() - 1
    }

    /// A line from an item to one in the next row.
    pub fn join(&mut self, above: usize, below: usize) {
        self.below[above].push(below);
        self.above[below].push(above);
    }

    /// The middle of each item. Items that are connected lie together; those that aren't beside each other, from the left end or from the right.
    pub fn places(&self, from_right: bool) -> Vec<f64> {
        let mut places = vec![0.0; self.items.len()];
        let rows = self.items.iter().map(|item| item.row + 1).max().unwrap_or(0);
        let mut filled = vec![0.0; rows];
        for part in self.parts() {
            let order = self.order(&part, rows);
            self.place(&order, &mut places);
            let (first, last) = part.iter().fold((rows, 0), |(first, last), &i| {
                (first.min(self.items[i].row), last.max(self.items[i].row))
            });
            let end = |i: usize, side: f64| places[i] + side * self.items[i].width / 2.0;
            let left = part.iter().map(|&i| end(i, -1.0)).fold(f64::INFINITY, f64::min);
            let right = part.iter().map(|&i| end(i, 1.0)).fold(f64::NEG_INFINITY, f64::max);
            let so_far = filled[first..=last].iter().copied().fold(0.0, f64::max);
            let shift = if from_right { -so_far - right } else { so_far - left };
            part.iter().for_each(|&i| places[i] += shift);
            filled[first..=last].fill(so_far + right - left + SPACE);
        }
        places
    }

    /// What is connected, each part in the order of its items.
    fn parts(&self) -> Vec<Vec<usize>> {
        let (mut seen, mut parts) = (vec![false; self.items.len()], Vec::new());
        for first in 0..self.items.len() {
            let (mut part, mut next) = (Vec::new(), vec![first]);
            while let Some(i) = next.pop() {
                if !std::mem::replace(&mut seen[i], true) {
                    part.push(i);
                    next.extend(self.above[i].iter().chain(&self.below[i]));
                }
            }
            if !part.is_empty() {
                part.sort_unstable();
                parts.push(part);
            }
        }
        parts
    }

    /// The rows of a part, each from left to right.
    fn order(&self, part: &[usize], rows: usize) -> Vec<Vec<usize>> {
        let mut order = vec![Vec::new(); rows];
        part.iter().for_each(|&i| order[self.items[i].row].push(i));
        let mut best = (self.crossings(&order), order.clone());
        for sweep in 0..2 * SWEEPS {
            let downwards = sweep % 2 == 0;
            let neighbours = if downwards { &self.above } else { &self.below };
            for n in 0..rows {
                let row = if downwards { n } else { rows - 1 - n };
                let places = self.indices(&order);
                let mean = |&i: &usize| match &neighbours[i][..] {
                    [] => places[i],
                    all => all.iter().map(|&j| places[j]).sum::<f64>() / all.len() as f64,
                };
                order[row].sort_by(|a, b| mean(a).total_cmp(&mean(b)));
            }
            let crossings = self.crossings(&order);
            if crossings < best.0 {
                best = (crossings, order.clone());
            }
        }
        best.1
    }

    /// Where in its row each item is, as a part of the row's length.
    fn indices(&self, order: &[Vec<usize>]) -> Vec<f64> {
        let mut indices = vec![0.0; self.items.len()];
        for row in order {
            row.iter().enumerate().for_each(|(n, &i)| indices[i] = (n as f64 + 0.5) / row.len() as f64);
        }
        indices
    }

    fn crossings(&self, order: &[Vec<usize>]) -> usize {
        let places = self.indices(order);
        let mut crossings = 0;
        for row in order {
            let lines = row.iter().flat_map(|&i| self.below[i].iter().map(move |&j| (i, j)));
            let lines: Vec<_> = lines.map(|(i, j)| (places[i], places[j])).collect();
            for (n, a) in lines.iter().enumerate() {
                crossings += lines[n + 1..].iter().filter(|b| (a.0 - b.0) * (a.1 - b.1) < 0.0).count();
            }
        }
        crossings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_need_not_cross() {
        let mut layers = Layers::default();
        let item = |row| Item { row, width: 10.0, kind: Kind::Value };
        let [top, left, right] = [0, 1, 1].map(|row| layers.add(item(row)));
        let [under_right, under_left, bottom] = [2, 2, 3].map(|row| layers.add(item(row)));
        let single = layers.add(item(1));
        let lines = [(top, left), (top, right), (left, under_left), (right, under_right)];
        for (above, below) in lines.into_iter().chain([(under_left, bottom), (under_right, bottom)]) {
            layers.join(above, below);
        }
        let places = layers.places(false);
        assert_eq!(places[left] < places[right], places[under_left] < places[under_right]);
        assert_eq!((places[left], places[right]), (places[under_left], places[under_right]), "straight down");
        assert_eq!(places[top], (places[left] + places[right]) / 2.0);
        assert_eq!(places[single], places[left].max(places[right]) + 10.0 + SPACE);
        assert!(layers.places(true).iter().all(|&place| place <= -5.0));
    }
}
