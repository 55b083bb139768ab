//! Time steps and names of a tape.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::SequenceSteps;
use crate::ops::NodeId;

/// Which lines of a tape belong to which time step, and names of some.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// From which line on it is which step of which sequence, or none.
    steps: Vec<(usize, Option<[usize; 2]>)>,
    /// Names of lines.
    names: Vec<(&'static str, NodeId)>,
    /// The variables of the states of cells, in the order of computation.
    states: Vec<([usize; 2], NodeId)>,
    /// Sequences so far, each with the step of another one in which it began.
    sequences: Vec<Option<[usize; 2]>>,
}

impl History {
    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.names.clear();
        self.states.clear();
        self.sequences.clear();
    }

    /// The number of a new sequence.
    pub(super) fn begin(&mut self) -> usize {
        self.sequences.push(self.now());
        self.sequences.len() - 1
    }

    fn now(&self) -> Option<[usize; 2]> {
        self.steps.last().and_then(|&(_, step)| step)
    }

    /// From this line on it is this step. Returns which it was before.
    pub(super) fn go_to(&mut self, step: Option<[usize; 2]>, line: usize) -> Option<[usize; 2]> {
        let before = self.now();
        self.steps.push((line, step));
        before
    }

    pub(super) fn call(&mut self, id: NodeId, name: &'static str) {
        self.names.push((name, id));
    }

    /// The state after this step has this variable.
    pub(super) fn keep(&mut self, id: NodeId) {
        self.states.extend(self.now().map(|step| (step, id)));
    }

    /// The variables of all states, in the order of computation.
    pub(super) fn states(&self) -> &[([usize; 2], NodeId)] {
        &self.states
    }

    /// The step of the same sequence whose state was there when this one began.
    pub(super) fn step_before(&self, step: [usize; 2]) -> Option<[usize; 2]> {
        let earlier = self.states.iter().map(|&(step, _)| step).take_while(|&earlier| earlier != step);
        earlier.filter(|[sequence, _]| *sequence == step[0]).last()
    }

    /// From which line on it is which step.
    pub(super) fn marks(&self) -> &[(usize, Option<[usize; 2]>)] {
        &self.steps
    }

    /// The sequence and step that a line belongs to.
    pub(super) fn step(&self, line: usize) -> Option<[usize; 2]> {
        let behind = self.steps.partition_point(|&(first, _)| first <= line);
        self.steps[..behind].last().and_then(|&(_, step)| step)
    }

    /// The last name that a line was given.
    pub(super) fn name(&self, line: usize) -> Option<&'static str> {
        self.names.iter().rev().find(|(_, id)| id.index() == line).map(|&(name, _)| name)
    }

    /// Names and their lines, in the order in which they were given.
    pub(super) fn names(&self) -> &[(&'static str, NodeId)] {
        &self.names
    }

    /// All sequences of which there are steps.
    pub(super) fn sequences(&self) -> BTreeMap<usize, SequenceSteps> {
        let steps: BTreeSet<[usize; 2]> = self.steps.iter().filter_map(|&(_, step)| step).collect();
        let mut sequences: BTreeMap<usize, SequenceSteps> = BTreeMap::new();
        for [number, _] in steps {
            let within = self.sequences.get(number).copied().flatten();
            // Numbers may be made up: a sequence that began in a step of a later one would be within itself.
            let within = within.filter(|&[outer, _]| outer < number);
            let new = SequenceSteps { within, ..SequenceSteps::default() };
            sequences.entry(number).or_insert(new).count += 1;
        }
        sequences
    }
}
