//! The adding problem, copying memory and temporal order: every sequence keeps the rules, and all are equally likely.

use proptest::prelude::*;
use tapeloop::data::{Adding, CopyMemory, TemporalOrder};

proptest! {
    #[test]
    fn adding(shortest in 2..20usize, more in 0..20usize, count in 1..30usize, seed: u64) {
        let longest = shortest + more;
        let data = Adding { lengths: shortest..=longest }.draw::<f64>(count, seed);
        prop_assert_eq!(data.x.shape().sizes().to_vec(), [count, longest, 2]);
        prop_assert_eq!(data.y.shape().sizes().to_vec(), [count, 1]);
        prop_assert_eq!(data.lengths.len(), count);
        for (row, (&sum, &length)) in data.x.data().chunks(2 * longest).zip(data.y.data().iter().zip(&data.lengths)) {
            prop_assert!((shortest..=longest).contains(&length));
            let (own, rest) = row.split_at(2 * length);
            prop_assert!(rest.iter().all(|&x| x == 0.0));
            let marked: Vec<usize> = (0..length).filter(|t| own[2 * t + 1] == 1.0).collect();
            prop_assert!(marked.len() == 2 && marked[0] < length / 2 && length / 2 <= marked[1]);
            prop_assert!(own.iter().skip(1).step_by(2).all(|&mark| mark == 0.0 || mark == 1.0));
            prop_assert!(own.iter().step_by(2).all(|x| (0.0..1.0).contains(x)));
            prop_assert_eq!(sum, own[2 * marked[0]] + own[2 * marked[1]]);
        }
    }

    #[test]
    fn copy_memory(symbols in 1..9usize, length in 0..12usize, delay in 1..30usize, count in 0..20usize, seed: u64) {
        let task = CopyMemory { symbols, length, delay };
        let data = task.draw(count, seed);
        prop_assert_eq!(data.steps, delay + 2 * length);
        prop_assert_eq!((data.inputs.len(), data.targets.len()), (count * data.steps, count * data.steps));
        for (input, target) in data.inputs.chunks(data.steps).zip(data.targets.chunks(data.steps)) {
            let (memory, rest) = input.split_at(length);
            prop_assert!(memory.iter().all(|&symbol| symbol < symbols));
            let question = |t: usize| if t + 1 == delay { symbols + 1 } else { symbols };
            prop_assert!(rest.iter().enumerate().all(|(t, &id)| id == question(t)));
            let (blanks, answer) = target.split_at(data.steps - length);
            prop_assert!(blanks.iter().all(|&id| id == task.blank()));
            prop_assert_eq!(answer, memory);
        }
    }

    #[test]
    fn temporal_order(three: bool, count in 0..20usize, seed: u64) {
        let task = if three { TemporalOrder::task_6b() } else { TemporalOrder::task_6a() };
        let data = task.draw(count, seed);
        prop_assert_eq!((data.sequences.len(), data.labels.len()), (count, count));
        for (sequence, &class) in data.sequences.iter().zip(&data.labels) {
            let last = sequence.len() - 1;
            prop_assert!((99..=109).contains(&last) && (sequence[0], sequence[last]) == (1, 2));
            let told: Vec<usize> = (0..=last).filter(|&t| matches!(sequence[t], 3 | 4)).collect();
            prop_assert_eq!(told.len(), task.positions.len());
            prop_assert!(told.iter().zip(&task.positions).all(|(t, range)| range.contains(t)));
            let digits = told.iter().map(|&t| sequence[t] - 3);
            prop_assert_eq!(digits.fold(0, |number, digit| 2 * number + digit), class);
            let others = (1..last).filter(|t| !told.contains(t));
            prop_assert!(others.map(|t| sequence[t]).all(|id| (5..=8).contains(&id)));
        }
    }
}

#[test]
fn the_baseline_of_adding_is_a_sixth() {
    let data = Adding { lengths: 10..=11 }.draw::<f32>(20_000, 0);
    let mse = data.y.data().iter().map(|&y| f64::from(y - 1.0).powi(2)).sum::<f64>() / 20_000.0;
    assert!((mse - 1.0 / 6.0).abs() < 0.006, "{mse}"); // four standard errors
    let long = data.lengths.iter().filter(|&&length| length == 11).count();
    assert!(long.abs_diff(10_000) < 400); // six
}

#[test]
fn classes_and_symbols_are_equally_likely() {
    let order = TemporalOrder::task_6a().draw(20_000, 1);
    let mut classes = [0usize; 4];
    order.labels.iter().for_each(|&class| classes[class] += 1);
    assert!(classes.iter().all(|count| count.abs_diff(5_000) < 370), "{classes:?}"); // six standard errors

    let copy = CopyMemory::new(5).draw(2_000, 1);
    let mut symbols = [0usize; 10];
    copy.inputs.iter().for_each(|&id| symbols[id] += 1);
    assert!(symbols[..8].iter().all(|count| count.abs_diff(2_500) < 290), "{symbols:?}");
    assert_eq!(symbols[8..], [2_000 * 14, 2_000]);
}

#[test]
fn seeds_decide() {
    let adding = |seed| Adding { lengths: 5..=9 }.draw::<f32>(9, seed);
    assert!(adding(1) == adding(1) && adding(1) != adding(2));
    let copy = |seed| CopyMemory::new(3).draw(9, seed);
    assert!(copy(1) == copy(1) && copy(1) != copy(2));
    let order = |seed| TemporalOrder::task_6b().draw(9, seed);
    assert!(order(1) == order(1) && order(1) != order(2));
}

#[test]
#[should_panic(expected = "adding: sequences of 1 to 5 steps")]
fn too_short_to_add() {
    let _ = Adding { lengths: 1..=5 }.draw::<f32>(1, 0);
}

#[test]
#[should_panic(expected = "copy memory: 8 symbols, a delay of 0")]
fn no_time_to_forget() {
    let _ = CopyMemory::new(0).draw(1, 0);
}

#[test]
#[should_panic(expected = "temporal order: positions [1..=4, 4..=6] in sequences of 9..=9 steps")]
fn symbols_in_one_place() {
    let _ = TemporalOrder { lengths: 9..=9, positions: vec![1..=4, 4..=6] }.draw(1, 0);
}

#[test]
#[should_panic(expected = "temporal order")]
fn symbols_after_the_end() {
    let _ = TemporalOrder { lengths: 9..=20, positions: vec![1..=8] }.draw(1, 0);
}
