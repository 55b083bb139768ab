//! What a heat map shows.

use crate::real::Real;
use crate::tape::Trace;

/// A table of numbers, each a cell with a colour: the larger, the darker.
///
/// Colours go from white for the smallest number (or for 0, if none is negative) to blue for the largest; see also
/// [`diverging`](Self::diverging) and [`range`](Self::range). Where the cells are large enough, the numbers stand in them; if not, a scale beside the table
/// says what the colours mean. A number that is NaN or infinite is an empty cell.
///
/// ```
/// use tapeloop::plot::{HeatMap, Picture};
/// let confusion = HeatMap::new("Which is taken for which", "predicted", "is", [2, 2], [48.0, 2.0, 5.0, 45.0])
///     .row_names(["cat", "dog"])
///     .column_names(["cat", "dog"]);
/// assert!(Picture::new("Pets").heat_map(confusion).to_svg().contains("48"));
/// ```
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// The title, and the names of the axes.
    pub(super) names: [String; 3],
    pub(super) rows: Vec<String>,
    pub(super) columns: Vec<String>,
    /// `[rows, columns]`
    pub(super) values: Vec<f64>,
    pub(super) range: Option<[f64; 2]>,
    pub(super) diverging: bool,
}

impl HeatMap {
    /// A table of so many rows and columns, and what they are about: `x` the columns, `y` the rows. They are
    /// numbered from 0.
    ///
    /// # Panics
    /// If the numbers are not as many as the cells.
    #[track_caller]
    pub fn new(
        title: impl Into<String>,
        x: impl Into<String>,
        y: impl Into<String>,
        [rows, columns]: [usize; 2],
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        assert!(
            values.len() == rows * columns,
            "heat map: {} numbers for {rows} rows of {columns}",
            values.len()
        );
        let numbers = |count: usize| (0..count).map(|i| i.to_string()).collect();
        let names = [title.into(), x.into(), y.into()];
        let (rows, columns) = (numbers(rows), numbers(columns));
        Self { names, rows, columns, values, range: None, diverging: false }
    }

    /// A quantity of a recurrent net over time: a row for each unit, a column for each step. Of a batch either one `row`, or the mean of
    /// all. (A picture shows at most 500 steps.)
    ///
    /// ```
    /// use tapeloop::nn::Lstm;
    /// use tapeloop::plot::{HeatMap, Picture};
    /// use tapeloop::{Memory, Params, Tape};
    ///
    /// let mut params = Params::<f32>::new(0);
    /// let lstm = Lstm::new(8).build(&mut params, "lstm", 1);
    /// let tape = Tape::new(&params, Memory::new()).traced();
    /// let _ = lstm.forward(tape.input([1, 30, 1], &[0.1; 30]));
    /// let f = HeatMap::over_time("The forget gate", &tape.trace(0, "f"), Some(0)).range(0.0, 1.0);
    /// let c = HeatMap::over_time("The memory", &tape.trace(0, "c"), Some(0)).diverging();
    /// println!("{}", Picture::new("Inside an LSTM").heat_map(f).heat_map(c).to_svg());
    /// ```
    ///
    /// # Panics
    /// If the batch has no such row, or the quantity isn't of one shape.
    #[track_caller]
    pub fn over_time<R: Real>(title: impl Into<String>, trace: &Trace<'_, R>, row: Option<usize>) -> Self {
        let mut steps = trace.steps().to_vec();
        steps.sort_by_key(|&(t, _)| t); // those of a layer that goes backwards
        let shape = steps.first().map(|(_, var)| var.shape()).unwrap_or_default();
        let (units, rows) = (shape.last(), shape.rows());
        if let Some(row) = row {
            assert!(row < rows, "heat map: no row {row} in a batch of shape {shape}");
        }
        let mut values = vec![0.0; units * steps.len()];
        for (column, (t, var)) in steps.iter().enumerate() {
            assert!(var.shape() == shape, "heat map: {shape} became {} at step {t}", var.shape());
            let taken = row.map_or(0..rows, |row| row..row + 1);
            let share = 1.0 / taken.len() as f64;
            var.with_value(|value| {
                for (i, x) in value[taken.start * units..taken.end * units].iter().enumerate() {
                    values[i % units * steps.len() + column] += share * x.to_f64();
                }
            });
        }
        let map = Self::new(title, "time step t", "unit", [units, steps.len()], values);
        map.column_names(steps.iter().map(|(t, _)| t.to_string()))
    }

    /// With colours for these numbers, whichever there are: 0 to 1 for a gate. What is beyond has the colour of the end.
    ///
    /// # Panics
    /// Unless `low < high`, both finite.
    #[must_use]
    #[track_caller]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        assert!(low < high && low.is_finite() && high.is_finite(), "heat map: a range from {low} to {high}");
        self.range = Some([low, high]);
        self
    }

    /// With white for 0, blue for what is above and orange for what is below, equally dark if equally far.
    #[must_use]
    pub fn diverging(mut self) -> Self {
        self.diverging = true;
        self
    }

    /// With names of the rows, from the top; those that are missing keep their number.
    #[must_use]
    pub fn row_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.rows.iter_mut().zip(names).for_each(|(row, name)| *row = name.into());
        self
    }

    /// With names of the columns, from the left; those that are missing keep their number.
    #[must_use]
    pub fn column_names(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.columns.iter_mut().zip(names).for_each(|(column, name)| *column = name.into());
        self
    }
}
