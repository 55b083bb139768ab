//! A graph as text for Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::graph::SequenceSteps;
use super::{Graph, GraphEdge, GraphNode, NodeKind};

impl Graph {
    /// The graph in the DOT language of Graphviz (`dot -Tsvg`). Each time step is a cluster; in a [folded](Self::folded) graph each sequence
    /// is, counts and uses are written to nodes and edges (none means once), and an edge from an earlier step says from which. Edges along which
    /// no gradient flows are grey and dashed.
    ///
    /// ```
    /// # use tapeloop::{Memory, Params, Tape};
    /// let none = Params::<f32>::new(0);
    /// let tape = Tape::new(&none, Memory::new());
    /// let _ = tape.input([2], &[3.0, 4.0]).tanh();
    /// assert!(tape.graph().to_dot().contains("n0 -> n1"));
    /// ```
    pub fn to_dot(&self) -> String {
        let mut dot = String::from("digraph tape {\n  node [shape=box, style=filled, fillcolor=white];\n");
        let mut clusters: BTreeMap<Option<[usize; 2]>, Vec<usize>> = BTreeMap::new();
        for (i, node) in self.nodes.iter().enumerate() {
            clusters.entry(node.step).or_default().push(i);
        }
        for (step, members) in clusters {
            if let Some([sequence, t]) = step {
                let title = format!("sequence {sequence}, {}", self.step_title([sequence, t]));
                let _ = writeln!(dot, "  subgraph cluster_{sequence}_{t} {{\n  label={};", quoted(&title));
            }
            for i in members {
                dot += &self.nodes[i].dot(i);
            }
            dot += if step.is_some() { "  }\n" } else { "" };
        }
        for edge in &self.edges {
            dot += &edge.dot(&self.nodes[edge.from], &self.nodes[edge.to]);
        }
        dot += "}\n";
        dot
    }

    /// What a step is called; in a folded graph, all steps of a sequence.
    pub(crate) fn step_title(&self, step: [usize; 2]) -> String {
        match self.sequences.get(&step[0]) {
            Some(SequenceSteps { folded: true, count, .. }) => format!("each of {count} steps"),
            _ => format!("t = {}", step[1]),
        }
    }
}

impl GraphNode {
    fn dot(&self, i: usize) -> String {
        let mut text = self.title().to_owned();
        if self.label.is_some() && matches!(self.kind, NodeKind::Op | NodeKind::Loss) {
            let _ = write!(text, "\n{}", self.op);
        }
        let _ = write!(text, "\n{}", self.shape);
        if self.count > 1 {
            let _ = write!(text, "\n×{}", self.count);
        }
        let look = match self.kind {
            NodeKind::Input => "shape=ellipse, fillcolor=\"#EEEEEE\"",
            NodeKind::Parameter => "fillcolor=\"#D6E9F5\"",
            NodeKind::Loss => "fillcolor=\"#FBE3D2\", peripheries=2",
            NodeKind::Op if self.needs_grad => "fillcolor=white",
            NodeKind::Op => "fontcolor=\"#666666\"",
        };
        let tooltip = quoted(if self.attributes.is_empty() { self.op } else { &self.attributes });
        format!("  n{i} [label={}, tooltip={tooltip}, {look}];\n", quoted(&text))
    }

    /// What to call it: its label, or its operation.
    pub(crate) fn title(&self) -> &str {
        match (&self.label, self.kind) {
            (Some(label), _) => label,
            (None, NodeKind::Input) if self.needs_grad => "variable",
            (None, NodeKind::Input) => "input",
            (None, _) => self.op,
        }
    }
}

impl GraphEdge {
    fn dot(&self, from: &GraphNode, to: &GraphNode) -> String {
        let mut look = Vec::new();
        let text = self.text(from, to);
        if !text.is_empty() {
            // Graphviz (2.43) may not find ranks if an edge between two clusters has a label that needs room.
            let key = if self.lag != 0 && from.step != to.step { "xlabel" } else { "label" };
            look.push(format!("{key}={}", quoted(&text)));
        }
        if self.lag != 0 {
            look.push("color=\"#D55E00\", fontcolor=\"#D55E00\", penwidth=2, constraint=false".to_owned());
        }
        if !from.needs_grad {
            look.push("style=dashed, color=\"#999999\"".to_owned());
        }
        format!("  n{} -> n{} [{}];\n", self.from, self.to, look.join(", "))
    }

    /// How often the value is used, and which step it is of, `t−1`, where that isn't seen: if one step stands for all.
    pub(crate) fn text(&self, from: &GraphNode, to: &GraphNode) -> String {
        let time = match self.lag {
            _ if from.step != to.step => String::new(),
            0 => String::new(),
            1.. => format!("t−{}", self.lag),
            ..0 => format!("t+{}", self.lag.unsigned_abs()),
        };
        match self.uses {
            1 => time,
            uses => format!("{time} ×{uses}").trim_start().to_owned(),
        }
    }
}

/// A quoted string of the DOT language.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted() {
        assert_eq!(quoted("a \"b\" \\N\n\u{0}→"), r#""a \"b\" \\N\n →""#);
    }
}
