//! Pictures of tapes, taken apart: nothing overlaps, and every line can be followed.
#![cfg(feature = "plot")]

use std::collections::BTreeMap;

use crate::common::every_cell::{Visit, every_cell};
use tapeloop::nn::{Bidirectional, Call, Cell, Gru, Lstm, Recurrent, SimpleRnn, Spec, Stacked};
use tapeloop::plot::Diagram;
use tapeloop::{Graph, Memory, Params, Tape, Var};

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|n| (1.7 * n as f64).sin()).collect()
}

fn graph(params: &Params<f64>, steps: usize, net: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>) -> Graph {
    let tape = Tape::new(params, Memory::new()).traced();
    let x = tape.input([2, steps, 3], &numbers(2 * steps * 3)).named("x");
    let y = net(x);
    let _ = y.mse(tape.input(y.shape(), &numbers(y.shape().len())).named("target")).named("loss");
    tape.graph()
}

type Point = [f64; 2];

#[derive(Clone, Copy, Debug)]
struct Rect {
    from: Point,
    to: Point,
}

impl Rect {
    fn around(points: &[Point]) -> Self {
        let by = |f: fn(f64, f64) -> f64, axis: usize| points.iter().map(|p| p[axis]).reduce(f).unwrap();
        Self { from: [0, 1].map(|axis| by(f64::min, axis)), to: [0, 1].map(|axis| by(f64::max, axis)) }
    }

    fn overlaps(&self, other: &Self) -> bool {
        let beside = self.from[0] >= other.to[0] || other.from[0] >= self.to[0];
        !beside && self.from[1] < other.to[1] && other.from[1] < self.to[1]
    }

    fn contains(&self, other: &Self) -> bool {
        (0..2).all(|axis| self.from[axis] <= other.from[axis] && other.to[axis] <= self.to[axis])
    }

    fn smaller(&self, by: f64) -> Self {
        Self { from: self.from.map(|x| x + by), to: self.to.map(|x| x - by) }
    }
}

/// What an SVG document shows.
#[derive(Debug)]
struct Shown {
    size: Point,
    boxes: Vec<Rect>,
    lines: Vec<(String, Vec<Point>)>,
    texts: Vec<(String, Rect)>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    let (_, rest) = tag.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name}: {tag}"));
    rest.split('"').next().unwrap()
}

impl Shown {
    fn new(svg: &str) -> Self {
        let number = |tag: &str, name: &str| attribute(tag, name).parse::<f64>().unwrap();
        let points = |tag: &str| -> Vec<Point> {
            let pairs = attribute(tag, "points").split_whitespace().map(|pair| pair.split_once(',').unwrap());
            pairs.map(|(x, y)| [x.parse().unwrap(), y.parse().unwrap()]).collect()
        };
        let mut shown = Self { size: [0.0; 2], boxes: vec![], lines: vec![], texts: vec![] };
        let mut lines = svg.lines();
        while let Some(tag) = lines.next() {
            if tag.starts_with("<svg ") {
                shown.size = [number(tag, "width"), number(tag, "height")];
            } else if tag.starts_with("<polygon ") && points(tag).len() > 3 {
                shown.boxes.push(Rect::around(&points(tag)));
            } else if tag.starts_with("<polyline ") && points(tag).first() != points(tag).last() {
                shown.lines.push((attribute(tag, "stroke").to_owned(), points(tag)));
            } else if tag.starts_with("<text ") {
                let (text, size) = (lines.next().unwrap().to_owned(), number(tag, "font-size"));
                let (x, y, width) =
                    (number(tag, "x"), number(tag, "y"), 0.57 * size * text.chars().count() as f64);
                let left = x - width
                    * match attribute(tag, "text-anchor") {
                        "middle" => 0.5,
                        "start" => 0.0,
                        _ => 1.0,
                    };
                let above = if attribute(tag, "dy") == "0.76em" { 0.0 } else { size / 2.0 };
                let rect = Rect { from: [left, y - above], to: [left + width, y - above + size] };
                shown.texts.push((text, rect));
            }
        }
        shown
    }

    /// How many boxes and lines there are, but for those of the key.
    fn count(&self) -> [usize; 2] {
        [self.boxes.len() - 3, self.lines.len() - 3]
    }

    fn check(&self, name: &str) {
        let page = Rect { from: [0.0; 2], to: self.size };
        for (i, a) in self.boxes.iter().enumerate() {
            assert!(page.contains(a), "{name}: {a:?} is outside");
            assert!(!self.boxes[..i].iter().any(|b| a.overlaps(b)), "{name}: {a:?} overlaps another box");
        }
        for (i, (text, rect)) in self.texts.iter().enumerate() {
            assert!(page.contains(rect), "{name}: {text} is outside");
            let other = self.texts[..i].iter().find(|(_, other)| rect.smaller(1.0).overlaps(other));
            assert!(other.is_none(), "{name}: {text} overlaps {other:?}");
            let boxes: Vec<_> = self.boxes.iter().filter(|b| rect.smaller(1.0).overlaps(b)).collect();
            assert!(boxes.iter().all(|b| b.smaller(-1.0).contains(rect)), "{name}: {text} is cut by a box");
        }
        let inner: Vec<Rect> = self.boxes.iter().map(|b| b.smaller(2.0)).collect();
        for (colour, line) in &self.lines[..self.lines.len() - 3] {
            let (start, end) = (line[0], line[line.len() - 1]);
            let leaves =
                self.boxes.iter().any(|b| b.from[0] < start[0] && start[0] < b.to[0] && b.to[1] == start[1]);
            let enters =
                self.boxes.iter().any(|b| b.from[0] < end[0] && end[0] < b.to[0] && b.from[1] == end[1]);
            assert!(leaves && enters, "{name}: a line from {start:?} to {end:?} ({colour})");
            for pair in line.windows(2) {
                let segment = Rect::around(pair).smaller(-0.1);
                let through = inner.iter().find(|b| b.overlaps(&segment));
                assert!(through.is_none(), "{name}: {start:?} to {end:?} passes {through:?} at {pair:?}");
            }
        }
        self.check_parallels(name);
    }

    /// Lines lie on each other only where they are one: if they come from the same place, or lead to the same.
    fn check_parallels(&self, name: &str) {
        for axis in 0..2 {
            let mut straight: BTreeMap<i64, Vec<(f64, f64, usize)>> = BTreeMap::new();
            for (i, (_, line)) in self.lines.iter().enumerate() {
                for pair in line.windows(2).filter(|pair| pair[0][axis] == pair[1][axis]) {
                    let (a, b) = (pair[0][1 - axis], pair[1][1 - axis]);
                    straight.entry(pair[0][axis] as i64).or_default().push((a.min(b), a.max(b), i));
                }
            }
            for (at, segments) in straight {
                for (n, &(from, to, i)) in segments.iter().enumerate() {
                    for &(other_from, other_to, j) in &segments[..n] {
                        let (a, b) = (&self.lines[i].1, &self.lines[j].1);
                        let one = a[0] == b[0] || a[a.len() - 1] == b[b.len() - 1];
                        let common = to.min(other_to) - from.max(other_from);
                        assert!(
                            one || common < 4.0,
                            "{name}: {common} pixels of two lines on each other, {axis} {at}"
                        );
                    }
                }
            }
        }
    }
}

fn drawn(name: &str, graph: &Graph) -> Shown {
    let shown = Shown::new(&Diagram::new(name, graph).to_svg());
    assert_eq!(shown.count(), [graph.nodes.len(), graph.edges.len()], "{name}");
    shown.check(name);
    shown
}

struct Draw(usize);

impl Visit for Draw {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        let mut check = |what: &str, of: &dyn Fn(usize) -> Graph| {
            self.0 += 1;
            for steps in [2, 4] {
                drawn(&format!("{name}, {what}, T = {steps}"), &of(steps));
            }
            drawn(&format!("{name}, {what}, folded"), &of(12).folded());
        };
        let mut params = Params::new(1);
        let plain = layer.build(&mut params, "cell", 3);
        check("plain", &|steps| graph(&params, steps, |x| plain.forward(x)));
        let mut params = Params::new(1);
        let backwards = layer.return_sequences(true).go_backwards(true).build(&mut params, "cell", 3);
        check("backwards", &|steps| graph(&params, steps, |x| backwards.forward(x)));
        let mut params = Params::new(1);
        let all = layer.dropout(0.1, 0.2).zoneout(0.1, 0.2).build(&mut params, "cell", 3);
        check("dropout, zoneout and mask", &|steps| {
            graph(&params, steps, |x| {
                let mask = Some(x.tape().lengths(&[steps, 1], steps));
                all.run(x, Call { mask, training: Some(5), ..Call::default() }).output
            })
        });
        let mut params = Params::new(1);
        let both = Bidirectional::new(layer.return_sequences(true)).build(&mut params, "both", 3);
        check("both directions", &|steps| graph(&params, steps, |x| both.forward(x)));
        let mut params = Params::new(1);
        let stack = Stacked::new([layer, layer]).build(&mut params, "stack", 3);
        check("two layers", &|steps| graph(&params, steps, |x| stack.forward(x)));
    }
}

#[test]
fn every_cell_can_be_drawn() {
    let mut all = Draw(0);
    every_cell(4, &mut all);
    assert!(all.0 >= 75);
}

#[test]
fn texts_say_what_there_is() {
    let mut params = Params::<f64>::new(1);
    let lstm = Lstm::new(4).build(&mut params, "lstm", 3);
    let texts = |graph: &Graph| {
        let shown = drawn("An LSTM", graph);
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        shown.texts.into_iter().for_each(|(text, _)| *counts.entry(text).or_default() += 1);
        counts
    };
    let unrolled = texts(&graph(&params, 3, |x| lstm.forward(x)));
    let expected = [
        ("An LSTM", 1),
        ("t = 0", 1),
        ("t = 1", 1),
        ("t = 2", 1),
        ("lstm.w_hh", 1),
        ("[4, 16]", 1),
        ("c", 3),
    ];
    for (text, count) in
        expected.into_iter().chain([("sigmoid [2, 4]", 9), ("x", 1), ("mse []", 1), ("parameter", 1)])
    {
        assert_eq!(unrolled.get(text), Some(&count), "{text}");
    }
    let folded = texts(&graph(&params, 50, |x| lstm.forward(x)).folded());
    for (text, count) in
        [("each of 50 steps", 1), ("c", 1), ("t−1 ×49", 2), ("×50", 24), ("of another step", 1)]
    {
        assert_eq!(folded.get(text), Some(&count), "{text}");
    }
}

/// Gradients flow back along dark lines, and through time along orange ones.
#[test]
fn colours_tell_where_gradients_flow() {
    let mut params = Params::<f64>::new(1);
    let rnn = SimpleRnn::new(4).build(&mut params, "rnn", 3);
    let graph = graph(&params, 3, |x| rnn.forward(x));
    let mut colours: BTreeMap<String, usize> = BTreeMap::new();
    for (colour, _) in drawn("", &graph).lines {
        *colours.entry(colour).or_default() += 1;
    }
    let of = |colour: &str| colours.get(colour).copied().unwrap_or(0);
    // W_ih, W_hh and b at each step; h_0 and h_1; x, its steps, the state of zeros, the target. And the key's.
    assert_eq!([of("#0072B2"), of("#D55E00"), of("#69707A")], [9, 2 + 1, 3 + 3 + 1 + 1 + 1]);
    assert_eq!(colours.values().sum::<usize>(), graph.edges.len() + 3);
}

#[test]
fn a_net_within_the_steps_of_another_one() {
    let mut params = Params::<f64>::new(4);
    let words = SimpleRnn::new(2).build(&mut params, "words", 1);
    let sentences = Gru::new(2).build(&mut params, "sentences", 2);
    let tape = Tape::new(&params, Memory::new()).traced();
    let (outer, mut h) = (tape.begin_sequence(), tape.zeros([1, 2]));
    for t in 0..3 {
        tape.at_step(Some([outer, t]));
        h = sentences.cell.step(words.forward(tape.input([1, 4, 1], &numbers(4))), h);
    }
    tape.at_step(None);
    let _ = h.sum();
    drawn("nested", &tape.graph());
    let shown = drawn("nested", &tape.graph().folded());
    assert!(shown.texts.iter().any(|(text, _)| text == "each of 12 steps"));
}

#[test]
fn a_tape_without_steps() {
    let mut params = Params::<f64>::new(4);
    let stack = Stacked::new([Gru::new(4).unrolled(), Gru::new(3).unrolled()]).build(&mut params, "gru", 3);
    let tape = Tape::new(&params, Memory::new());
    let _ = stack.forward(tape.input([1, 6, 3], &numbers(18))).mean();
    drawn("untraced", &tape.graph());
    let tape = Tape::new(&params, Memory::new());
    let fused = Stacked::of(
        stack.layers.iter().map(|layer| Recurrent { unrolled: false, ..*layer }).collect::<Vec<_>>(),
    );
    let _ = fused.forward(tape.input([1, 6, 3], &numbers(18))).mean();
    drawn("at once", &tape.graph());
}

#[test]
fn names_cannot_break_the_document_and_are_shortened() {
    let mut params = Params::<f64>::new(1);
    let name = format!("</svg> & \"{}\"", "w".repeat(300));
    let rnn = SimpleRnn::new(4).build(&mut params, &name, 3);
    let graph = graph(&params, 3, |x| rnn.forward(x.named("\u{0}<\n>")));
    let svg = Diagram::new("<title>", &graph).to_svg();
    assert_eq!(svg.matches("</svg>").count(), 1);
    assert!(svg.contains("&lt;/svg&gt; &amp; &quot;www") && svg.contains('…') && !svg.contains('\u{0}'));
    assert!(!svg.contains(&"w".repeat(40)));
}

#[test]
fn too_much_and_nothing_are_said_so() {
    let params = Params::<f64>::new(1);
    let tape = Tape::new(&params, Memory::new());
    assert!(Diagram::new("", &tape.graph()).to_svg().contains("nothing on the tape"));
    let mut x = tape.zeros([1]);
    for _ in 0..Diagram::MOST {
        x = x.tanh();
    }
    let svg = Diagram::new("", &tape.graph()).to_svg();
    assert!(svg.contains("1501 nodes are too many") && svg.len() < 2000);
}

/// As many as are drawn, in the shapes that are the hardest to lay out.
#[test]
fn large_graphs_are_drawn() {
    let params = Params::<f64>::new(1);
    let tape = Tape::new(&params, Memory::new());
    let first = tape.variable(&tapeloop::Array::zeros([2]));
    let mut values = vec![first];
    for n in 1..Diagram::MOST {
        let before = values[n - 1];
        values.push(if n % 3 == 0 { before + values[n / 2] } else { before.tanh() });
    }
    let graph = tape.graph();
    assert_eq!(
        Shown::new(&Diagram::new("", &graph).to_svg()).count(),
        [graph.nodes.len(), graph.edges.len()]
    );
}
