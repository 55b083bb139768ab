//! Where in its row each item lies.

use super::layers::{Kind, Layers, SPACE, SWEEPS};

impl Layers {
    /// Each item near its neighbours above and below, as far as those beside it allow.
    pub fn place(&self, order: &[Vec<usize>], places: &mut [f64]) {
        for row in order {
            let mut end = 0.0;
            for &i in row {
                places[i] = end + self.items[i].width / 2.0;
                end += self.items[i].width + SPACE;
            }
        }
        // First of those above, then of those below, at last of both.
        for sweep in 0..4 * SWEEPS {
            let downwards = sweep % 2 == 0;
            for n in 0..order.len() {
                let row = &order[if downwards { n } else { order.len() - 1 - n }];
                let wishes = row.iter().map(|&i| match sweep {
                    _ if sweep >= 2 * SWEEPS => {
                        self.wish(i, self.above[i].iter().chain(&self.below[i]), places)
                    }
                    _ if downwards => self.wish(i, self.above[i].iter(), places),
                    _ => self.wish(i, self.below[i].iter(), places),
                });
                let wishes: Vec<_> = wishes.collect();
                let distances: Vec<f64> = row.windows(2).map(|pair| self.apart(pair)).collect();
                row.iter().zip(nearest(&wishes, &distances)).for_each(|(&i, place)| places[i] = place);
            }
        }
        self.straighten(order, places);
    }

    /// Makes an edge that passes several rows vertical between them, if there is room for that.
    fn straighten(&self, order: &[Vec<usize>], places: &mut [f64]) {
        let passing = |i: usize| self.items[i].kind == Kind::Passing;
        let mut room = vec![[f64::NEG_INFINITY, f64::INFINITY]; self.items.len()];
        for first in order.iter().flatten().copied() {
            if !passing(first) || passing(self.above[first][0]) {
                continue;
            }
            let mut line = vec![first];
            while let Some(next) = self.below[line[line.len() - 1]].first().filter(|&&next| passing(next)) {
                line.push(*next);
            }
            for row in line.iter().map(|&i| &order[self.items[i].row]) {
                for pair in row.windows(2) {
                    let apart = self.apart(pair);
                    room[pair[0]][1] = places[pair[1]] - apart;
                    room[pair[1]][0] = places[pair[0]] + apart;
                }
            }
            let least = line.iter().map(|&i| room[i][0]).fold(f64::NEG_INFINITY, f64::max);
            let most = line.iter().map(|&i| room[i][1]).fold(f64::INFINITY, f64::min);
            if least <= most {
                let mean = line.iter().map(|&i| places[i]).sum::<f64>() / line.len() as f64;
                line.iter().for_each(|&i| places[i] = mean.clamp(least, most));
            }
        }
    }

    /// How far apart the middles of two neighbours in a row must be.
    fn apart(&self, pair: &[usize]) -> f64 {
        (self.items[pair[0]].width + self.items[pair[1]].width) / 2.0 + SPACE
    }

    /// Where an item would be for its neighbours' sake, and how much that matters.
    fn wish<'a>(&self, i: usize, neighbours: impl Iterator<Item = &'a usize>, places: &[f64]) -> (f64, f64) {
        let sums = neighbours.fold((0.0, 0.0), |(sum, all), &j| {
            let (above, below) = if self.items[i].row < self.items[j].row { (i, j) } else { (j, i) };
            let weight = self.weight(above, below);
            (sum + weight * places[j], all + weight)
        });
        if sums.1 == 0.0 { (places[i], 0.01) } else { (sums.0 / sums.1, sums.1) }
    }

    /// How much it matters that a line is straight: most for edges on their way, and where nothing branches; least for a leaf's.
    fn weight(&self, above: usize, below: usize) -> f64 {
        match (self.items[above].kind, self.items[below].kind) {
            (Kind::Passing, Kind::Passing) => 8.0,
            (Kind::Leaf, Kind::Value) => 0.2,
            (Kind::Value, Kind::Value) if self.below[above].len() == 1 && self.above[below].len() == 1 => 4.0,
            (Kind::Value, Kind::Value) => 1.0,
            _ => 2.0,
        }
    }
}

/// The places nearest to these wishes (by the sum of weighted squares) that are in order and at least so far apart.
///
/// Isotonic regression: neighbours that want to be on the wrong side of each other move as one, to their mean.
fn nearest(wishes: &[(f64, f64)], distances: &[f64]) -> Vec<f64> {
    let offsets = std::iter::once(0.0).chain(distances.iter().copied());
    let offsets: Vec<f64> = offsets
        .scan(0.0, |sum, d| {
            *sum += d;
            Some(*sum)
        })
        .collect();
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new(); // the mean, its weight, how many
    for (&(wish, weight), offset) in wishes.iter().zip(&offsets) {
        let mut block = (wish - offset, weight, 1);
        while let Some(&(mean, weight, count)) = blocks.last().filter(|last| last.0 > block.0) {
            blocks.pop();
            let all = weight + block.1;
            block = ((mean * weight + block.0 * block.1) / all, all, count + block.2);
        }
        blocks.push(block);
    }
    let means = blocks.iter().flat_map(|&(mean, _, count)| std::iter::repeat_n(mean, count));
    means.zip(offsets).map(|(mean, offset)| mean + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn places_are_as_near_as_they_can_be() {
        assert_eq!(nearest(&[(0.0, 1.0), (10.0, 1.0)], &[5.0]), [0.0, 10.0]);
        assert_eq!(nearest(&[(4.0, 1.0), (4.0, 1.0)], &[6.0]), [1.0, 7.0]);
        assert_eq!(nearest(&[(4.0, 3.0), (4.0, 1.0)], &[4.0]), [3.0, 7.0]);
        assert_eq!(nearest(&[(9.0, 1.0), (0.0, 1.0), (0.0, 1.0)], &[3.0, 3.0]), [0.0, 3.0, 6.0]);
        assert!(nearest(&[], &[]).is_empty());
    }
}
