//! A tape as a graph: what is in it, what is left of it folded, and its DOT text.

use crate::common::every_cell::{Visit, every_cell};
use tapeloop::nn::{Bidirectional, Call, Gru, Lstm, Recurrent, SimpleRnn, Spec, Stacked};
use tapeloop::{Array, Graph, GraphEdge, GraphNode, Init, Memory, NodeKind, Params, Tape, Var};

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|n| (1.7 * n as f64).sin()).collect()
}

/// The graph of what a net computes from `[2, T, 3]`.
fn graph(params: &Params<f64>, steps: usize, net: impl for<'t> Fn(Var<'t, f64>) -> Var<'t, f64>) -> Graph {
    let tape = Tape::new(params, Memory::new()).traced();
    let x = tape.input([2, steps, 3], &numbers(2 * steps * 3));
    let _ = net(x).sum();
    let graph = tape.graph();
    assert_eq!(graph.nodes.len(), tape.len());
    graph
}

/// What a folded graph has in common with that of another number of steps.
type Skeleton =
    (Vec<(&'static str, Option<String>, Option<[usize; 2]>, NodeKind, bool)>, Vec<(usize, usize, isize)>);

fn skeleton(graph: &Graph) -> Skeleton {
    let node = |node: &GraphNode| (node.op, node.label.clone(), node.step, node.kind, node.needs_grad);
    let edge = |edge: &GraphEdge| (edge.from, edge.to, edge.lag);
    (graph.nodes.iter().map(node).collect(), graph.edges.iter().map(edge).collect())
}

/// Folds a graph. Nothing must get lost.
fn folded(name: &str, graph: &Graph) -> Graph {
    let folded = graph.folded();
    let counts = |graph: &Graph, kind| -> usize {
        graph.nodes.iter().filter(|node| node.kind == kind).map(|node| node.count).sum()
    };
    for kind in [NodeKind::Input, NodeKind::Parameter, NodeKind::Op, NodeKind::Loss] {
        assert_eq!(counts(&folded, kind), counts(graph, kind), "{name}: {kind:?}");
    }
    let uses = |graph: &Graph, lag: Option<isize>| -> usize {
        graph.edges.iter().filter(|edge| lag.is_none_or(|lag| edge.lag == lag)).map(|edge| edge.uses).sum()
    };
    for lag in [None, Some(-1), Some(0), Some(1), Some(2)] {
        assert_eq!(uses(&folded, lag), uses(graph, lag), "{name}: lag {lag:?}");
    }
    assert!(folded.edges.iter().all(|edge| edge.from.max(edge.to) < folded.nodes.len()), "{name}");
    assert_eq!(folded.folded(), folded, "{name}: twice");
    folded
}

/// The folded graph is the same for all numbers of steps, and each of its nodes within a sequence is there at all steps.
fn folds(name: &str, sequences: usize, graph_of: impl Fn(usize) -> Graph) {
    let mut first: Option<Skeleton> = None;
    for steps in [100, 10, 3, 2] {
        let graph = graph_of(steps);
        let folded = folded(name, &graph);
        for node in &folded.nodes {
            assert_eq!(
                node.count,
                if node.step.is_some() { steps } else { 1 },
                "{name}, T = {steps}: {node:?}"
            );
        }
        let mut found: Vec<usize> = folded.nodes.iter().filter_map(|node| Some(node.step?[0])).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), sequences, "{name}");
        assert!(folded.edges.iter().any(|edge| edge.lag != 0 && edge.uses == steps - 1), "{name}: no loop");
        let mut skeleton = skeleton(&folded);
        if let (2, Some((nodes, _))) = (steps, &first) {
            // What is read of the step before the last has no gradient yet: it is from before the sequence.
            skeleton.0.iter_mut().zip(nodes).for_each(|(node, later)| node.4 |= later.4);
        }
        assert_eq!(*first.get_or_insert_with(|| skeleton.clone()), skeleton, "{name}, T = {steps}");
    }
}

struct Folds(usize);

impl Visit for Folds {
    fn visit<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        let mut check = |what: &str, layer: Recurrent<S>, masked: bool, training: Option<u64>| {
            self.0 += 1;
            let mut params = Params::new(1);
            let layer = layer.build(&mut params, "cell", 3);
            folds(&format!("{name}, {what}"), 1, |steps| {
                graph(&params, steps, |x| {
                    let mask = masked.then(|| x.tape().lengths(&[steps, 1], steps));
                    layer.run(x, Call { mask, training, ..Call::default() }).output
                })
            });
        };
        check("plain", layer, false, None);
        check("all outputs", layer.return_sequences(true), false, None);
        check("backwards", layer.go_backwards(true).return_sequences(true), false, None);
        check("masked", layer.return_sequences(true).zero_output_for_mask(true), true, None);
        check("dropout", layer.dropout(0.2, 0.3), false, Some(5));
        check("zoneout", layer.zoneout(0.1, 0.2), true, Some(5));
        check("zoneout, at test time", layer.zoneout(0.1, 0.2), false, None);

        let mut params = Params::new(1);
        let both = Bidirectional::new(layer.return_sequences(true)).build(&mut params, "both", 3);
        folds(&format!("{name}, both directions"), 2, |steps| graph(&params, steps, |x| both.forward(x)));
        let mut params = Params::new(1);
        let stack = Stacked::new([layer, layer]).dropout(0.2).build(&mut params, "stack", 3);
        folds(&format!("{name}, two layers"), 2, |steps| {
            graph(&params, steps, |x| stack.run(x, Call { training: Some(3), ..Call::default() }, |_, _| ()))
        });
    }
}

#[test]
fn every_cell_folds_into_one_step() {
    let mut all = Folds(0);
    every_cell(4, &mut all);
    assert!(all.0 > 100);
}

/// The equations of the LSTM, read off its folded graph.
#[test]
fn the_folded_lstm_is_its_equations() {
    let mut params = Params::<f64>::new(1);
    let lstm = Lstm::new(4).build(&mut params, "lstm", 3);
    let graph = graph(&params, 50, |x| lstm.forward(x)).folded();
    let named = |name: &str| graph.nodes.iter().position(|node| node.label.as_deref() == Some(name)).unwrap();
    let reads = |to: usize| -> Vec<(usize, isize, usize)> {
        let of = graph.edges.iter().filter(|edge| edge.to == to);
        of.map(|edge| (edge.from, edge.lag, edge.uses)).collect()
    };
    // c = f⊙c + i⊙g
    let products = reads(named("c"));
    let [kept, new] = [products[0].0, products[1].0].map(reads);
    let zeros =
        graph.nodes.iter().position(|node| node.kind == NodeKind::Input && node.shape.rank() == 2).unwrap();
    assert_eq!(kept, [(named("f"), 0, 50), (zeros + 1, 0, 1), (named("c"), 1, 49)]);
    assert_eq!(new, [(named("i"), 0, 50), (named("g"), 0, 50)]);
    // The recurrent product
    let w_hh = named("lstm.w_hh");
    let product = graph.edges.iter().find(|edge| edge.from == w_hh).unwrap().to;
    assert_eq!(reads(product), [(zeros, 0, 1), (w_hh, 0, 50), (named("h"), 1, 49)]);
    assert_eq!(graph.nodes[w_hh].step, None, "a parameter is outside of all steps");
    assert_eq!(graph.nodes.iter().filter(|node| node.op == "slice" && node.count == 50).count(), 4);
    assert_eq!(graph.nodes.last().unwrap().kind, NodeKind::Loss);
}

#[test]
fn lines_are_described() {
    let mut params = Params::<f64>::new(0);
    let w = params.add("net.\"w\"", [2], Init::Constant(3.0));
    let tape = Tape::new(&params, Memory::new()).traced();
    let data = tape.input([2], &[1.0, 2.0]);
    let variable = tape.variable(&Array::new([2], vec![1.0, 2.0])).named("v");
    let y = (data * tape.param(w)).named("y").named("z");
    let _ = data * 2.0; // nobody reads it, but it has no gradient
    let _ = (y * y + variable).sum();
    let graph = tape.graph();

    use NodeKind::{Input, Loss, Op, Parameter};
    let kinds: Vec<_> = graph.nodes.iter().map(|node| node.kind).collect();
    assert_eq!(kinds, [Input, Input, Parameter, Op, Op, Op, Op, Loss]);
    let labels: Vec<_> = graph.nodes.iter().map(|node| node.label.as_deref()).collect();
    assert_eq!(labels, [None, Some("v"), Some("net.\"w\""), Some("z"), None, None, None, None]);
    let with_gradients = graph.nodes.iter().map(|node| node.needs_grad);
    assert!(with_gradients.eq([false, true, true, true, false, true, true, true]));
    assert_eq!((graph.nodes[4].op, graph.nodes[4].attributes.as_str()), ("scale", "factor: 2.0"));
    assert_eq!(graph.nodes[3].attributes, "");
    let edge = |from, to, uses| GraphEdge { from, to, lag: 0, uses };
    let (product, square) = ([edge(0, 3, 1), edge(2, 3, 1)], edge(3, 5, 2));
    let others = [edge(0, 4, 1), square, edge(5, 6, 1), edge(1, 6, 1), edge(6, 7, 1)];
    assert_eq!(graph.edges, [product.as_slice(), &others].concat());
    assert_eq!(graph.folded(), graph, "nothing is in a step");
}

#[test]
fn a_tape_without_trace_or_without_lines() {
    let mut params = Params::<f64>::new(0);
    let rnn = SimpleRnn::new(2).unrolled().build(&mut params, "rnn", 3);
    let tape = Tape::without_gradients(&params, Memory::new());
    assert!(tape.graph().nodes.is_empty() && tape.graph().edges.is_empty());
    assert_eq!(tape.graph().folded(), tape.graph());
    let _ = rnn.forward(tape.input([1, 4, 3], &numbers(12)));
    let graph = tape.graph();
    assert!(graph.nodes.iter().all(|node| node.step.is_none() && !node.needs_grad));
    assert_eq!(folded("untraced", &graph), graph);
    well_formed(&graph);
}

/// The first step does something else, and a later one again: each has its own nodes for that.
#[test]
fn steps_that_differ() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new()).traced();
    let (sequence, mut h) = (tape.begin_sequence(), tape.variable(&Array::new([2], vec![0.1, 0.2])));
    for t in 0..10 {
        tape.at_step(Some([sequence, t]));
        h = if t == 0 { h.sigmoid() } else { (h + h).tanh() };
        if t % 3 == 2 {
            h = h.relu().relu(); // the second relu reads the first: another part
        }
        let _ = (h.exp(), h.exp()); // twice the same
    }
    tape.at_step(None);
    let folded = folded("steps that differ", &tape.graph());
    let count = |op: &str| {
        folded.nodes.iter().filter(|node| node.op == op).map(|node| node.count).collect::<Vec<_>>()
    };
    assert_eq!(
        (count("sigmoid"), count("add"), count("tanh"), count("relu")),
        (vec![1], vec![9], vec![9], vec![3, 3])
    );
    assert_eq!(count("exp"), [1, 1, 6, 6, 3, 3], "of a sigmoid, of a tanh, of a relu");
    let from_relu = |edge: &&GraphEdge| edge.lag == 1 && folded.nodes[edge.from].op == "relu";
    let uses: Vec<_> = folded.edges.iter().filter(from_relu).map(|edge| edge.uses).collect();
    assert_eq!(uses, [6], "h + h reads it twice, after steps 2, 5 and 8");
}

/// A layer within each step of another one, twice: all the inner sequences are two.
#[test]
fn sequences_within_steps_are_folded_too() {
    let mut params = Params::<f64>::new(4);
    let words = SimpleRnn::new(2).build(&mut params, "words", 1);
    let sentences = Gru::new(2).build(&mut params, "sentences", 4);
    let of = |steps: usize| {
        use tapeloop::nn::Cell;
        let tape = Tape::new(&params, Memory::new()).traced();
        let (outer, mut h) = (tape.begin_sequence(), tape.zeros([1, 2]));
        for t in 0..steps {
            tape.at_step(Some([outer, t]));
            let inner = [4, 5].map(|length| words.forward(tape.input([1, length, 1], &numbers(length))));
            h = sentences.cell.step(tape.concat(1, &inner), h);
        }
        tape.at_step(None);
        let _ = h.sum();
        tape.graph()
    };
    let folded = [2, 3, 20].map(|steps| folded("nested", &of(steps)));
    assert!(folded.iter().all(|graph| skeleton(graph) == skeleton(&folded[0])));
    let tanh: Vec<_> =
        folded[2].nodes.iter().filter(|node| node.op == "tanh").map(|node| (node.count, node.step)).collect();
    assert_eq!(tanh, [(4 * 20, Some([1, 0])), (5 * 20, Some([2, 0])), (20, Some([0, 0]))]);
}

/// Numbers of sequences that a user makes up.
#[test]
fn sequences_that_were_never_begun() {
    let params = Params::<f64>::new(0);
    let tape = Tape::new(&params, Memory::new()).traced();
    let mut h = tape.zeros([1]);
    for t in 0..3 {
        tape.at_step(Some([usize::MAX, t]));
        tape.at_step(Some([tape.begin_sequence(), usize::MAX]));
        h = h.tanh();
        tape.at_step(Some([7, usize::MAX - t]));
        h = h.exp();
    }
    let graph = tape.graph();
    well_formed(&graph);
    let folded = folded("made up", &graph);
    well_formed(&folded);
    assert_eq!(
        folded.nodes.iter().filter(|node| node.op == "exp").map(|node| node.count).collect::<Vec<_>>(),
        [3]
    );
}

/// Reads DOT text as far as it is written here, and returns the nodes, the edges and the labels of clusters.
fn well_formed(graph: &Graph) -> (usize, usize, Vec<String>) {
    let dot = graph.to_dot();
    let mut lines = dot.lines();
    assert_eq!(lines.next(), Some("digraph tape {"));
    let (mut depth, mut nodes, mut edges, mut labels) = (1, vec![], 0, vec![]);
    for line in lines {
        let line = line.trim();
        let number = |text: &str| text.trim().strip_prefix('n').unwrap().parse::<usize>().unwrap();
        if line == "}" {
            depth -= 1;
        } else if let Some(name) = line.strip_prefix("subgraph ") {
            let name = name.strip_suffix(" {").unwrap();
            assert!(name.chars().all(|c| c.is_alphanumeric() || c == '_'), "{name}");
            depth += 1;
        } else if let Some(label) = line.strip_prefix("label=") {
            labels.push(attribute(label.strip_suffix(';').unwrap()).0);
        } else {
            let (what, list) = line.split_once(" [").unwrap_or_else(|| panic!("{line}"));
            attributes(list.strip_suffix("];").unwrap_or_else(|| panic!("{line}")));
            match what.split_once("->") {
                Some((from, to)) => {
                    assert!(number(from).max(number(to)) < graph.nodes.len());
                    edges += 1;
                }
                None if what == "node" => {}
                None => nodes.push(number(what)),
            }
        }
        assert!(depth > 0 || line == "}", "{line}");
    }
    assert_eq!(depth, 0);
    nodes.sort_unstable();
    assert!(nodes.into_iter().eq(0..graph.nodes.len()));
    assert_eq!(edges, graph.edges.len());
    (graph.nodes.len(), edges, labels)
}

/// `key=value, key=value`
fn attributes(mut list: &str) {
    while !list.is_empty() {
        let (key, rest) = list.split_once('=').unwrap_or_else(|| panic!("{list}"));
        assert!(key.chars().all(|c| c.is_ascii_lowercase()), "{key}");
        list = attribute(rest).1;
        list = list.strip_prefix(", ").unwrap_or(list);
    }
}

/// A value, quoted or a word, and what follows it.
fn attribute(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        assert!(text[..end].chars().all(char::is_alphanumeric), "{text}");
        return (text[..end].to_owned(), &text[end..]);
    };
    let (mut value, mut chars) = (String::new(), quoted.char_indices());
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[i + 1..]),
            '\\' => value.extend(['\\', chars.next().unwrap().1]),
            c => value.push(c),
        }
    }
    panic!("no end: {text}")
}

#[test]
fn dot_is_well_formed() {
    let mut params = Params::<f64>::new(1);
    let stack = Stacked::new([Lstm::new(4), Lstm::new(3)]).build(&mut params, "\" -> \\n0; } {\n[x]", 3);
    let graph = graph(&params, 3, |x| stack.forward(x.named("}\"]; \\")));
    let (nodes, _, clusters) = well_formed(&graph);
    assert_eq!(nodes, graph.nodes.len());
    let titles = (0..2).flat_map(|sequence| (0..3).map(move |t| format!("sequence {sequence}, t = {t}")));
    assert!(clusters.into_iter().eq(titles));
    let dot = graph.to_dot();
    assert!(dot.contains(r#"\" -> \\n0; } {\n[x].0.w_ih"#) && dot.contains(r#"}\"]; \\"#), "{dot}");

    let folded = graph.folded();
    let (_, _, clusters) = well_formed(&folded);
    assert_eq!(clusters, ["sequence 0, each of 3 steps", "sequence 1, each of 3 steps"]);
    let dot = folded.to_dot();
    assert!(
        dot.contains("label=\"t−1 ×2\"") && dot.contains("label=\"×3\"") && dot.contains(r"\n×3"),
        "{dot}"
    );
    assert!(dot.contains("style=dashed"));
}

struct Dot;

impl Visit for Dot {
    fn visit<S: Spec + Copy>(&mut self, _: &str, layer: Recurrent<S>) {
        let mut params = Params::new(1);
        let layer = layer.go_backwards(true).build(&mut params, "cell", 3);
        let graph = graph(&params, 4, |x| layer.forward(x));
        well_formed(&graph);
        well_formed(&graph.folded());
        assert!(graph.folded().to_dot().contains("t+1 ×3"));
    }
}

#[test]
fn the_dot_text_of_every_cell() {
    every_cell(4, &mut Dot);
}
