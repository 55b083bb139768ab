//! What a panel shows.

use crate::real::Real;

/// Curves over a common x axis.
///
/// A point that is NaN or infinite, or not positive on a logarithmic axis, is left out: the line has
/// a gap there.
#[derive(Clone, Debug)]
pub struct Panel {
    pub(super) title: String,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) log_x: bool,
    pub(super) log_y: bool,
    pub(super) curves: Vec<Curve>,
}

#[derive(Clone, Debug)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) dots: bool,
}

impl Panel {
    /// An empty panel with the names of its axes, such as `time (s)`.
    pub fn new(title: impl Into<String>, x: impl Into<String>, y: impl Into<String>) -> Self {
        let (title, x, y) = (title.into(), x.into(), y.into());
        Self { title, x, y, log_x: false, log_y: false, curves: Vec::new() }
    }

    /// The norms of a gradient at each time step, of one or more nets, on a logarithmic axis: `y` says of what, as `‖∂L/∂h_t‖`. They come from
    /// [`Trace::gradient_norms`](crate::Trace::gradient_norms), or
    /// [`relative_gradient_norms`](crate::Trace::relative_gradient_norms).
    ///
    /// ```
    /// use tapeloop::nn::{Gru, SimpleRnn};
    /// use tapeloop::plot::{Panel, Picture};
    /// use tapeloop::{Memory, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new(0);
    /// let rnn = SimpleRnn::new(8).build(&mut params, "rnn", 1);
    /// let gru = Gru::new(8).build(&mut params, "gru", 1);
    /// let tape = Tape::new(&params, Memory::new()).traced();
    /// let x = tape.input([1, 30, 1], &[0.1; 30]);
    /// let loss = rnn.forward(x).sum() + gru.forward(x).sum();
    /// tape.backward(loss, &mut params.zero_gradients());
    /// let runs = [("rnn", 0), ("gru", 1)].map(|(name, sequence)| (name, tape.trace(sequence, "h").gradient_norms()));
    /// let panel = Panel::gradient_norms("Which vanishes first", "‖∂L/∂h_t‖", runs);
    /// println!("{}", Picture::new("Gradients").panel(panel).to_svg());
    /// ```
    pub fn gradient_norms<R: Real, N: Into<String>>(
        title: impl Into<String>,
        y: impl Into<String>,
        runs: impl IntoIterator<Item = (N, Vec<(usize, R)>)>,
    ) -> Self {
        runs.into_iter().fold(Self::new(title, "time step t", y).log_y(), |panel, (name, norms)| {
            panel.line(name, norms.into_iter().map(|(t, norm)| (t as f64, norm.to_f64())))
        })
    }

    /// With a logarithmic x axis.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log_x = true;
        self
    }

    /// With a logarithmic y axis.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log_y = true;
        self
    }

    /// Adds a line through points `(x, y)`.
    #[must_use]
    pub fn line(self, name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.curve(name.into(), points, false)
    }

    /// Adds points `(x, y)`, each a dot.
    #[must_use]
    pub fn dots(self, name: impl Into<String>, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        self.curve(name.into(), points, true)
    }

    fn curve(mut self, name: String, points: impl IntoIterator<Item = (f64, f64)>, dots: bool) -> Self {
        self.curves.push(Curve { name, points: points.into_iter().collect(), dots });
        self
    }
}
