//! Nets in files: there and back bit for bit, and files that are of something else.

use std::fs;
use std::path::PathBuf;

use tapeloop::data::Inputs;
use tapeloop::io::{Storable, TensorFile, save_params};
use tapeloop::nn::{
    Activation, Bidirectional, Dense, Dropout, Embedding, Gru, LayerNorm, Lstm, Merge, SimpleRnn,
};
use tapeloop::train::{InputShape, Model, Sequential};
use tapeloop::{Error, Real};

use crate::common::files::place;
use crate::common::numbers::all_same;
use crate::nets::{below, weights};

fn layers<R: Real>() -> Sequential<R> {
    Sequential::default()
        .add(Embedding::new(9, 4).mask_zero(true))
        .add(Bidirectional::new(Lstm::new(3).return_sequences(true)).merge(Merge::Average))
        .add(LayerNorm::new())
        .add(Dropout::new(0.3))
        .add(Gru::new(3).dropout(0.1, 0.2))
        .add(Dense::new(2).activation(Activation::LeakyRelu { slope: 0.3 }))
}

fn net<R: Real>(seed: u64) -> Model<R> {
    layers().build(InputShape::tokens(5), seed).unwrap()
}

fn there_and_back<R: Real + Storable>(folder: &str) {
    let path = place(folder);
    let mut first = net::<R>(1);
    // Numbers that a text would round, and some that are none.
    let odd = [
        R::from_f64(0.1),
        R::from_f64(1.0 / 3.0),
        R::from_f64(-0.0),
        R::from_f64(f64::INFINITY),
        R::from_f64(f64::NAN),
    ];
    let table = first.params().find("embedding.table").unwrap();
    first.params_mut()[table][..5].copy_from_slice(&odd);
    first.save(&path).unwrap();
    let mut second = net::<R>(2);
    assert_ne!(weights(&second), weights(&first));
    second.load_weights(&path).unwrap();
    all_same(&weights(&second), &weights(&first), "weights");
    assert_eq!(weights(&second)[2].to_f64().to_bits(), (-0.0_f64).to_bits());

    second.save(path.with_extension("again")).unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        fs::read(path.with_extension("again")).unwrap(),
        "equal nets, equal files"
    );
    let ids = Inputs::ids(5, below(20, 9, 3));
    all_same(second.predict(&ids).unwrap().data(), first.predict(&ids).unwrap().data(), "answers");
}

#[test]
fn a_net_comes_back_bit_for_bit() {
    there_and_back::<f32>("net_f32");
    there_and_back::<f64>("net_f64");
}

/// Weights are for any length of sequence, and for a net that keeps its state or doesn't.
#[test]
fn lengths_and_states_are_no_part_of_a_file() {
    let path = place("net_lengths");
    let layers =
        || Sequential::<f32>::default().add(Embedding::new(9, 4)).add(Gru::new(3)).add(Dense::new(1));
    let model = layers().build(InputShape::tokens(5), 1).unwrap();
    model.save(&path).unwrap();
    let mut other = layers().stateful(true).build(InputShape::tokens(5).any_length(), 2).unwrap();
    other.load_weights(&path).unwrap();
    all_same(&weights(&other), &weights(&model), "weights");
}

/// What the file says of itself can be read elsewhere.
#[test]
fn a_file_says_what_it_is_of() {
    let path = place("net_text");
    net::<f32>(1).save(&path).unwrap();
    let file = TensorFile::load(&path).unwrap();
    let config: serde_json::Value = serde_json::from_str(file.text("model").unwrap()).unwrap();
    let kinds: Vec<&str> =
        config["layers"].as_array().unwrap().iter().map(|layer| layer["layer"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Embedding", "Bidirectional", "LayerNorm", "Dropout", "Gru", "Dense"]);
    assert_eq!(config["layers"][4]["options"]["recurrent_dropout"], 0.2);
    assert_eq!(config["layers"][1]["options"]["of"], "Lstm");
    assert_eq!(config, net::<f32>(9).chain().config());
    assert_eq!(file.shape("weights.embedding.table"), Some(&[9, 4][..]));
}

/// An error, whose message has all of these parts; and the weights are what they were.
#[track_caller]
fn refused<R: Real + Storable>(mut model: Model<R>, path: &PathBuf, parts: &[&str]) {
    let before = weights(&model);
    let error: Error = model.load_weights(path).unwrap_err();
    let message = error.to_string();
    for part in parts.iter().chain([&path.to_str().unwrap()]) {
        assert!(message.contains(part), "{message:?}, without {part:?}");
    }
    all_same(&weights(&model), &before, "weights");
}

#[test]
fn files_of_other_nets_are_refused() {
    let path = place("net_other");
    net::<f32>(1).save(&path).unwrap();
    let build = |net: Sequential| net.build(InputShape::tokens(5), 2).unwrap();
    let few = || Sequential::new().add(Embedding::new(9, 4).mask_zero(true));

    refused(build(few()), &path, &["6 layers", "this one has 1"]);
    let sizes = layers().build(InputShape::tokens(5), 2).unwrap();
    refused::<f64>(sizes, &path, &["embedding.table", "F32", "F64"]);
    let simple =
        few().add(SimpleRnn::new(3).return_sequences(true)).add(LayerNorm::new()).add(Dropout::new(0.3));
    refused(
        build(simple.add(Gru::new(3)).add(Dense::new(2))),
        &path,
        &["layer 2", "Bidirectional", "SimpleRnn"],
    );
    let other = |units: usize, embedding: Embedding, name: &str| {
        let both = Bidirectional::new(Lstm::new(3).return_sequences(true)).merge(Merge::Average);
        let net = Sequential::new().add(embedding).add(both).add(LayerNorm::new()).add(Dropout::new(0.3));
        build(
            net.add_named(name, Gru::new(units).dropout(0.1, 0.2))
                .add(Dense::new(2).activation(Activation::LeakyRelu { slope: 0.3 })),
        )
    };
    other(3, Embedding::new(9, 4).mask_zero(true), "gru").load_weights(&path).unwrap();
    refused(
        other(4, Embedding::new(9, 4).mask_zero(true), "gru"),
        &path,
        &["layer 5", "\"units\":3", "\"units\":4"],
    );
    refused(other(3, Embedding::new(10, 4).mask_zero(true), "gru"), &path, &["layer 1", "\"vocabulary\":10"]);
    refused(other(3, Embedding::new(9, 4), "gru"), &path, &["layer 1", "mask_zero"]);
    refused(other(3, Embedding::new(9, 4).mask_zero(true), "reader"), &path, &["layer 5", "\"reader\""]);
}

#[test]
fn files_of_other_things_are_refused() {
    let path = place("net_broken");
    let model = || net::<f32>(2);
    refused(model(), &path, &["cannot read"]);
    for bytes in [&b""[..], b"1234567", &[255; 64]] {
        fs::write(&path, bytes).unwrap();
        refused(model(), &path, &["safetensors"]);
    }
    // Weights alone: what they are of isn't said.
    save_params(&path, model().params()).unwrap();
    refused(model(), &path, &["model"]);

    net::<f32>(1).save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for cut in [whole.len() - 1, whole.len() / 2, 300, 8] {
        fs::write(&path, &whole[..cut]).unwrap();
        refused(model(), &path, &["byte"]);
    }
    fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
    refused(model(), &path, &["byte"]);

    // A net's description, but not its weights; or one that is none.
    let text = TensorFile::load({
        fs::write(&path, &whole).unwrap();
        &path
    })
    .unwrap()
    .text("model")
    .unwrap()
    .to_owned();
    for (text, parts) in [
        (&text[..], &["weights.embedding.table", "and 5 more"][..]),
        ("{", &["not JSON"]),
        ("[1, 2]", &["0 layers"]),
        ("{\"layers\": 3}", &["0 layers"]),
    ] {
        let mut file = TensorFile::new();
        file.set_text("model", text.to_owned());
        file.save(&path).unwrap();
        refused(model(), &path, parts);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let folder = place("net_folder").parent().unwrap().to_owned();
    let error = net::<f32>(1).save(&folder).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains(folder.to_str().unwrap()), "{error}");
    let error = net::<f32>(1).save(folder.join("nowhere/net.safetensors")).unwrap_err().to_string();
    assert!(error.contains("cannot write") && error.contains("nowhere"), "{error}");
}
