//! Layers in a row, before they know their input.

use super::{Chain, Describe, InputShape, Link, Model};
use crate::error::Error;
use crate::real::Real;
use crate::tensor::Params;

/// Layers in a row, each of which is given what the one before returns. Keras `Sequential`.
///
/// ```
/// use tapeloop::nn::{Activation, Dense, Embedding, SimpleRnn};
/// use tapeloop::train::{InputShape, Sequential};
///
/// let model = Sequential::new()
///     .add(Embedding::new(10_000, 32))
///     .add(SimpleRnn::new(32))
///     .add(Dense::new(1).activation(Activation::Sigmoid))
///     .build(InputShape::tokens(500), 0)?; // seed
/// println!("{}", model.summary());
/// assert_eq!(model.params().count(), 320_000 + 2_080 + 33);
/// # Ok::<(), tapeloop::Error>(())
/// ```
pub struct Sequential<R: Real = f32> {
    layers: Vec<(Option<String>, Box<dyn Describe<R>>)>,
    stateful: bool,
}

impl Sequential {
    /// No layers yet. (For `f64`: `Sequential::<f64>::default()`.)
    pub fn new() -> Self {
        Self::default()
    }
}

impl<R: Real> Default for Sequential<R> {
    fn default() -> Self {
        Self { layers: Vec::new(), stateful: false }
    }
}

impl<R: Real> Sequential<R> {
    /// With another layer at the end. Its name is that of its kind, with a number if there are several.
    #[must_use]
    #[allow(clippy::should_implement_trait)] // Keras' word
    pub fn add(mut self, layer: impl Describe<R> + 'static) -> Self {
        self.layers.push((None, Box::new(layer)));
        self
    }

    /// With another layer of this name at the end.
    #[must_use]
    pub fn add_named(mut self, name: impl Into<String>, layer: impl Describe<R> + 'static) -> Self {
        self.layers.push((Some(name.into()), Box::new(layer)));
        self
    }

    /// Whether the recurrent layers go on from batch to batch where they were: row `b` of a batch continues row `b` of
    /// the one before, until [`Model::reset_state`]. Keras `stateful=True`, for all layers.
    #[must_use]
    pub fn stateful(self, yes: bool) -> Self {
        Self { stateful: yes, ..self }
    }

    /// Adds all weights, drawn with this seed, and returns the net.
    ///
    /// # Errors
    /// If there are no layers, if a layer can't do with what the one before it gives, if two have one name, or if a
    /// stateful net has a layer that reads from the end.
    pub fn build(self, input: InputShape, seed: u64) -> Result<Model<R>, Error> {
        let (mut params, mut links) = (Params::new(seed), Vec::<Link<R>>::new());
        let mut shape = input.clone();
        for (number, (name, description)) in self.layers.into_iter().enumerate() {
            let kind = description.kind();
            let taken =
                |name: &str| links.iter().any(|link| below(&link.name, name) || below(name, &link.name));
            let name = name.unwrap_or_else(|| free(&snake_case(kind), taken));
            let error = |problem| Error::Model { layer: format!("layer {}, {name}", number + 1), problem };
            if taken(&name) {
                let problem =
                    "there is a layer of this name already, or of the part before a dot; give it another";
                return Err(error(problem.into()));
            }
            let before = params.count();
            let built = description.build(&mut params, &name, &shape).map_err(error)?;
            if built.output.axes().contains(&Some(0)) {
                return Err(error(format!(
                    "has an output of shape {}; give it one unit, and the net one step, at least",
                    built.output
                )));
            }
            if self.stateful && built.layer.can_keep_state() == Some(false) {
                return Err(error(
                    "reads from the end, so it can't go on where it was; not in a stateful net".into(),
                ));
            }
            shape = built.output.clone();
            links.push(Link {
                kind,
                config: description.config(),
                layer: built.layer,
                output: built.output,
                weights: params.count() - before,
                name,
            });
        }
        if links.is_empty() {
            return Err(Error::Model {
                layer: "sequential".into(),
                problem: "has no layers; add some".into(),
            });
        }
        Ok(Model::new(Chain::new(links, input), params, self.stateful))
    }
}

/// Whether a weight of the one could be named as one of the other: `rnn` and `rnn.forward`.
fn below(name: &str, of: &str) -> bool {
    name.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// `SimpleRnn` as `simple_rnn`.
fn snake_case(kind: &str) -> String {
    let mut name = String::new();
    for (i, letter) in kind.chars().enumerate() {
        if letter.is_uppercase() && i > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// This name, or with `_1`, `_2`, … if it is taken.
pub(super) fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (1..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).expect("numbers don't end")
}
