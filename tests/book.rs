//! The book in `docs/book` says what is true: its numbers are what its programs print, its links lead where they say.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::program;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages, by name.
fn pages() -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(root().join("docs/book")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    assert!(pages.len() >= 10, "only {} pages", pages.len());
    pages.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// The fenced blocks of a page: language and lines.
fn blocks(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(language), false) => blocks.push((language, Vec::new())),
            (None, true) => blocks.last_mut().unwrap().1.push(line),
            _ => {}
        }
        inside ^= line.starts_with("```");
    }
    assert!(!inside, "a block without an end");
    blocks
}

fn printed(chapter: &str) -> Vec<String> {
    let output = Command::new(program::path("book")).arg(chapter).output().unwrap();
    assert!(output.status.success(), "chapter {chapter}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.trim_end().to_owned()).collect()
}

/// A `text` block behind a `sh` block with a chapter's program: lines that it prints, one after the other. A line `…` stands for any.
#[test]
fn numbers_are_what_the_programs_print() {
    let (mut compared, mut outputs) = (0, BTreeMap::new());
    for (path, page) in pages() {
        let blocks = blocks(&page);
        for pair in blocks.windows(2) {
            let [("sh", command), ("text", shown)] = pair else { continue };
            let Some(chapter) = command[0].strip_prefix("cargo run --release --example book -- ") else {
                continue;
            };
            let printed = outputs.entry(chapter.to_owned()).or_insert_with(|| printed(chapter));
            for part in shown.split(|line| line.trim() == "…") {
                let part: Vec<&str> = part.iter().map(|line| line.trim_end()).collect();
                assert!(
                    part.is_empty() || printed.windows(part.len()).any(|lines| lines == part),
                    "{}: the program prints\n{}\nwithout\n{}",
                    path.display(),
                    printed.join("\n"),
                    part.join("\n")
                );
                compared += part.len();
            }
        }
    }
    assert!(compared > 50, "only {compared} lines were compared");
}

/// What a link names and where it leads: `[name](target)`, outside of blocks.
fn links(page: &str) -> Vec<(&str, &str)> {
    let mut links = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        inside ^= line.starts_with("```");
        let mut rest = line;
        while let (false, Some(middle)) = (inside, rest.find("](")) {
            // A name that is code may have brackets of its own.
            let opens = if rest[..middle].ends_with('`') { "[`" } else { "[" };
            let name = rest[..middle].rfind(opens).map_or("", |begin| &rest[begin + 1..middle]);
            let target = &rest[middle + 2..];
            let target = &target[..target.find(')').unwrap_or(target.len())];
            links.push((name, target));
            rest = &rest[middle + 2..];
        }
    }
    links
}

/// A link to a line of a file has the line's text as its name, or a part of it: so it can't come to point elsewhere.
#[test]
fn links_lead_where_they_say() {
    let mut lines = 0;
    for (path, page) in pages() {
        for (name, target) in links(&page).into_iter().filter(|(_, target)| !target.contains("://")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            assert!(file.exists(), "{}: no {target}", path.display());
            let Some(number) = anchor.strip_prefix('L') else { continue };
            let number: usize = number.parse().unwrap_or_else(|_| panic!("{}: {target}", path.display()));
            let text = fs::read_to_string(&file).unwrap();
            let part = name.trim_matches('`');
            let found = text.lines().nth(number - 1).is_some_and(|line| line.contains(part));
            let places: Vec<usize> =
                (1..).zip(text.lines()).filter(|(_, line)| line.contains(part)).map(|(n, _)| n).collect();
            assert!(
                found,
                "{}: `{part}` isn't in line {number} of {target}, but in {places:?}",
                path.display()
            );
            lines += 1;
        }
    }
    assert!(lines >= 30, "only {lines} links to lines");
}

/// The numbers of the equations of a page: `(3.1)` at the end of a line of a block.
fn equations(page: &str) -> Vec<String> {
    let number = |line: &str| {
        let (chapter, number) = line.trim_end().strip_suffix(')')?.rsplit_once('(')?.1.split_once('.')?;
        let digits = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        (digits(chapter) && digits(number)).then(|| format!("({chapter}.{number})"))
    };
    blocks(page).iter().flat_map(|(_, lines)| lines.iter().filter_map(|line| number(line))).collect()
}

/// Who wants to see each equation of chapters 3, 5 and 6 computed has little to read.
#[test]
fn the_map_is_complete_and_the_way_is_short() {
    let pages = pages();
    let (map, text) = pages.iter().find(|(path, _)| path.ends_with("map.md")).unwrap();
    for chapter in ["03", "05", "06"] {
        let of_chapter =
            |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(chapter));
        let (_, page) = pages.iter().find(|(path, _)| of_chapter(path)).unwrap();
        for equation in equations(page) {
            let row = text.lines().find(|line| line.starts_with(&format!("| {equation} ")));
            assert!(
                row.is_some_and(|row| row.contains("](../../src/")),
                "no line of {equation} on the map: {row:?}"
            );
        }
    }
    let files: BTreeSet<&str> = links(text)
        .into_iter()
        .map(|(_, target)| target.split('#').next().unwrap())
        .filter(|file| file.ends_with(".rs"))
        .collect();
    let lines = |file| fs::read_to_string(map.parent().unwrap().join(file)).unwrap().lines().count();
    let counted: Vec<(&str, usize)> = files.into_iter().map(|file| (file, lines(file))).collect();
    let total: usize = counted.iter().map(|(_, lines)| lines).sum();
    assert!(counted.len() >= 5 && total < 600, "{total} lines: {counted:#?}");
}

/// Each chapter ends with exercises, whose solutions are tests: `exercise_1`, … of its file.
#[test]
fn every_exercise_has_a_solution() {
    for (path, page) in pages() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(chapter) = name.get(..2).filter(|number| number.chars().all(|c| c.is_ascii_digit())) else {
            continue;
        };
        let (_, exercises) =
            page.split_once("\n## Exercises\n").unwrap_or_else(|| panic!("{name}: no exercises"));
        let command = format!("cargo test --release --test exercises chapter_{chapter}");
        assert!(exercises.contains(&command), "{name}: no `{command}`");
        let count = exercises
            .lines()
            .filter(|line| line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok()))
            .count();
        assert!((3..=5).contains(&count), "{name}: {count} exercises");
        let solutions =
            fs::read_to_string(root().join(format!("tests/exercises/chapter_{chapter}.rs"))).unwrap();
        for exercise in 1..=count {
            assert!(
                solutions.contains(&format!("fn exercise_{exercise}_")),
                "{name}: no solution of {exercise}"
            );
        }
    }
}
