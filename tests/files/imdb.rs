//! Keras' imdb.npz: lists as every NumPy pickles them, and pickles that are something else.
#![cfg(feature = "files")]

use std::path::Path;

use crate::common::formats::{array_of_objects, case, file, imdb, lists, npy, npz};
use tapeloop::data::{LabelledSequences, Npz, read_imdb_npz};

/// The message for a file with these arrays, without the path.
fn message<N: AsRef<str>>(name: &str, members: &[(N, Vec<u8>)]) -> String {
    let path = file(&format!("readers-imdb-{name}.npz"), &npz(true, members));
    let message = read_imdb_npz(&path).expect_err(name).to_string();
    let after = message.strip_prefix(path.to_str().unwrap()).unwrap_or_else(|| panic!("{message}"));
    assert!(after.len() < 400 && !after.contains('\n'), "{message}");
    after.to_owned()
}

#[test]
fn reviews_with_and_without_a_pickle_are_the_same() {
    let pickled = read_imdb_npz(case("pipeline/uci_imdb_like_pickled.npz")).unwrap();
    assert_eq!(
        pickled.each_ref().map(|set| (set.sequences.len(), set.labels.len())),
        [(2400, 2400), (600, 600)]
    );
    let [train, test] = &pickled;
    assert_eq!(test.sequences[0], [1, 992, 5, 20]);
    assert_eq!([train, test].map(|set| set.sequences.iter().map(Vec::len).sum::<usize>()), [28_313, 7_368]);
    assert!([train, test].iter().all(|set| set.labels.iter().all(|&label| label < 2)));

    let flat = case("pipeline/uci_imdb_flat.npz");
    assert_eq!(read_imdb_npz(&flat).unwrap(), pickled);

    // The same arrays, stored: numpy.savez.
    let archive = Npz::open(&flat).unwrap();
    let members: Vec<(&str, Vec<u8>)> = archive
        .names()
        .map(|name| {
            let array = archive.read(name).unwrap();
            let bytes = array
                .values
                .to_reals::<f64>()
                .iter()
                .flat_map(|&x| (x as i64).to_le_bytes())
                .collect::<Vec<_>>();
            (name, npy("<i8", &array.shape, &bytes))
        })
        .collect();
    assert_eq!(read_imdb_npz(file("readers-imdb-stored.npz", &npz(false, &members))).unwrap(), pickled);
}

/// What `tests/cases/record/npz_lists.py` writes.
fn recorded(python2: bool) -> [LabelledSequences; 2] {
    let mut big = vec![0, 255, 256, 65_535, 65_536, (1 << 31) - 1];
    if !python2 {
        big.extend([1 << 31, (1 << 40) + 5]);
    }
    let mut rows = vec![vec![], vec![7], big, (0..1001).collect(), (60_000..62_500).collect(), vec![]];
    rows.extend((0..994).map(|i| vec![i; i % 4]));
    rows.push(vec![3, 4]);
    let labels = (0..rows.len()).map(|i| i % 3).collect();
    [
        LabelledSequences { sequences: rows, labels },
        LabelledSequences { sequences: vec![vec![1]], labels: vec![1] },
    ]
}

#[test]
fn lists_as_several_versions_of_numpy_save_them() {
    let mut names: Vec<_> =
        std::fs::read_dir(case("npz")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), 8);
    for path in names {
        let sets = read_imdb_npz(&path).unwrap_or_else(|e| panic!("{e}"));
        let expected = recorded(path.to_str().unwrap().contains("python2"));
        assert_eq!(sets, expected, "{}", path.display());
    }
}

/// NumPy's pickle of an array of `n` lists, with something in place of their list.
fn pickled(n: usize, list: &[u8]) -> (Vec<u8>, Vec<i64>) {
    (npy("|O", &[n], &[&array_of_objects(n), list, b"tb."].concat()), vec![0; n])
}

#[test]
fn a_pickle_of_anything_else_is_refused_and_not_run() {
    let proof = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readers-imdb-was-run");
    let touch = format!("cposix\nsystem\nX{}", "");
    let command = format!("touch {}", proof.display());
    let call =
        [touch.as_bytes(), &(command.len() as u32).to_le_bytes(), command.as_bytes(), b"\x85R"].concat();
    let stack_global = [&b"\x8c\x02os\x94\x8c\x06system\x94\x93"[..], &call[15..]].concat();
    let bomb = std::fs::read(case("malformed/npy/pickle_bomb_memo.npy")).unwrap()[128..].to_vec();
    let of_lists = |list: &[u8]| npy("|O", &[1], list);
    let no_number = "where none such can be; give an array of lists of whole numbers";

    let bad: [(&str, Vec<u8>, &str); 16] = [
        (
            "call",
            of_lists(&[b"\x80\x03", &call[..]].concat()),
            "the pickle calls Python's \"posix.system\"; it is not called",
        ),
        (
            "stack",
            of_lists(&[b"\x80\x04", &stack_global[..]].concat()),
            "calls Python's \"os.system\"; it is not called",
        ),
        ("element", pickled(1, &[b"]", &call[..], b"a"].concat()).0, no_number),
        ("memo", of_lists(&bomb), no_number),
        ("twice", pickled(2, b"](]q\x20K\x05ah\x20e").0, no_number),
        ("nested", pickled(1, b"]]]K\x05aaa").0, no_number),
        ("float", pickled(1, b"]]G\0\0\0\0\0\0\0\0aa").0, no_number),
        ("text", pickled(1, b"]]X\x01\0\0\0aaa").0, no_number),
        ("minus", pickled(1, b"]]J\xff\xff\xff\xffaa").0, "-1 is no id; give"),
        ("minus-long", pickled(1, b"]]\x8a\x01\x80aa").0, "-128 is no id; give"),
        ("wide", pickled(1, b"]]\x8a\x09123456789aa").0, "a number of more than 64 bits"),
        ("more", pickled(1, b"](]]e").0, "more lists than the 1 of the header"),
        ("fewer", pickled(2, b"]]a").0, "has 1 lists, and the header says 2"),
        ("cut", npy("|O", &[1], &array_of_objects(1)), "ends within the pickle; it is cut off"),
        ("behind", [pickled(1, b"]]a").0, b".".to_vec()].concat(), "bytes behind the end of its pickle"),
        ("old", of_lists(b"(lp0\n."), no_number),
    ];
    for (name, x, part) in bad {
        let n = if part.contains('2') || name == "twice" { 2 } else { 1 };
        let said = message(name, &imdb((x, &vec![0; n]), pickled1()));
        assert!(said.contains(part) && said.contains("array \"x_train\""), "{name}: {said}");
    }
    assert!(!proof.exists());
    let long = of_lists(&[&b"\x80\x03c"[..], &[b'x'; 100], b"\n"].concat());
    assert!(message("name", &imdb((long, &[0]), pickled1())).contains("a name that no array of lists needs"));
    let protocol = of_lists(b"\x80\x06");
    assert!(
        message("protocol", &imdb((protocol, &[0]), pickled1()))
            .contains("has protocol 6; save it with one of 2 to 5")
    );
}

/// A test set of one review.
fn pickled1() -> (Vec<u8>, &'static [i64]) {
    (lists(&[vec![5]], 1000), &[1])
}

#[test]
fn arrays_that_are_missing_or_do_not_fit() {
    let whole = || imdb((lists(&[vec![1, 2], vec![]], 1000), &[0, 1]), pickled1());
    assert!(read_imdb_npz(file("readers-imdb-whole.npz", &npz(true, &whole()))).is_ok());
    for missing in ["x_train", "y_train", "x_test", "y_test"] {
        let rest: Vec<_> = whole().into_iter().filter(|(name, _)| *name != missing).collect();
        let said = message("missing", &rest);
        assert!(said.contains(&format!("has no array {missing:?}; it has 3 ")), "{said}");
    }
    let change = |name: &str, to: Vec<u8>| {
        whole()
            .into_iter()
            .map(|(n, bytes)| (n, if n == name { to.clone() } else { bytes }))
            .collect::<Vec<_>>()
    };
    let cases = [
        ("y_train", npy("<i8", &[1], &[0; 8]), "has 2 sequences in x_train, but 1 classes in y_train"),
        ("y_train", npy("|i1", &[2], &[0, 0xff]), "number 1 (from 0) of its array \"y_train\" is negative"),
        (
            "y_train",
            npy("<f4", &[2], &[0; 8]),
            "number 0 (from 0) of its array \"y_train\" is negative, or of no integer type",
        ),
        ("y_train", npy("<i8", &[1, 2], &[0; 16]), "has the shape [1, 2]; give an array [N]"),
        ("y_train", lists(&[], 2), "holds Python objects; give an array of numbers"),
        ("x_train", npy("<i8", &[2], &[0; 16]), "holds numbers; give an array of lists"),
        ("x_train", npy("|O", &[1, 2], &[]), "has the shape [1, 2]; give an array of lists, [N]"),
    ];
    for (name, to, part) in cases {
        let said = message("change", &change(name, to));
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn joined_sequences_that_do_not_fit() {
    let i4 = |x: &[i32]| npy("<i4", &[x.len()], &x.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<_>>());
    let members = |values: &[i32], offsets: &[i32]| {
        let ([x, o], y) = ([i4(values), i4(offsets)], i4(&vec![1; offsets.len().max(1) - 1]));
        vec![
            ("x_train_values", x.clone()),
            ("x_train_offsets", o.clone()),
            ("y_train", y.clone()),
            ("x_test_values", x),
            ("x_test_offsets", o),
            ("y_test", y),
        ]
    };
    let good = file("readers-imdb-joined.npz", &npz(false, &members(&[7, 8, 9], &[0, 2, 2, 3])));
    let [train, test] = read_imdb_npz(good).unwrap();
    assert_eq!((train.sequences, train.labels), (vec![vec![7, 8], vec![], vec![9]], vec![1, 1, 1]));
    assert_eq!(test.sequences.len(), 3);
    for (offsets, part) in [
        (&[0, 2][..], "\"x_train_offsets\" doesn't ascend from 0 to 3"),
        (&[0, 4], "doesn't ascend"),
        (&[1, 3], "doesn't ascend"),
        (&[0, 3, 2, 3], "doesn't ascend"),
        (&[], "doesn't ascend"),
        (&[0, -1, 3], "number 1 (from 0) of its array \"x_train_offsets\" is negative"),
    ] {
        let said = message("joined", &members(&[7, 8, 9], offsets));
        assert!(said.contains(part), "{said}");
    }
    let said = message("joined-values", &members(&[7, -8, 9], &[0, 3]));
    assert!(said.contains("number 1 (from 0) of its array \"x_train_values\" is negative"), "{said}");
}
