//! What a heat map shows.

/// A table of numbers, each a cell with a colour: the larger, the darker.
///
/// Colours go from white for the smallest number (or for 0, if none is negative) to blue for the largest. Where the cells
/// are large enough, the numbers stand in them. A number that is NaN or infinite is an empty cell.
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
        Self { names, rows: numbers(rows), columns: numbers(columns), values }
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
