//! Text, without a font to measure it with.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, TextStyle};

use super::draw::{Area, INFALLIBLE};

/// How text looks.
#[derive(Clone, Copy)]
pub(super) struct Font {
    size: f64,
    colour: RGBColor,
    style: FontStyle,
    turned: bool,
}

pub(super) fn font(size: f64, colour: RGBColor) -> Font {
    Font { size, colour, style: FontStyle::Normal, turned: false }
}

impl Font {
    pub(super) fn bold(self) -> Self {
        Self { style: FontStyle::Bold, ..self }
    }

    /// Upwards.
    pub(super) fn turned(self) -> Self {
        Self { turned: true, ..self }
    }
}

/// How wide a letter is, as a part of the size: no font is at hand to measure with.
const LETTER: f64 = 0.57;

/// Writes text, shortened to a width, and returns about how wide it is.
pub(super) fn text(
    area: &Area<'_>,
    text: &str,
    (x, y, width): (i32, i32, i32),
    font: Font,
    (h, v): (HPos, VPos),
) -> i32 {
    let fits = (f64::from(width) / (LETTER * font.size)) as usize;
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Some((end, _)) = line.char_indices().nth(fits) {
        let last = line[..end].char_indices().last().map_or(0, |(at, _)| at);
        line.replace_range(last.., "…");
    }
    // The SVG back end divides by this.
    let desc = FontDesc::new(FontFamily::SansSerif, font.size * 1.24, font.style);
    let desc = if font.turned { desc.transform(FontTransform::Rotate270) } else { desc };
    let style = TextStyle::from(desc).color(&font.colour).pos(Pos::new(h, v));
    area.draw_text(&line, &style, (x, y)).expect(INFALLIBLE);
    text_width(&line, font.size)
}

/// About how wide a text is.
pub(super) fn text_width(text: &str, size: f64) -> i32 {
    (LETTER * size * text.chars().count() as f64) as i32
}
