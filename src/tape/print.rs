//! The tape as text: one line per node.

use std::fmt;

use super::{Tape, Var};
use crate::ops::NodeId;
use crate::real::Real;

/// A line per node: its number, the op, the nodes that it reads, its shape, the norm of its gradient (once
/// there is one), and its first numbers.
///
/// ```
/// # use tapeloop::{Array, Memory, Params, Tape};
/// let none = Params::new(0);
/// let tape = Tape::new(&none, Memory::new());
/// let x = tape.variable(&Array::new([2], vec![3.0, 4.0]));
/// tape.backward((x * x).sum(), &mut none.zero_gradients());
/// assert_eq!(
///     tape.to_string(),
///     "  0  leaf                 [2]           ‖∂L‖ 1.00e1   3.0000 4.0000\n\
///      \x20 1  mul(0, 0)            [2]           ‖∂L‖ 1.41e0   9.0000 16.0000\n\
///      \x20 2  sum(1)               []            ‖∂L‖ 1.00e0   25.0000\n"
/// );
/// ```
impl<R: Real> fmt::Display for Tape<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NUMBERS: usize = 4;
        for line in 0..self.len() {
            let (node, inputs) = {
                let memory = self.memory();
                let node = memory.nodes[line];
                (
                    node,
                    node.inputs
                        .of(&memory.inputs)
                        .iter()
                        .map(|id| id.index().to_string())
                        .collect::<Vec<_>>(),
                )
            };
            let var = Var::new(self, NodeId(line as u32), node.shape);
            let inputs = if inputs.is_empty() { String::new() } else { format!("({})", inputs.join(", ")) };
            let op = format!("{}{inputs}", node.op.rule().name());
            write!(f, "{line:>3}  {op:<20} {:<13}", node.shape.to_string())?;
            if var.has_grad() {
                write!(f, " ‖∂L‖ {:<8.2e}", var.grad_norm())?;
            } else {
                write!(f, "               ")?;
            }
            let value = var.value();
            value.iter().take(NUMBERS).try_for_each(|x| write!(f, " {x:.4}"))?;
            writeln!(f, "{}", if value.len() > NUMBERS { " …" } else { "" })?;
        }
        Ok(())
    }
}
