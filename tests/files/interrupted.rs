//! What is on the disk after a process that saves was killed, or found the disk full.
//!
//! The processes are this test program itself: it starts again with the name of the one test that is to be run and a
//! path in an environment variable.
#![cfg(all(feature = "train", unix))]

use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;
use std::{env, fs};

use crate::common::files::place;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::io::TensorFile;

/// Where a process of ours is to save.
const PLACE: &str = "TAPELOOP_TEST_SAVES_TO";

/// The path that this process is to save to, if it was started for that.
fn asked() -> Option<PathBuf> {
    env::var_os(PLACE).map(PathBuf::from)
}

/// One of two contents: all of its numbers are `which`. Large enough that most of the time goes into writing it.
fn content(which: u64) -> TensorFile {
    let mut file = TensorFile::new();
    for name in ["a", "b", "c", "d"] {
        file.insert(name, &[100_000], &vec![which; 100_000]);
    }
    file.set_text("which", which.to_string());
    file
}

/// Which content is in the file; panics unless it is whole.
fn which(path: &Path) -> u64 {
    let file = TensorFile::load(path).unwrap();
    let which = file.text("which").unwrap().parse().unwrap();
    assert_eq!(file.names().collect::<String>(), "abcd");
    for name in ["a", "b", "c", "d"] {
        let numbers = file.numbers::<u64>(name, &[100_000]).unwrap();
        assert!(numbers.iter().all(|x| *x == which), "{name} of {which}");
    }
    which
}

/// The names of the files that are there.
fn names(path: &Path) -> Vec<String> {
    let folder = fs::read_dir(path.parent().unwrap()).unwrap();
    let mut names: Vec<String> =
        folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A process: saves the one content and the other until it is killed, or nobody is there any more to do that.
#[test]
fn process_that_saves_again_and_again() {
    let Some(path) = asked() else { return };
    let contents = [1, 2].map(content);
    let parent = parent_id();
    while parent_id() == parent {
        contents.iter().for_each(|content| content.save(&path).unwrap());
    }
}

#[test]
fn a_killed_process_leaves_one_whole_file() {
    let path = place("interrupted-killed");
    content(1).save(&path).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (mut left, mut seen) = (0, [0; 3]);
    for _ in 0..20 {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "interrupted::process_that_saves_again_and_again"])
            .env(PLACE, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // It saves as soon as it has written something.
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        while fs::metadata(&path).unwrap().modified().unwrap() == before {
            assert!(process.try_wait().unwrap().is_none(), "the process has ended");
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(rng.random_range(0..30_000)));
        process.kill().unwrap();
        process.wait().unwrap();

        seen[which(&path) as usize] += 1;
        let names = names(&path);
        assert!(names.len() == 1 || names == ["file.safetensors", "file.safetensors.tmp"], "{names:?}");
        left += names.len() - 1;
    }
    println!("contents {:?}, and {left} times a part of the next one", &seen[1..]);
    content(1).save(&path).unwrap();
    assert_eq!((which(&path), names(&path)), (1, vec!["file.safetensors".into()]));
}

/// A process that may write files of a few kilobytes only: to it the disk is full.
#[test]
fn process_without_space() {
    let Some(path) = asked() else { return };
    let message = content(2).save(&path).unwrap_err().to_string();
    assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let path = place("interrupted-full");
    content(1).save(&path).unwrap();
    let limited = r#"trap "" XFSZ; ulimit -f 64; exec "$0" --exact interrupted::process_without_space"#;
    let output = Command::new("sh")
        .args(["-c", limited])
        .arg(env::current_exe().unwrap())
        .env(PLACE, &path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((which(&path), names(&path)), (1, vec!["file.safetensors".into()]));
}
