//! Times tapeloop's matrix products beside those of other libraries and the machine's peak, interleaved.
//!
//! The program starts itself again, once per number of threads: OpenBLAS and matrixmultiply read theirs,
//! and OpenBLAS its kernel, from the environment as they load. Such a worker prints one line of JSON per
//! product; the first process turns the lines into a table.

mod measure;
mod number;
mod openblas;
mod ours;
mod peak;
mod peers;
mod product;
mod report;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use clap::{Parser, ValueEnum};

use measure::Record;
use openblas::OpenBlas;
use product::{Form, Product, Set};
use report::Report;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Matrix products of tapeloop and of other libraries, in one interleaved run.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Args {
    /// Which shapes: square, those of a recurrent net's step, or all.
    #[arg(long, value_enum, default_value = "all")]
    set: Sets,
    /// Types of numbers.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "f32")]
    dtype: Vec<Dtype>,
    /// Numbers of threads, one after the other.
    #[arg(long, value_delimiter = ',', default_value = "1", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Vec<u16>,
    /// nn is A·B, tn is Aᵀ·B, nt is A·Bᵀ.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "nn,tn,nt")]
    form: Vec<Form>,
    /// Only products with this in their name, which is like "nn 32x512x2048": M×K×N.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Samples of each library; medians are taken over them.
    #[arg(long, default_value = "15", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    /// Every sample as JSON: one line per product.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// OpenBLAS as a shared library. Without it, one that the system has.
    #[arg(long, value_name = "LIBRARY")]
    openblas: Option<PathBuf>,
    /// Measure with this number of threads, and print JSON.
    #[arg(long, hide = true)]
    worker: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Sets {
    Square,
    Recurrent,
    All,
}

#[derive(Clone, Copy, ValueEnum)]
enum Dtype {
    F32,
    F64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.worker {
        Some(threads) => work(&args, threads.into()).map(|()| ExitCode::SUCCESS),
        None => lead(&args),
    };
    match done {
        Ok(code) => code,
        // Nobody reads on.
        Err(e) if e.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

/// The products that were asked for.
fn products(args: &Args) -> Vec<Product> {
    let mut products = Vec::new();
    if args.set != Sets::Recurrent {
        products.extend(Product::all(Set::Square));
    }
    if args.set != Sets::Square {
        products.extend(Product::all(Set::Recurrent));
    }
    products.retain(|p| args.form.contains(&p.form));
    products.retain(|p| args.only.as_ref().is_none_or(|only| p.to_string().contains(only)));
    products
}

/// One worker after the other, and the report over all.
fn lead(args: &Args) -> Result<ExitCode> {
    if products(args).is_empty() {
        let only = args.only.as_deref().unwrap_or_default();
        return Err(format!("no product of that set and form has `{only}` in its name").into());
    }
    let create = |path: &PathBuf| File::create(path).map_err(|e| format!("{}: {e}", path.display()));
    let mut json = args.json.as_ref().map(create).transpose()?;
    let mut report = Report::default();
    for threads in &args.threads {
        let n = threads.to_string();
        let mut worker = Command::new(std::env::current_exe()?);
        worker.args(std::env::args_os().skip(1)).args(["--worker", &n]);
        for name in ["OPENBLAS_NUM_THREADS", "MATMUL_NUM_THREADS", "RAYON_NUM_THREADS"] {
            worker.env(name, &n);
        }
        openblas::configure(&mut worker);
        let mut worker = worker.stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(worker.stdout.take().expect("it is piped")).lines();
        for line in lines {
            let record: Record = serde_json::from_str(&line?)?;
            let row = report.add(record)?;
            if let Some(file) = &mut json {
                writeln!(file, "{}", serde_json::to_string(row)?)?;
            }
        }
        match worker.wait()?.code() {
            Some(0) => {}
            Some(_) => return Ok(ExitCode::FAILURE), // it has said why
            None => return Err(format!("the measurement with --threads {n} was killed").into()),
        }
    }
    report.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Measures every product with `threads` threads, as one of which the caller of every library runs.
fn work(args: &Args, threads: usize) -> Result<()> {
    let openblas = OpenBlas::load(args.openblas.as_deref())?;
    let rounds = args.rounds as usize;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    pool.install(|| {
        for dtype in &args.dtype {
            for product in products(args) {
                let record = match dtype {
                    Dtype::F32 => measure::product::<f32>(product, threads, rounds, openblas.as_ref()),
                    Dtype::F64 => measure::product::<f64>(product, threads, rounds, openblas.as_ref()),
                }?;
                writeln!(io::stdout(), "{}", serde_json::to_string(&record)?)?;
            }
        }
        Ok(())
    })
}
