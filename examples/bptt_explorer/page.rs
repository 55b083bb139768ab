//! The page: one file of its parts, and numbers that are short.

use serde_json::{Value, json};

const HTML: &str = include_str!("page.html");
/// What stands in for each mark of the form `{{name}}` in the frame, in this order.
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("charts.js"), include_str!("net.js"), include_str!("page.js"));

/// The whole page.
pub fn page(data: &Value) -> String {
    // Within a script element only `<` could be read as something else than JSON: `</script>`, `<!--`.
    let data = data.to_string().replace('<', "\\u003c");
    let mut page = String::with_capacity(HTML.len() + STYLE.len() + SCRIPT.len() + data.len());
    let mut rest = HTML;
    for (mark, part) in [("{{style}}", STYLE), ("{{data}}", &*data), ("{{script}}", SCRIPT)] {
        let (before, behind) = rest.split_once(mark).expect("page.html has each mark once, in this order");
        page += before;
        page += part;
        rest = behind;
    }
    page + rest
}

/// A number with four digits.
pub fn rounded(x: f64) -> Value {
    format!("{x:.3e}").parse::<f64>().map_or(Value::Null, |x| json!(x))
}

pub fn numbers(all: &[f64]) -> Value {
    all.iter().copied().map(rounded).collect()
}

/// Rows of so many numbers.
pub fn rows(all: &[f64], columns: usize) -> Value {
    all.chunks(columns).map(numbers).collect()
}

pub fn norm(all: &[f64]) -> f64 {
    all.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Many numbers in little space: the largest size among them, and each in thousandths of it.
pub fn summand(all: &[f64]) -> Value {
    let largest = all.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let unit = if largest > 0.0 { largest / 1000.0 } else { 1.0 };
    let thousandths: Vec<i32> = all.iter().map(|x| (x / unit).round() as i32).collect();
    json!({ "largest": rounded(largest), "thousandths": thousandths })
}
