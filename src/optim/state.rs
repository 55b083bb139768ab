//! What an optimizer carries from one step to the next.

use std::fmt;

use super::range;
use crate::error::short;
use crate::real::Real;
use crate::tensor::{Gradients, Params};

/// The part of [`Optimizer`] that is the same for all: a field `lr`, a field `state` with these moments, and
/// other fields, which are settings. They need a method `starts`: what the moments start from, `None` for one
/// that these settings don't need.
macro_rules! rate_and_state {
    ($optimizer:literal, $moments:expr, $($setting:ident)*) => {
        fn lr(&self) -> f64 {
            self.lr
        }

        #[track_caller]
        fn set_lr(&mut self, lr: f64) {
            self.lr = range::at_least_0($optimizer, "lr", lr);
        }

        fn steps(&self) -> usize {
            self.state.steps()
        }

        fn reset(&mut self) {
            self.state.reset();
        }

        fn export(&self) -> Option<Exported<'_, R>> {
            let Self { lr, $($setting,)* state } = self; // all of them
            let settings =
                vec![("lr", format!("{lr:?}")), $((stringify!($setting), format!("{:?}", $setting))),*];
            let moments = $moments.into_iter().zip(state.moments());
            let moments = moments.filter_map(|(name, moment)| Some((name, moment?))).collect();
            Some(Exported { name: $optimizer, settings, steps: state.steps(), moments })
        }

        fn restore(&mut self, steps: usize, moments: Vec<(String, Gradients<R>)>) -> Result<(), String> {
            self.state.restore($optimizer, $moments, self.starts(), steps, moments)
        }
    };
}

/// `optimizer.into()` where any optimizer fits.
macro_rules! boxed {
    ($($optimizer:ident)*) => {$(
        impl<R: Real> From<$optimizer<R>> for Box<dyn Optimizer<R>> {
            fn from(optimizer: $optimizer<R>) -> Self {
                Box::new(optimizer)
            }
        }
    )*};
}

/// What is to be known of an optimizer so that another one can go on in its place.
pub struct Exported<'a, R> {
    /// Which optimizer it is, such as `adam`.
    pub name: &'static str,
    /// The hyper-parameters, as `{:?}` prints them: two numbers with one text are the same.
    pub settings: Vec<(&'static str, String)>,
    /// How many steps were taken.
    pub steps: usize,
    /// The moments that were needed so far.
    pub moments: Vec<(&'static str, &'a Gradients<R>)>,
}

/// The number of steps, and up to `N` moments: arrays of the layout of the weights.
#[derive(Clone)]
pub struct State<R, const N: usize> {
    steps: usize,
    moments: [Option<Gradients<R>>; N],
}

impl<R: Real, const N: usize> State<R, N> {
    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The moments; `None` for one that was not needed so far.
    pub fn moments(&self) -> [Option<&Gradients<R>>; N] {
        self.moments.each_ref().map(Option::as_ref)
    }

    /// Forgets all steps.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes the steps and moments of another one, unless a moment has none of these names, or one is missing that
    /// has a starting value, and so would start anew.
    pub(super) fn restore(
        &mut self,
        optimizer: &str,
        names: [&str; N],
        start: [Option<f64>; N],
        steps: usize,
        moments: Vec<(String, Gradients<R>)>,
    ) -> Result<(), String> {
        let mut state = Self { steps, ..Self::default() };
        for (name, moment) in moments {
            let Some(i) = names.iter().position(|known| *known == name) else {
                return Err(format!("{optimizer} has the moments {names:?}, but no {}", short(&name)));
            };
            state.moments[i] = Some(moment);
        }
        let missing = (0..N).find(|&i| steps > 0 && start[i].is_some() && state.moments[i].is_none());
        if let Some(i) = missing {
            return Err(format!(
                "{optimizer} with these settings needs the moment {:?}, which is missing",
                names[i]
            ));
        }
        *self = state;
        Ok(())
    }

    /// Begins a step: returns its number, counted from 1, and the moments. Those with a starting
    /// value are filled with it when they are needed for the first time; the others are empty.
    #[track_caller]
    pub(super) fn begin(
        &mut self,
        optimizer: &str,
        params: &Params<R>,
        grads: &Gradients<R>,
        start: [Option<f64>; N],
    ) -> (usize, [&mut [R]; N]) {
        let n = params.flat().len();
        range::same_layout(optimizer, params, grads);
        for (moment, start) in self.moments.iter_mut().zip(start) {
            if let (None, Some(start)) = (&moment, start) {
                let mut filled = params.zero_gradients();
                filled.flat_mut().fill(R::from_f64(start));
                *moment = Some(filled);
            }
            let known = moment.as_ref().map_or(n, |moment| moment.flat().len());
            range::one_layout(optimizer, n, "moments", known);
        }
        self.steps += 1;
        let moments = self.moments.each_mut();
        (self.steps, moments.map(|m| m.as_mut().map_or(&mut [][..], Gradients::flat_mut)))
    }
}

impl<R: Real, const N: usize> Default for State<R, N> {
    fn default() -> Self {
        Self { steps: 0, moments: std::array::from_fn(|_| None) }
    }
}

impl<R, const N: usize> fmt::Debug for State<R, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} steps", self.steps)
    }
}
