//! Pictures of training: curves in panels, tables as heat maps, and the tape as a graph, as SVG. Needs the feature `plot`.
//!
//! ```
//! use tapeloop::plot::{Panel, Picture};
//! let loss = [(1.0, 0.5), (2.0, 0.07), (3.0, 0.012)];
//! let svg = Picture::new("Training").panel(Panel::new("Loss", "step", "MSE").log_y().line("train", loss)).to_svg();
//! assert!(svg.contains("Training"));
//! ```

mod axis;
mod cells;
mod curves;
mod diagram;
mod draw;
mod heat_map;
mod panel;
mod save;
mod text;

use std::path::Path;

pub use diagram::Diagram;
pub use heat_map::HeatMap;
pub use panel::Panel;

use crate::error::Error;

/// A title with panels below it.
#[derive(Clone, Debug)]
pub struct Picture {
    title: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Curves(Panel),
    Cells(HeatMap),
}

impl Picture {
    /// A picture without panels yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), parts: Vec::new() }
    }

    /// Adds a panel below the others.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.parts.push(Part::Curves(panel));
        self
    }

    /// Adds a heat map below the panels.
    #[must_use]
    pub fn heat_map(mut self, map: HeatMap) -> Self {
        self.parts.push(Part::Cells(map));
        self
    }

    /// The picture as an SVG document.
    pub fn to_svg(&self) -> String {
        draw::svg(&self.title, &self.parts)
    }

    /// Writes the picture to a file. It is written beside it first and then renamed, so that there is
    /// never half a picture under this name.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        save::whole(path.as_ref(), self.to_svg().as_bytes())
    }
}
