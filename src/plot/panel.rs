//! What a panel shows.

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
