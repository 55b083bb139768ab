//! The structure of the source, as `docs/design.md` draws it: imports only point down, files are
//! short.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers, lowest first. A file may import from its own layer and from those below.
const LAYERS: [&[&str]; 13] = [
    &["simd"],
    &["real", "error"],
    &["kernels"],
    &["tensor"],
    &["ops"],
    &["tape"],
    &["check"],
    &["nn"],
    &["bptt"],
    &["optim"],
    &["data", "io", "plot"],
    &["train"],
    &["book"],
];

/// Lines that a file may have.
const LONGEST: usize = 200;

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&root(), &mut files);
    assert!(files.len() > 20, "only {} source files found", files.len());
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

/// The top-level modules that a source text names as `crate::module`, outside comments. A name of the
/// crate's root is none.
fn imports(text: &str) -> Vec<(usize, String)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    let named = lines.flat_map(|(number, line)| {
        line.split("crate::").skip(1).map(move |rest| {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (number + 1, rest[..end].to_string())
        })
    });
    named.collect()
}

#[test]
fn imports_only_point_down() {
    for file in sources() {
        let path = file.strip_prefix(root()).unwrap();
        let module = path.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        if module == "lib" {
            continue;
        }
        let own = layer(&module).unwrap_or_else(|| panic!("{}: in no layer", path.display()));
        for (line, import) in imports(&fs::read_to_string(&file).unwrap()) {
            let below = layer(&import).is_some_and(|imported| imported <= own);
            assert!(below, "{}:{line}: {module} may not import crate::{import}", path.display());
        }
    }
}

#[test]
fn an_import_that_points_up_would_be_found() {
    let text = "//! crate::nn is fine here\nuse crate::{real::Real};\nuse crate::nn::Dense; // crate::tape\n";
    assert_eq!(imports(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 3]);
    assert_eq!(imports(text)[1].1, "nn");
    assert!(layer("nn") > layer("tape"));
}

#[test]
fn every_layer_exists() {
    for module in LAYERS.iter().copied().flatten() {
        let exists = root().join(module).is_dir() || root().join(format!("{module}.rs")).is_file();
        assert!(exists, "no module {module}");
    }
}

#[test]
fn files_are_short() {
    for file in sources() {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines", file.display());
    }
}
