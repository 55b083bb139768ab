//! What to try after a run that diverged.

use clap::Parser;

use crate::args::{Args, Rule};
use crate::slow_motion::short;

/// The commands, with all options that were given.
pub fn print(args: &Args) {
    say!("\n{}", if is_known(args) { "Two remedies." } else { "To try:" });
    let (units, rate) = (args.hidden, args.rate());
    if args.optimizer == Rule::Sgd {
        let bound = 1.0 / (units as f64 + 1.0);
        say!("- A smaller rate, below 2/λ for every possible λ, 2/(2·({units} + 1)) = {}:", short(bound));
    } else {
        say!("- A smaller rate:");
    }
    say!("    {}", command(args, smaller(args), args.clip_norm));
    // Adam and RMSprop divide by the gradient's size: shorter gradients don't make their steps shorter.
    if args.is_plain_descent() && rate <= 100.0 {
        say!("- A bound on the length of a step, η·‖g‖:");
        let length = if is_known(args) { 0.5 } else { 0.1 };
        say!("    {}", command(args, rate, Some(one_digit(length / rate))));
    }
    say!("");
}

/// The run whose two remedies were tried with each of these seeds.
fn is_known(args: &Args) -> bool {
    let usual = Args::parse_from(["sine"]);
    let net = (args.hidden, args.batch, args.epochs) == (usual.hidden, usual.batch, usual.epochs);
    net && args.data == usual.data && args.is_plain_descent() && args.rate() == 0.5 && args.seed < 10
}

/// A rate that is less than a tenth, and not more than a usual one.
fn smaller(args: &Args) -> f64 {
    let usual = match args.optimizer {
        Rule::Sgd => 0.99 / (args.hidden as f64 + 1.0), // below 2/λ for the largest possible λ
        _ => Args { lr: None, ..args.clone() }.rate(),
    };
    one_digit(usual.min(args.rate() / 12.0))
}

/// `x`, rounded down to one digit.
fn one_digit(x: f64) -> f64 {
    let text = format!("{x:.15e}");
    let (digits, power) = text.split_once('e').expect("a number has an exponent");
    format!("{}e{power}", &digits[..1]).parse().expect("a digit and a power of ten")
}

fn command(args: &Args, rate: f64, clip_norm: Option<f64>) -> String {
    let usual = Args::parse_from(["sine"]);
    let mut command = "cargo run --release --example sine --".to_owned();
    let mut add = |name: &str, value: &str| command += &format!(" --{name} {}", quoted(value));
    if args.data != usual.data {
        add("data", &args.data);
    }
    if let Some(column) = &args.column {
        add("column", column);
    }
    if let Some(epochs) = args.epochs {
        add("epochs", &epochs.to_string());
    }
    for (name, given, usual) in [("batch", args.batch, usual.batch), ("hidden", args.hidden, usual.hidden)] {
        if given != usual {
            add(name, &given.to_string());
        }
    }
    if args.seed != usual.seed {
        add("seed", &args.seed.to_string());
    }
    if args.out != usual.out {
        add("out", &args.out.to_string_lossy());
    }
    add("optimizer", &format!("{:?}", args.optimizer).to_lowercase());
    add("lr", &format!("{rate:?}"));
    if let Some(norm) = clip_norm {
        add("clip-norm", &norm.to_string());
    }
    command
}

/// As one word for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:=,@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
