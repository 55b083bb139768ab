//! Memory: checkpointing.

use std::ops::Range;

use tapeloop::Memory;
use tapeloop::bptt::{Plan, advances, checkpointed, full, split};
use tapeloop::nn::Lstm;

use crate::waves::Waves;

pub fn print() {
    three_plans();
    pieces();
    walk();
    slots();
}

/// The bytes that the gradient of an LSTM with 32 units over so many steps takes, in `f32`, and the steps computed forwards. The
/// gradient is compared, bit by bit, with that of one tape.
fn cost(steps: usize, plan: Plan) -> [usize; 2] {
    let (task, params) = Waves::new::<_, f32>(Lstm::new(32), [1, steps]);
    let mut grads = params.zero_gradients();
    let done = checkpointed(&task, &params, plan, &mut grads, &mut Memory::new());
    let mut expected = params.zero_gradients();
    full(&task, &params, &mut expected, &mut Memory::new());
    assert!(grads.flat().iter().zip(expected.flat()).all(|(g, e)| g.to_bits() == e.to_bits()), "{plan:?}");
    [done.bytes, done.advanced + steps]
}

/// 3 digits of a number of bytes.
fn size(bytes: usize) -> String {
    let (number, unit) = if bytes < 1_000_000 { (1e3, "kB") } else { (1e6, "MB") };
    let number = bytes as f64 / number;
    let decimals = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.decimals$} {unit}")
}

fn three_plans() {
    say!("{:>8} {:>26} {:>26} {:>26}", "T", "all steps", "√T pieces", "10 slots");
    for steps in [100, 1_000, 10_000] {
        let plans = [Plan::Pieces(1), Plan::sqrt(steps), Plan::Slots(10)];
        let cells = plans.map(|plan| {
            let [bytes, work] = cost(steps, plan);
            format!("{:>15} {:>5.2} T", size(bytes), work as f64 / steps as f64)
        });
        say!("{steps:>8} {:>26} {:>26} {:>26}", cells[0], cells[1], cells[2]);
    }
}

fn pieces() {
    say!("\n2,500 steps in pieces");
    say!("{:>8} {:>12} {:>20}", "pieces", "memory", "steps computed");
    for n in [1, 5, 10, 25, 50, 100, 250, 500, 1_250] {
        let [bytes, work] = cost(2_500, Plan::Pieces(n));
        say!("{n:>8} {:>12} {work:>20}", size(bytes));
    }
}

/// The way back through ten steps with three slots: a line for each sweep.
fn walk() {
    fn back(steps: Range<usize>, slots: usize, kept: &mut Vec<usize>, line: &mut [char; 10]) {
        let Range { start, end } = steps;
        if steps.len() == 1 {
            line[start] = '←';
            let kept: Vec<String> = kept.iter().map(usize::to_string).collect();
            say!("   {}   {}", line.map(String::from).join(" "), kept.join(" "));
            *line = ['·'; 10];
            return;
        }
        let middle = start + split(steps.len(), slots);
        line[start..middle].fill('→');
        kept.push(middle);
        back(middle..end, slots - usize::from(slots > 1), kept, line);
        kept.pop();
        back(start..middle, slots, kept, line);
    }
    say!("\n   0 1 2 3 4 5 6 7 8 9   states kept before step");
    back(0..10, 3, &mut vec![0], &mut ['·'; 10]);
    say!("   {} steps computed without a tape", advances(10, 3));
}

fn slots() {
    say!("\nforward steps ÷ T");
    let slots = [1, 2, 3, 5, 10, 20, 50];
    say!("{:>8} {}", "T", slots.map(|s| format!("{:>9}", format!("s = {s}"))).concat());
    for steps in [100, 1_000, 10_000, 100_000] {
        let work = slots.map(|s| (advances(steps, s) + steps) as f64 / steps as f64);
        say!("{steps:>8} {}", work.map(|work| format!("{work:>9.1}")).concat());
    }
}
