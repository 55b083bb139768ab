//! Derivatives of one value by another.

use std::ops::Range;

use super::{Tape, Var};
use crate::ops::Place;
use crate::real::Real;

impl<R: Real> Tape<'_, R> {
    /// `∂of/∂by`: a row for each number of `of`, one variable behind the other, a column for each number of `by`. The variables of `by` are taken as
    /// independent: what one of them does to `of` through another one isn't counted. As reverse mode has it, a walk back for each row, over the lines
    /// behind the first variable of `by`.
    ///
    /// It replaces the gradients of nodes that [`backward`](Self::backward) has left.
    ///
    /// ```
    /// # use tapeloop::{Array, Memory, Params, Tape};
    /// let params = Params::<f64>::new(0);
    /// let tape = Tape::new(&params, Memory::new());
    /// let x = tape.variable(&Array::new([2], vec![3.0, 4.0]));
    /// assert_eq!(tape.jacobian(&[x.square()], &[x]), [6.0, 0.0, 0.0, 8.0]);
    /// ```
    ///
    /// # Panics
    /// If a variable is on another tape, or one of `by` has no gradient: data, what is computed from data alone, or a parameter.
    #[track_caller]
    pub fn jacobian(&self, of: &[Var<'_, R>], by: &[Var<'_, R>]) -> Vec<R> {
        let here = of.iter().chain(by).all(|var| std::ptr::eq(var.tape(), self));
        assert!(here, "jacobian: a variable is on another tape");
        for var in by {
            assert!(var.is_computed(), "jacobian: there is no gradient by {var:?}");
        }
        self.derivatives(of, by)
    }

    /// The same, with columns of 0 for data. Between rows it clears only the gradients of the lines that a walk may visit: so a row of a step of a long
    /// tape costs what a step does.
    #[track_caller]
    fn derivatives(&self, of: &[Var<'_, R>], by: &[Var<'_, R>]) -> Vec<R> {
        let line = |var: &Var<'_, R>| var.id().index();
        let mut lines: Vec<usize> = by.iter().map(line).collect();
        lines.sort_unstable();
        let first = lines.first().copied().unwrap_or(0);
        let visited = self.places(first..of.iter().map(line).fold(first, |end, line| end.max(line + 1)));
        let mut grads = self.params().zero_gradients();
        self.begin(&[], &mut grads);
        let mut rows = Vec::new();
        for var in of {
            let own = self.places(line(var)..line(var) + 1);
            for i in 0..var.shape().len() {
                {
                    let gradients = &mut self.memory_mut().grads;
                    gradients.all_mut()[visited.clone()].fill(R::ZERO);
                    gradients.all_mut()[own.clone()].iter_mut().skip(i).take(1).for_each(|g| *g = R::ONE);
                }
                let mut end = line(var) + 1;
                for &line in lines.iter().rev() {
                    self.walk_back(line + 1..end.max(line + 1), &mut grads);
                    end = end.min(line); // the line itself hands nothing on: it is independent
                }
                for var in by {
                    match var.is_computed() {
                        true => var.with_grad(|row| rows.extend_from_slice(row)),
                        false => rows.resize(rows.len() + var.shape().len(), R::ZERO),
                    }
                }
            }
        }
        rows
    }

    /// Where the gradients of these lines lie, but for those of parameters, which aren't on the tape.
    fn places(&self, lines: Range<usize>) -> Range<usize> {
        let memory = self.memory();
        let places = memory.nodes[lines].iter().filter_map(|node| match node.place {
            Place::Arena(offset) => Some(offset..offset + node.shape.len()),
            Place::Params(_) => None,
        });
        places.reduce(|all, one| all.start.min(one.start)..all.end.max(one.end)).unwrap_or(0..0)
    }

    /// All variables of the state of a cell after step `t`, on a [`traced`](Self::traced) tape: its output first. Sequences as in
    /// [`trace`](Self::trace); masks and zoneout have had their turn.
    ///
    /// # Panics
    /// If the tape isn't traced, or there is no such step.
    #[track_caller]
    pub fn state(&self, sequence: usize, t: usize) -> Vec<Var<'_, R>> {
        assert!(self.is_traced(), "state: make the tape with `Tape::new(…).traced()`");
        let memory = self.memory();
        let kept = memory.history.states().iter().filter(|(step, _)| *step == [sequence, t]);
        let state: Vec<_> = kept.map(|&(_, id)| Var::new(self, id, memory.nodes[id.index()].shape)).collect();
        drop(memory);
        assert!(
            !state.is_empty(),
            "state: sequence {sequence} has no step {t}; of steps marked by hand no state is known: `jacobian` takes variables"
        );
        state
    }

    /// `J_t = ∂s_t/∂s_{t−1}` `[S, S]` of a run on a [`traced`](Self::traced) tape, `s` being all variables of the [state](Self::state), of all rows
    /// of the batch, one behind the other: how a change of the state goes on. Gradients of nodes are replaced, as by [`jacobian`](Self::jacobian):
    /// read those that you need before. By what is data there, such as a clock, it is 0. Of a sequence that was read backwards, `∂s_t/∂s_{t+1}`. Its
    /// [`spectral_radius`](crate::bptt::spectral_radius) says whether changes grow.
    ///
    /// # Panics
    /// If there is no such step, or it is the first one: the initial state is data; if the tape is [`without_gradients`](Self::without_gradients).
    #[track_caller]
    pub fn recurrent_jacobian(&self, sequence: usize, t: usize) -> Vec<R> {
        let of = self.state(sequence, t);
        let before = self.memory().history.step_before([sequence, t]);
        let Some([_, before]) = before else { panic!("recurrent_jacobian: step {t} is the first one") };
        self.derivatives(&of, &self.state(sequence, before))
    }
}
