//! An example as its user meets it: the program, its output, its files, its exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An example lies beside the tests: `target/<profile>/examples/<name>`.
pub fn path(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let program = profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "no {}: `cargo build --example {name}` first", program.display());
    program
}

/// Runs an example.
pub fn run(name: &str, args: &[&str], out: &Path) -> Output {
    Command::new(path(name)).args(args).arg("--out").arg(out).output().unwrap()
}

/// The standard output and the standard error of a run that has to succeed.
pub fn success(name: &str, args: &[&str], out: &Path) -> [String; 2] {
    let output = run(name, args, out);
    let [stdout, stderr] = [output.stdout, output.stderr].map(text);
    assert!(output.status.success(), "{args:?}: {stderr}");
    [stdout, stderr]
}

/// What is wrong, of a run that has to fail with this code and a single sentence at the end.
pub fn failure(name: &str, args: &[&str], out: &Path, code: i32) -> String {
    let output = run(name, args, out);
    let stderr = text(output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(!text(output.stdout).contains("result:"), "{args:?}");
    let errors: Vec<&str> = stderr.lines().filter(|line| !line.starts_with("epoch ")).collect();
    assert_eq!(errors.len(), 1, "{args:?}: {stderr}");
    errors[0].strip_prefix("error: ").unwrap_or_else(|| panic!("{args:?}: {stderr}")).to_owned()
}

/// A number of the last line.
pub fn result(stdout: &str, name: &str) -> f64 {
    let last = stdout.lines().last().unwrap();
    let words = last.strip_prefix("result: ").unwrap_or_else(|| panic!("last line: {last}")).split(' ');
    let mut values = words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    values.next().unwrap_or_else(|| panic!("no {name} in {last}")).parse().unwrap()
}

/// A path where nothing is yet.
pub fn nowhere(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    path
}

/// What is in a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}
