//! The data that come with the crate are those that were published: counts and sums of `docs/data.md`.

use tapeloop::data::{Characters, Series, alice, digits, japanese_vowels, sentences};

/// The sum in units of the last published digit, so that it is exact.
fn sum(values: &[f64], units: f64) -> i64 {
    values.iter().map(|x| (x * units).round() as i64).sum()
}

#[test]
fn the_sunspots() {
    let sunspots = Series::sunspots();
    assert_eq!((sunspots.start, sunspots.values.len()), (1700, 309));
    assert_eq!(sunspots.values[..3], [5.0, 11.0, 16.0]);
    assert_eq!(sunspots.values[1957 - 1700], 190.2); // the highest
    let mean = sunspots.values.iter().sum::<f64>() / 309.0;
    assert!((mean - 49.752_103_559_870_58).abs() < 1e-12); // as statsmodels computes it
}

#[test]
fn the_electrocardiogram() {
    let ecg = Series::ecg();
    assert_eq!((ecg.values.len(), ecg.unit.as_str()), (21_600, "mV"));
    assert_eq!(ecg.values[..3], [-0.245, -0.215, -0.185]);
    assert_eq!(sum(&ecg.values, 1e3), -3_834_395); // mean −0.17751828703703704
    assert!(ecg.values.iter().all(|x| (-1.855..=3.65).contains(x)));
}

#[test]
fn carbon_dioxide_and_its_gaps() {
    let co2 = Series::co2();
    assert_eq!((co2.values.len(), co2.values[0], co2.values[2283]), (2284, 316.1, 371.5));
    assert!(co2.values.iter().all(|x| (313.0..=373.9).contains(x)));
    // The fifth to the tenth number: 316.9, a gap, 317.5, 317.9.
    assert_eq!(co2.values[5..9], [316.9, 317.2, 317.5, 317.9]);
    // The longest gap, weeks 304 to 321 counted from 0.
    let slope = (co2.values[322] - co2.values[303]) / 19.0;
    for i in 303..322 {
        assert!((co2.values[i + 1] - co2.values[i] - slope).abs() < 1e-9, "week {i}");
    }
    // All numbers less those in the gaps.
    let text = include_str!("../../src/data/embedded/co2_weekly.csv");
    let given = text.lines().skip(1).zip(&co2.values).filter(|(line, _)| !line.ends_with(','));
    let given: Vec<f64> = given.map(|(_, &x)| x).collect();
    assert_eq!((given.len(), sum(&given, 10.0)), (2284 - 59, 7_568_165));
}

#[test]
fn the_sea_surface() {
    let nino3 = Series::nino3();
    assert_eq!((nino3.values.len(), sum(&nino3.values, 100.0)), (800, 1_853_311)); // mean 23.1663875
    assert_eq!((nino3.values[0], nino3.values[799]), (23.3, 21.41));
}

#[test]
fn the_digits() {
    let digits = digits();
    assert_eq!((digits.count, digits.rows, digits.columns), (1797, 8, 8));
    assert_eq!((digits.pixels.len(), digits.labels.len()), (1797 * 64, 1797));
    assert_eq!(digits.pixels.iter().max(), Some(&16));
    assert_eq!(digits.pixels.iter().map(|&p| u32::from(p)).sum::<u32>(), 561_718);
    let mut counts = [0; 10];
    digits.labels.iter().for_each(|&label| counts[label] += 1);
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    assert_eq!(digits.labels[..5], [0, 1, 2, 3, 4]);
    assert_eq!(digits.pixels[8..16], [0, 0, 13, 15, 10, 15, 5, 0]); // the second row of the first 0
}

#[test]
fn the_sentences() {
    let sentences = sentences();
    let count = |origin, label| sentences.iter().filter(|s| (s.origin, s.label) == (origin, label)).count();
    assert_eq!(sentences.len(), 2000);
    for origin in ["amazon", "imdb"] {
        assert_eq!([count(origin, 0), count(origin, 1)], [500, 500]);
    }
    assert_eq!(sentences.iter().map(|s| s.text.chars().count()).sum::<usize>(), 137_498);
    assert_eq!((sentences[1].text, sentences[1].label), ("Good case, Excellent value.", 1));
    assert_eq!(
        sentences[1999].text.trim_end(),
        "All in all its an insult to one's intelligence and a huge waste of money."
    );
    let controls = sentences.iter().filter(|s| s.text.contains(char::is_control));
    assert_eq!(controls.count(), 8);
}

#[test]
fn the_book() {
    let alice = alice();
    assert!(alice.is_ascii() && alice.trim_start().starts_with("ALICE'S ADVENTURES IN WONDERLAND\n"));
    assert!(alice.ends_with("and the happy summer days.\n\n                             THE END\n"));
    assert_eq!((alice.len(), alice.lines().count(), Characters::of(alice).len()), (148_476, 3_604, 72));
    assert_eq!(alice.lines().filter(|line| line.trim_start().starts_with("CHAPTER ")).count(), 12);
    assert_eq!((alice.matches("Alice").count(), alice.matches("rabbit").count()), (395, 6));
    assert_eq!(alice.lines().map(str::len).max(), Some(72));
}

#[test]
fn the_vowels() {
    let vowels = japanese_vowels();
    for (part, count, steps, longest, millionths) in
        [(&vowels.train, 270, 4274, 26, -1_057_452_303), (&vowels.test, 370, 5687, 29, -2_146_513_430)]
    {
        let lengths: Vec<usize> = part.sequences.iter().map(Vec::len).collect();
        assert_eq!((lengths.len(), part.labels.len()), (count, count));
        assert_eq!((lengths.iter().min(), lengths.iter().max()), (Some(&7), Some(&longest)));
        assert_eq!(lengths.iter().sum::<usize>(), steps);
        assert_eq!(sum(part.sequences.concat().as_flattened(), 1e6), millionths);
        assert!(part.labels.is_sorted() && part.labels[0] == 0 && part.labels[count - 1] == 8);
    }
    let of_each =
        |labels: &[usize]| (0..9).map(|c| labels.iter().filter(|&&l| l == c).count()).collect::<Vec<_>>();
    assert_eq!(of_each(&vowels.train.labels), [30; 9]);
    assert_eq!(of_each(&vowels.test.labels), [31, 35, 88, 44, 29, 24, 40, 50, 29]);
    assert_eq!(vowels.train.sequences[0][0][..3], [1.860936, -0.207383, 0.261557]);
    assert_eq!(vowels.test.sequences[0][1][..3], [1.547694, 0.008754, 0.319101]);
}
