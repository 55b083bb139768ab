//! Where the first number came from that is none.

use std::fmt;

use super::Tape;
use crate::ops::{Inputs, Node, NodeId, Place};
use crate::real::Real;
use crate::tensor::{Gradients, Shape};

/// In which pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// A value.
    Forward,
    /// A gradient.
    Backward,
}

/// The first number that was infinite or NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    /// A value, or a gradient.
    pub direction: Direction,
    /// The operation that computed it, or whose chain rule did; `leaf` for what came from outside.
    pub op: &'static str,
    /// Its line on the tape.
    pub line: usize,
    /// The sequence and time step.
    pub step: Option<[usize; 2]>,
    /// The name that its result was given.
    pub name: Option<&'static str>,
    /// The shapes of what it read.
    pub operands: Vec<Shape>,
    /// Backwards, the operand whose gradient it is; none, if a parameter had it before the pass began. Forwards, one that was not finite
    /// itself, which can only be a parameter.
    pub operand: Option<usize>,
    /// Which element.
    pub element: usize,
    /// What it is.
    pub value: f64,
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { op, line, element, value, .. } = self;
        match (self.direction, self.operand) {
            (Direction::Forward, None) => write!(f, "forward: `{op}` computed {value}")?,
            (Direction::Forward, Some(i)) => {
                write!(f, "forward: `{op}` computed {value}, and its operand {i} isn't finite")?;
            }
            (Direction::Backward, Some(i)) => {
                write!(f, "backward: `{op}` gives its operand {i} the gradient {value}")?;
            }
            (Direction::Backward, None) => {
                write!(f, "backward: the gradients were given with {value} in those of a parameter")?;
            }
        }
        write!(f, " (element {element}; line {line} of the tape")?;
        self.name.map_or(Ok(()), |name| write!(f, ", named {name}"))?;
        self.step.map_or(Ok(()), |[sequence, t]| write!(f, ", step {t} of sequence {sequence}"))?;
        let shapes: Vec<String> = self.operands.iter().map(Shape::to_string).collect();
        write!(f, "; operands {})", shapes.join(", "))
    }
}

/// What a watched tape has found so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Finding(Option<Found>);

#[derive(Clone, Copy, Debug)]
struct Found {
    direction: Direction,
    id: NodeId,
    operand: Option<usize>,
    element: usize,
    value: f64,
}

impl Finding {
    /// Looks at numbers, unless something was found already.
    pub(crate) fn see(
        &mut self,
        direction: Direction,
        id: NodeId,
        operand: Option<usize>,
        numbers: &[impl Real],
    ) {
        if self.0.is_none()
            && let Some(element) = numbers.iter().position(|x| !x.is_finite())
        {
            self.0 = Some(Found { direction, id, operand, element, value: numbers[element].to_f64() });
        }
    }

    /// Looks at the gradients that parameters have before a pass, which adds to them.
    pub(crate) fn look_at_given<R: Real>(&mut self, nodes: &[Node<R>], grads: &Gradients<R>) {
        for (line, node) in nodes.iter().enumerate() {
            if let Place::Params(offset) = node.place {
                let given = &grads.flat()[offset..][..node.shape.len()];
                self.see(Direction::Backward, NodeId(line as u32), None, given);
            }
        }
    }

    /// Looks at the gradients of a node's inputs.
    pub(crate) fn look_back<R: Real>(
        &mut self,
        line: usize,
        x: Inputs<'_, R>,
        arena: &[R],
        grads: &Gradients<R>,
    ) {
        for (i, input) in
            x.inputs.iter().map(|id| &x.nodes[id.index()]).enumerate().filter(|(_, x)| x.needs_grad)
        {
            let (from, offset) = match input.place {
                Place::Arena(offset) => (arena, offset),
                Place::Params(offset) => (grads.flat(), offset),
            };
            self.see(Direction::Backward, NodeId(line as u32), Some(i), &from[offset..][..input.shape.len()]);
        }
    }
}

impl<R: Real> Tape<'_, R> {
    /// This tape, before anything is recorded, as one that looks at every value and gradient as soon as it is computed: the first one
    /// that is infinite or NaN is its [`anomaly`](Self::anomaly). It is also [`traced`](Self::traced). That takes time:
    /// for looking for a mistake, not for training.
    ///
    /// ```
    /// # use tapeloop::{Array, Memory, Params, Tape};
    /// let none = Params::new(0);
    /// let tape = Tape::new(&none, Memory::new()).watched();
    /// let x = tape.variable(&Array::new([2], vec![1.0, 0.0]));
    /// tape.backward(x.sqrt().named("root").sum(), &mut none.zero_gradients());
    /// assert_eq!(
    ///     tape.anomaly().unwrap().to_string(), // 1/(2·√0)
    ///     "backward: `sqrt` gives its operand 0 the gradient inf (element 1; line 1 of the tape, named root; operands [2])"
    /// );
    /// ```
    #[must_use]
    pub fn watched(mut self) -> Self {
        self.watched = true;
        self.traced()
    }

    /// The first number that was infinite or NaN since the tape began, if it is [`watched`](Self::watched).
    pub fn anomaly(&self) -> Option<Anomaly> {
        let memory = self.memory();
        let Found { direction, id, operand, element, value } = memory.anomaly.0?;
        let (line, node) = (id.index(), memory.nodes[id.index()]);
        let inputs = node.inputs.of(&memory.inputs).iter().map(|id| memory.nodes[id.index()]);
        let not_finite = |place: Place, len: usize| match place {
            Place::Params(offset) => self.params().flat()[offset..][..len].iter().any(|x| !x.is_finite()),
            Place::Arena(_) => false, // it would have been found first
        };
        Some(Anomaly {
            direction,
            op: node.op.rule().name(),
            line,
            step: memory.history.step(line),
            name: memory.history.name(line),
            operands: inputs.clone().map(|input| input.shape).collect(),
            operand: operand.or_else(|| inputs.clone().position(|x| not_finite(x.place, x.shape.len()))),
            element,
            value,
        })
    }
}
