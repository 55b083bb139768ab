//! The graph of a tape as a picture.

mod key;
mod labels;
mod layers;
mod layout;
mod lines;
mod nets;
mod paint;
mod places;
mod ports;
mod rows;
mod sheet;

use std::path::Path;

use super::save;
use crate::error::Error;
use crate::tape::Graph;

/// The graph of a tape as a picture, as SVG: what is computed from what, from top to bottom.
///
/// Time steps are columns, from left to right, each laid out like all others. Left of them are parameters and data, right of them is what is computed
/// from their results. A value that is read in several columns is one line that branches. Of a [folded](Graph::folded)
/// graph there is one column, with the number of uses at each line, and the lines from the step before lead round it.
/// Lines along which gradients flow back are dark; those from parameters blue, those between steps orange; data are grey.
///
/// ```
/// use tapeloop::nn::SimpleRnn;
/// use tapeloop::plot::Diagram;
/// use tapeloop::{Memory, Params, Tape};
///
/// let mut params = Params::<f32>::new(0);
/// let rnn = SimpleRnn::new(4).build(&mut params, "rnn", 1);
/// let tape = Tape::new(&params, Memory::new()).traced();
/// let _ = rnn.forward(tape.input([1, 3, 1], &[0.1, 0.2, 0.3])).sum();
/// let svg = Diagram::new("An Elman net", &tape.graph()).to_svg();
/// assert!(svg.contains("t = 2"));
/// let svg = Diagram::new("One step of it", &tape.graph().folded()).to_svg();
/// assert!(svg.contains("t−1 ×2"));
/// ```
#[derive(Clone, Debug)]
pub struct Diagram {
    title: String,
    graph: Graph,
}

impl Diagram {
    /// Nodes that are drawn at most. Of a longer tape draw the [folded](Graph::folded) graph.
    pub const MOST: usize = 1500;

    /// The picture of a graph.
    pub fn new(title: impl Into<String>, graph: &Graph) -> Self {
        Self { title: title.into(), graph: graph.clone() }
    }

    /// The picture as an SVG document. Of a graph with more nodes than [`MOST`](Self::MOST) it only says so.
    pub fn to_svg(&self) -> String {
        paint::svg(&self.title, &self.graph)
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
