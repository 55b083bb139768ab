//! Weights to a file and back: all of them or none, and a list of what doesn't fit.
#![cfg(feature = "train")]

use std::fs;
use std::path::Path;

use crate::common::files::place;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use tapeloop::io::{
    Storable, TensorFile, load_params, put_gradients, put_params, save_params, take_gradients, take_params,
};
use tapeloop::nn::{Dense, Embedding, Lstm};
use tapeloop::{Error, Init, Params, Real};

/// A net of words.
fn model<R: Real>(seed: u64) -> Params<R> {
    let mut params = Params::new(seed);
    Embedding::new(11, 3).build(&mut params, "words");
    Lstm::new(5).build(&mut params, "lstm", 3);
    Dense::new(2).build(&mut params, "read_out", 5);
    params
}

fn round_trip<R: Real + Storable>(test: &str, awkward: &[R], bits: impl Fn(R) -> u64) {
    let path = place(test);
    let mut params = model::<R>(1);
    let w = params.find("read_out.w").unwrap();
    params[w][..awkward.len()].copy_from_slice(awkward);
    save_params(&path, &params).unwrap();

    let mut other = model::<R>(2);
    load_params(&path, &mut other).unwrap();
    for (a, b) in params.iter().zip(other.iter()) {
        assert_eq!(a.name, b.name);
        assert!(a.values.iter().map(|x| bits(*x)).eq(b.values.iter().map(|x| bits(*x))), "{}", a.name);
    }
    // A second save of the same weights gives the same bytes, and leaves one file.
    let saved = fs::read(&path).unwrap();
    save_params(&path, &other).unwrap();
    assert_eq!(fs::read(&path).unwrap(), saved);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);

    let theirs = SafeTensors::deserialize(&saved).unwrap();
    assert!(
        params.iter().all(|entry| theirs.tensor(entry.name).unwrap().shape() == entry.param.shape().sizes())
    );
}

#[test]
fn weights_come_back_bit_by_bit() {
    let nan = f32::from_bits(0x7fc0_1234);
    round_trip("params-f32", &[nan, f32::NEG_INFINITY, -0.0, f32::from_bits(1), f32::MAX], |x| {
        x.to_bits().into()
    });
    let nan = f64::from_bits(0x7ff8_0000_0000_1234);
    round_trip("params-f64", &[nan, f64::NEG_INFINITY, -0.0, f64::from_bits(1), f64::MAX], f64::to_bits);
}

/// Weights, and the message when they are loaded into a model; it must stay as it is.
fn refusal(test: &str, saved: &Params<f32>, model: &mut Params<f32>) -> String {
    let path = place(test);
    save_params(&path, saved).unwrap();
    let before = model.flat().to_vec();
    let error = load_params(&path, model).unwrap_err();
    assert_eq!(model.flat(), before, "weights have changed");
    assert!(matches!(error, Error::Content { .. }), "{error:?}");
    error
        .to_string()
        .strip_prefix(&format!("{}: does not fit the model: ", path.display()))
        .unwrap()
        .to_owned()
}

#[test]
fn all_that_does_not_fit_is_listed() {
    let mut saved = Params::new(0);
    saved.add("same", [2], Init::Constant(7.0));
    saved.add("turned", [2, 3], Init::Zeros);
    saved.add("gone", [4], Init::Zeros);
    let mut params = Params::new(0);
    params.add("same", [2], Init::Zeros);
    params.add("turned", [3, 2], Init::Zeros);
    params.add("new", [], Init::Zeros);
    assert_eq!(
        refusal("params-list", &saved, &mut params),
        "\"turned\" is F32 [2, 3], not F32 [3, 2]; \"new\" (F32 []) is missing; \"gone\" is not in the model"
    );

    let mut many = Params::new(0);
    for i in 0..30 {
        many.add(format!("w{i}"), [1], Init::Zeros);
    }
    let message = refusal("params-many", &saved, &mut many);
    assert!(message.starts_with("\"w0\" (F32 [1]) is missing; \"w1\""), "{message}");
    assert!(message.ends_with("\"w9\" (F32 [1]) is missing; and 23 more"), "{message}");
}

#[test]
fn numbers_of_another_type_are_refused() {
    let path = place("params-types");
    save_params(&path, &model::<f64>(0)).unwrap();
    let message = load_params(&path, &mut model::<f32>(0)).unwrap_err().to_string();
    assert!(message.contains("\"lstm.b\" is F64 [20], not F32 [20]"), "{message}");
}

#[test]
fn a_damaged_file_changes_nothing() {
    let path = place("params-damaged");
    save_params(&path, &model::<f32>(0)).unwrap();
    let saved = fs::read(&path).unwrap();
    fs::write(&path, &saved[..saved.len() - 1]).unwrap();
    let mut params = model::<f32>(1);
    assert!(matches!(load_params(&path, &mut params).unwrap_err(), Error::Binary { .. }));
    assert_eq!(params.flat(), model::<f32>(1).flat());
}

#[test]
fn weights_of_other_programs_are_read_by_name() {
    let data: Vec<u8> = [1.0f32, 2.0, 3.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F32, vec![3, 1], &data).unwrap();
    let path = place("params-foreign");
    fs::write(&path, safetensors::serialize([("dense.w", view)], None).unwrap()).unwrap();
    let mut params = Params::<f32>::new(0);
    Dense::new(1).bias(false).build(&mut params, "dense", 3);
    let error = load_params(&path, &mut params).unwrap_err().to_string();
    assert!(error.contains("tapeloop did not write it"), "{error}");
    take_params(&TensorFile::load_any(&path).unwrap(), "", &mut params).unwrap();
    assert_eq!(params.get("dense.w").unwrap().values, [1.0, 2.0, 3.0]);
}

#[test]
fn stores_with_prefixes_share_a_file() {
    let path = place("params-prefixes");
    let params = model::<f32>(3);
    let mut grads = params.zero_gradients();
    grads.flat_mut().iter_mut().enumerate().for_each(|(i, g)| *g = i as f32);
    let mut file = TensorFile::new();
    put_params(&mut file, "weights.", &params);
    put_gradients(&mut file, "m.", &params, &grads);
    file.insert("steps", &[], &[3u64]);
    file.save(&path).unwrap();

    let file = TensorFile::load(&path).unwrap();
    let mut other = model::<f32>(4);
    take_params(&file, "weights.", &mut other).unwrap();
    assert!(other.iter().zip(params.iter()).all(|(a, b)| a.values == b.values));
    let read = take_gradients(&file, "m.", &other).unwrap();
    assert!(other.iter().all(|entry| read[entry.param] == grads[entry.param]));

    let message = take_gradients(&file, "v.", &other).err().unwrap().to_string();
    assert!(
        message.contains("does not fit the model: \"v.words.table\" (F32 [11, 3]) is missing"),
        "{message}"
    );
    let message = load_params(&path, &mut other).unwrap_err().to_string();
    assert!(
        message.contains("\"words.table\" (F32 [11, 3]) is missing") && message.contains("more"),
        "{message}"
    );
}

#[test]
#[should_panic(expected = "put_gradients: gradients of other weights")]
fn gradients_must_be_of_these_weights() {
    let grads = Params::<f32>::new(0).zero_gradients();
    put_gradients(&mut TensorFile::new(), "", &model::<f32>(0), &grads);
}

/// Tries to save where it cannot be done: the error, after a look at what is left in the folder.
fn failure(path: &Path, left: &[&str]) -> String {
    let error = save_params(path, &model::<f32>(0)).unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error:?}");
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot write {}: ", path.display())), "{message}");
    if let Ok(folder) = fs::read_dir(path.parent().unwrap()) {
        let mut names: Vec<_> =
            folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, left, "{message}");
    }
    message
}

#[test]
fn a_save_that_fails_leaves_the_old_file() {
    let path = place("params-failed");
    failure(&path.with_file_name("none").join("w.safetensors"), &[]);

    // Another folder stands where the new file would be written.
    let name = path.file_name().unwrap().to_str().unwrap();
    save_params(&path, &model::<f32>(1)).unwrap();
    let old = fs::read(&path).unwrap();
    let beside = path.with_file_name(format!("{name}.tmp"));
    fs::create_dir(&beside).unwrap();
    failure(&path, &[name, &format!("{name}.tmp")]);
    fs::remove_dir(&beside).unwrap();

    // Write-protected: a rename would not ask, and root may write it.
    let mut rights = fs::metadata(&path).unwrap().permissions();
    rights.set_readonly(true);
    fs::set_permissions(&path, rights).unwrap();
    assert!(failure(&path, &[name]).contains("permission denied"));
    assert_eq!(fs::read(&path).unwrap(), old);

    let folder = place("params-failed-folder");
    fs::create_dir(&folder).unwrap();
    assert!(failure(&folder, &[name]).ends_with("it is not a file; give the path of a file"));
    #[cfg(unix)]
    {
        let socket = path.with_file_name("socket");
        let _socket = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(failure(&socket, &[name, "socket"]).ends_with("it is not a file; give the path of a file"));
    }
}

#[test]
fn long_texts_are_not_written_into_a_header() {
    let path = place("params-long");
    save_params(&path, &model::<f32>(1)).unwrap();
    let old = fs::read(&path).unwrap();
    let mut file = TensorFile::new();
    file.set_text("history", "0.5, ".repeat(1 << 19));
    let message = file.save(&path).unwrap_err().to_string();
    assert!(message.contains("at most 1572864 are read; make long texts tensors"), "{message}");
    assert_eq!(fs::read(&path).unwrap(), old);
}

#[test]
fn what_a_killed_process_left_is_replaced() {
    let path = place("params-left");
    let beside = path.with_file_name("file.safetensors.tmp");
    fs::write(&beside, "half a file").unwrap();
    save_params(&path, &model::<f32>(1)).unwrap();
    assert!(!beside.exists());
    load_params(&path, &mut model::<f32>(2)).unwrap();
}

#[cfg(unix)]
#[test]
fn links_and_rights_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let path = place("params-links");
    save_params(&path, &model::<f32>(1)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = path.with_file_name("latest.safetensors");
    symlink(&path, &link).unwrap();
    // A link to somewhere else, where the new file is written first.
    let target = path.with_file_name("precious");
    fs::write(&target, "precious").unwrap();
    symlink(&target, path.with_file_name("file.safetensors.tmp")).unwrap();

    save_params(&link, &model::<f32>(2)).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    let mut read = model::<f32>(3);
    load_params(&path, &mut read).unwrap();
    assert!(read.iter().zip(model::<f32>(2).iter()).all(|(a, b)| a.values == b.values));
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}
