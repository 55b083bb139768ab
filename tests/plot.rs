//! Pictures: what is in them, and that nothing that can be asked of them fails.
#![cfg(feature = "plot")]

use std::fs;
use std::path::PathBuf;

use tapeloop::nn::{Gru, SimpleRnn};
use tapeloop::plot::{HeatMap, Panel, Picture};
use tapeloop::{Error, Memory, Params, Tape};

fn wave(n: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..n).map(|i| (i as f64, (i as f64 / 10.0).sin()))
}

/// The SVG of a picture with this panel.
fn svg(panel: Panel) -> String {
    Picture::new("A picture").panel(panel).to_svg()
}

/// How many of a tag there are.
fn count(svg: &str, tag: &str) -> usize {
    svg.matches(&format!("<{tag} ")).count()
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn titles_axes_names_and_units_are_written() {
    let picture = Picture::new("Two panels")
        .panel(Panel::new("Loss", "step", "MSE").log_y().line("training", [(0.0, 1.0), (1.0, 1e-4)]))
        .panel(Panel::new("Wave", "time (s)", "height (m)").line("truth", wave(50)).dots("net", wave(20)));
    let svg = picture.to_svg();
    for text in [
        "Two panels",
        "Loss",
        "step",
        "MSE",
        "training",
        "10⁻⁴",
        "Wave",
        "time (s)",
        "height (m)",
        "truth",
        "net",
    ] {
        assert!(svg.contains(text), "no {text:?}");
    }
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert_eq!(count(&svg, "circle"), 20 + 1); // and one in the legend
}

#[test]
fn names_cannot_break_the_document() {
    let panel = Panel::new("a < b & \"c\"", "\u{0}\n", "y").line("</svg>", wave(3));
    let svg = svg(panel);
    assert!(svg.contains("a &lt; b &amp; &quot;c&quot;"));
    assert_eq!(svg.matches("</svg>").count(), 1);
    assert!(!svg.contains('\u{0}'));
}

#[test]
fn long_names_are_shortened() {
    let name = "n".repeat(500);
    let svg = svg(Panel::new(&name, &name, &name).line(&name, wave(3)).line(&name, wave(3)));
    assert_eq!(svg.matches('…').count(), 5);
    assert!(!svg.contains(&"n".repeat(120)));
}

#[test]
fn points_that_are_no_numbers_leave_a_gap() {
    let ys = [1.0, 2.0, f64::NAN, 3.0, f64::INFINITY, 1.0, 2.0, 3.0];
    let points = || ys.iter().enumerate().map(|(i, &y)| (i as f64, y));
    let whole = svg(Panel::new("", "", "").line("", wave(8)));
    let gaps = svg(Panel::new("", "", "").line("", points()));
    // Two lines and a lonely point instead of one line. The axes are over the finite points.
    assert_eq!(count(&gaps, "circle"), 1);
    assert!(!gaps.contains("NaN") && !gaps.contains("inf"));
    let longest = |svg: &str| svg.lines().filter(|l| l.contains("#0072B2")).count();
    assert_eq!(longest(&gaps), longest(&whole) + 2);
}

#[test]
fn what_is_not_positive_leaves_a_gap_on_a_logarithmic_axis() {
    let svg =
        svg(Panel::new("", "", "").log_y().line("", [(0.0, 1.0), (1.0, 0.0), (2.0, -1.0), (3.0, 10.0)]));
    assert_eq!(count(&svg, "circle"), 2);
}

#[test]
fn empty_pictures_say_so() {
    assert!(Picture::new("nothing").to_svg().contains("nothing"));
    let no_points: [(f64, f64); 0] = [];
    for panel in [
        Panel::new("", "", ""),
        Panel::new("", "", "").log_y(),
        Panel::new("", "", "").line("empty", no_points),
        Panel::new("", "", "").line("nan", [(0.0, f64::NAN)]),
        Panel::new("", "", "").line("nan", [(f64::NAN, 0.0)]),
        Panel::new("", "", "").log_y().line("negative", [(0.0, -1.0)]),
    ] {
        assert!(svg(panel).contains("no data"));
    }
    assert!(!svg(Panel::new("", "", "").line("", wave(2))).contains("no data"));
}

#[test]
fn any_numbers_can_be_drawn() {
    let numbers = [0.0, -0.0, 1.0, 1.0 + f64::EPSILON, 1e-300, 5e-324, 1e300, f64::MAX, f64::MIN, f64::NAN];
    for a in numbers {
        for b in numbers {
            for points in
                [vec![(a, b)], vec![(a, a), (b, b)], vec![(0.0, a), (1.0, b)], vec![(a, 0.0), (b, 1.0)]]
            {
                for panel in [Panel::new("", "", ""), Panel::new("", "", "").log_y()] {
                    let svg = svg(panel.line("", points.clone()).dots("", points.clone()));
                    assert!(!svg.contains("NaN") && svg.len() < 20_000, "{points:?}");
                }
            }
        }
    }
}

#[test]
fn a_constant_line_is_drawn_in_the_middle() {
    let constant = svg(Panel::new("", "", "").line("", (0..5).map(|x| (f64::from(x), 42.0))));
    assert!(constant.contains(">\n42\n</text>")); // a tick
    assert!(constant.contains("points=\"160,385 508,385 855,385 1203,385 1550,385 \""));
}

#[test]
fn saving_replaces_the_file_and_leaves_nothing_beside_it() {
    let folder = folder("plot-save");
    let path = folder.join("picture.svg");
    let picture = Picture::new("saved").panel(Panel::new("", "", "").line("", wave(5)));
    for _ in 0..2 {
        picture.save(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), picture.to_svg());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn what_cannot_be_saved_is_an_error_and_leaves_nothing() {
    let folder = folder("plot-no-save");
    let picture = Picture::new("");
    let occupied = folder.join("occupied.svg");
    fs::create_dir(&occupied).unwrap();
    for path in [occupied.as_path(), &folder.join("missing/picture.svg")] {
        let error = picture.save(path).unwrap_err();
        assert!(matches!(error, Error::Write { .. }));
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

/// The SVG of a heat map of these numbers.
fn map(size: [usize; 2], values: impl IntoIterator<Item = f64>) -> String {
    Picture::new("").heat_map(HeatMap::new("table", "column", "row", size, values)).to_svg()
}

/// The colour and the corner of each cell: rectangles but for the background.
fn cells(svg: &str) -> Vec<(String, [i32; 2])> {
    let attribute = |line: &str, name: &str| {
        let rest = line.split_once(&format!(" {name}=\"")).unwrap().1;
        rest.split('"').next().unwrap().to_owned()
    };
    let rectangles = svg.lines().filter(|line| line.starts_with("<rect ")).skip(1);
    let corner = |line: &str| ["x", "y"].map(|axis| attribute(line, axis).parse().unwrap());
    rectangles.map(|line| (attribute(line, "fill"), corner(line))).collect()
}

#[test]
fn a_heat_map_has_a_cell_for_each_number_row_by_row() {
    let map = HeatMap::new("Pets", "predicted", "is", [2, 3], [0.0, 5.0, 10.0, 7.0, 8.0, 9.0])
        .row_names(["cat", "dog"])
        .column_names(["Katze", "Hund"]);
    let svg = Picture::new("").heat_map(map).to_svg();
    for text in ["Pets", "predicted", "is", "cat", "dog", "Katze", "Hund"] {
        assert!(svg.contains(&format!(">\n{text}\n</text>")), "no {text:?}");
    }
    for number in [0, 5, 10, 7, 8, 9, 2] {
        // 2 is the name of the third column
        assert!(svg.contains(&format!(">\n{number}\n</text>")), "no {number}");
    }
    let cells = cells(&svg);
    let colours: Vec<&str> = cells.iter().map(|(colour, _)| colour.as_str()).collect();
    // White, Okabe and Ito's blue, and the mean of the two.
    assert_eq!([colours[0], colours[1], colours[2]], ["#FFFFFF", "#80B9D9", "#0072B2"]);
    let places: Vec<[i32; 2]> = cells.iter().map(|&(_, place)| place).collect();
    assert_eq!(places.len(), 6);
    assert!(places[0][0] < places[1][0] && places[1][0] < places[2][0] && places[0][1] == places[2][1]);
    assert!(places[3][1] > places[0][1] && places[3][0] == places[0][0]);
}

#[test]
fn numbers_below_zero_are_below_white_no_more() {
    let colours = |values: [f64; 3]| cells(&map([1, 3], values)).into_iter().map(|(colour, _)| colour);
    assert!(colours([-1.0, 0.0, 1.0]).eq(["#FFFFFF", "#80B9D9", "#0072B2"]));
    assert!(colours([2.0, 1.0, 2.0]).eq(["#0072B2", "#80B9D9", "#0072B2"])); // white is 0
    assert!(colours([0.0; 3]).eq(["#FFFFFF"; 3]));
}

#[test]
fn a_cell_without_a_finite_number_is_empty() {
    let svg = map([2, 2], [1.0, f64::NAN, f64::INFINITY, 0.25]);
    assert_eq!(cells(&svg).len(), 2);
    assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.contains("0.25"));
}

#[test]
fn small_cells_have_no_numbers_and_not_every_name() {
    let svg = map([40, 40], (0..1600).map(f64::from));
    assert_eq!(cells(&svg).len(), 1600);
    assert!(!svg.contains(">\n777\n</text>"));
    assert!(svg.contains(">\n0\n</text>") && !svg.contains(">\n1\n</text>"));
}

#[test]
fn any_table_can_be_drawn() {
    let numbers = [0.0, -0.0, 1.0, 1e-300, 5e-324, -1e300, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY];
    for a in numbers {
        for b in numbers {
            let svg = map([1, 2], [a, b]);
            assert!(!svg.contains("NaN") && svg.len() < 20_000, "{a:e} and {b:e}");
        }
    }
    for (size, what) in [([0, 0], "no data"), ([0, 3], "no data"), ([1, 501], "too many cells")] {
        assert!(map(size, vec![0.5; size[0] * size[1]]).contains(what), "{size:?}");
    }
    assert_eq!(cells(&map([500, 1], vec![0.5; 500])).len(), 500);
}

#[test]
fn colours_diverge_from_zero() {
    let colours = |map: HeatMap| {
        let cells = cells(&Picture::new("").heat_map(map).to_svg());
        cells.into_iter().map(|(colour, _)| colour).collect::<Vec<_>>()
    };
    let map = |values: [f64; 5]| HeatMap::new("", "", "", [1, 5], values);
    // Okabe and Ito's orange and blue, and halfway to white.
    let expected = ["#D55E00", "#EAAF80", "#FFFFFF", "#80B9D9", "#0072B2"];
    assert_eq!(colours(map([-1.0, -0.5, 0.0, 0.5, 1.0]).diverging()), expected);
    assert_eq!(colours(map([-2.0, -1.0, 0.0, 1.0, 2.0]).diverging()), expected);
    assert_eq!(colours(map([-4.0, -0.5, 0.0, 0.5, 9.0]).range(-1.0, 1.0).diverging()), expected, "beyond");
    // Equally dark if equally far, even if one side goes no further.
    assert_eq!(colours(map([0.0, 0.0, 0.0, -1.0, 2.0]).diverging())[3..], ["#EAAF80", "#0072B2"]);
    assert_eq!(colours(map([0.0; 5]).diverging()), ["#FFFFFF"; 5]);
    let gate = colours(map([-1.0, 0.0, 0.5, 1.0, 2.0]).range(0.0, 1.0));
    assert_eq!(gate, ["#FFFFFF", "#FFFFFF", "#80B9D9", "#0072B2", "#0072B2"]);
    // Numbers that are all above the range's lower end don't move it.
    assert_eq!(colours(map([0.5; 5]).range(0.0, 1.0)), ["#80B9D9"; 5]);
}

#[test]
fn many_columns_have_few_names_and_a_scale() {
    let map = |columns: usize| {
        let values = (0..8 * columns).map(|i| (i as f64 / 50.0).sin());
        let map = HeatMap::new("", "t", "unit", [8, columns], values).range(-1.0, 1.0).diverging();
        Picture::new("").heat_map(map).to_svg()
    };
    let texts = |svg: &str| {
        let lines = svg.lines().collect::<Vec<_>>();
        let texts = lines.windows(2).filter(|pair| pair[0].starts_with("<text "));
        texts.map(|pair| pair[1].to_owned()).collect::<Vec<_>>()
    };
    let svg = map(100);
    assert_eq!(cells(&svg).len(), 800);
    let names = texts(&svg);
    for name in ["0", "10", "20", "90", "7", "−1.0", "−0.5", "0.0", "1.0"] {
        assert!(names.iter().any(|text| text == name), "no {name}: {names:?}");
    }
    assert_eq!(names.len(), 3 + 1 + 10 + 8 + 5, "titles, columns, rows, the scale: {names:?}");
    // Every 500th column of 500 would do; round numbers of them are named.
    assert!(
        texts(&map(500)).iter().any(|text| text == "450")
            && !texts(&map(500)).iter().any(|text| text == "425")
    );
    // Large cells have their numbers, and no scale.
    let svg = map(5);
    assert!(!svg.contains("−1.0") && texts(&svg).iter().any(|text| text == "0.02"), "{:?}", texts(&svg));
}

#[test]
fn a_quantity_over_time_is_units_by_steps() {
    let mut params = Params::<f64>::new(1);
    let gru = Gru::new(3).return_sequences(true).go_backwards(true).build(&mut params, "gru", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let _ = gru.forward(tape.input([2, 4, 1], &[0.3, -0.8, 0.1, 0.9, 1.0, 0.5, -0.5, -1.0]));
    let h = tape.trace(0, "h");
    let numbers = |map: HeatMap| {
        let svg = Picture::new("").heat_map(map).to_svg();
        let lines = svg.lines().collect::<Vec<_>>();
        let texts =
            lines.windows(2).filter(|pair| pair[0].starts_with("<text ") && pair[0].contains("0.5ex"));
        let texts: Vec<f64> = texts.filter_map(|pair| pair[1].replace('−', "-").parse().ok()).collect();
        texts[..12].to_vec()
    };
    let near = |shown: Vec<f64>, expected: Vec<f64>| {
        for (a, b) in shown.iter().zip(&expected) {
            assert!((a - b).abs() < 6e-4, "{shown:?}, not {expected:?}");
        }
    };
    let of = |row: usize| -> Vec<f64> {
        (0..3)
            .flat_map(|unit| (0..4).map(move |t| (unit, t)))
            .map(|(unit, t)| h.at(t).value()[3 * row + unit])
            .collect()
    };
    near(numbers(HeatMap::over_time("", &h, Some(0))), of(0));
    near(numbers(HeatMap::over_time("", &h, Some(1))), of(1));
    let mean = of(0).into_iter().zip(of(1)).map(|(a, b)| (a + b) / 2.0).collect();
    near(numbers(HeatMap::over_time("", &h, None)), mean);
}

#[test]
#[should_panic(expected = "heat map: no row 2 in a batch of shape [2, 3]")]
fn a_row_that_the_batch_does_not_have() {
    let mut params = Params::<f64>::new(1);
    let gru = Gru::new(3).build(&mut params, "gru", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let _ = gru.forward(tape.input([2, 4, 1], &[0.5; 8]));
    let _ = HeatMap::over_time("", &tape.trace(0, "z"), Some(2));
}

#[test]
#[should_panic(expected = "heat map: a range from 1 to NaN")]
fn a_range_that_is_none() {
    let _ = HeatMap::new("", "", "", [1, 1], [0.5]).range(1.0, f64::NAN);
}

#[test]
fn gradient_norms_are_curves_on_a_logarithmic_axis() {
    let mut params = Params::<f32>::new(1);
    let rnn = SimpleRnn::new(3).build(&mut params, "rnn", 1);
    let tape = Tape::new(&params, Memory::new()).traced();
    let loss = rnn.forward(tape.input([1, 9, 1], &[0.5; 9])).sum();
    tape.backward(loss, &mut params.zero_gradients());
    let (norms, relative) =
        (tape.trace(0, "h").gradient_norms(), tape.trace(0, "h").relative_gradient_norms());
    assert_eq!(relative[8], (8, 1.0));
    assert!(
        relative.iter().zip(&norms).all(|(r, n)| r.0 == n.0 && (r.1 * norms[8].1 / n.1 - 1.0).abs() < 1e-6)
    );
    let by_hand = norms.iter().map(|&(t, norm)| (t as f64, f64::from(norm))).collect::<Vec<_>>();
    let panel =
        Panel::new("Title", "time step t", "‖∂L/∂h_t‖").log_y().line("a", by_hand.clone()).line("b", by_hand);
    let made = Panel::gradient_norms("Title", "‖∂L/∂h_t‖", [("a", norms.clone()), ("b", norms)]);
    assert_eq!(svg(made), svg(panel));
}

#[test]
#[should_panic(expected = "heat map: 5 numbers for 2 rows of 3")]
fn a_heat_map_has_as_many_numbers_as_cells() {
    let _ = HeatMap::new("", "", "", [2, 3], [0.0; 5]);
}

#[test]
fn panels_and_heat_maps_lie_below_each_other() {
    let heat_map = || HeatMap::new("table", "", "", [1, 1], [1.0]);
    let panel = || Panel::new("curve", "", "").line("", wave(3));
    let svg = Picture::new("").panel(panel()).heat_map(heat_map()).panel(panel()).to_svg();
    let height = |svg: &str| -> u32 {
        let rest = svg.split_once("height=\"").unwrap().1;
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let only = |picture: Picture| height(&picture.to_svg()) - height(&Picture::new("").to_svg());
    let sum = 2 * only(Picture::new("").panel(panel())) + only(Picture::new("").heat_map(heat_map()));
    assert_eq!(height(&svg) - height(&Picture::new("").to_svg()), sum);
    assert!(svg.find("curve") < svg.find("table") && svg.find("table") < svg.rfind("curve"));
}
