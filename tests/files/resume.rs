//! A run that is killed goes on as if nothing had happened.
//!
//! The test starts itself as another process, which trains and saves all the time, kills that process, and lets a second one
//! go on from what the first one left.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tapeloop::data::{Dataset, Inputs, Targets};
use tapeloop::io::TensorFile;
use tapeloop::nn::{Dense, Dropout, Embedding, Gru, Lstm, SimpleRnn};
use tapeloop::optim::{Adam, Clip, RmsProp, Schedule, Sgd};
use tapeloop::train::{
    Checkpoint, EarlyStopping, Fit, History, InputShape, Loss, Metric, Model, Rate, ReduceOnPlateau,
    SaveBest, Sequential, on_batch, on_epoch,
};
use tapeloop::{Array, Error};

const KILLS: usize = 20;

/// What the process that is killed does, if there is such a variable: the kind of run, and its folder.
const KIND: &str = "RUN_TO_BE_KILLED";
const FOLDER: &str = "FOLDER_OF_THE_RUN";

fn numbers(count: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(-1.0..1.0)).collect()
}

fn fit(folder: &Path) -> Fit<'static> {
    Fit {
        checkpoint: Some(Checkpoint { path: folder.join("run.safetensors"), every: Some(2), resume: true }),
        progress: false,
        epochs: 12,
        batch: 8,
        ..Fit::default()
    }
}

/// Dropout, an embedding, masks, shuffling, validation, and callbacks that remember.
fn words(folder: &Path) -> Result<(Model, History), Error> {
    let ids: Vec<usize> = numbers(60 * 6, 1).iter().map(|x| ((x + 1.0) * 20.0) as usize).collect();
    let classes = ids.chunks(6).map(|ids| ids.iter().sum::<usize>() % 2).collect::<Vec<_>>();
    let data = Dataset::new(Inputs::ids(6, ids), classes)?;
    let mut model = Sequential::new()
        .add(Embedding::new(40, 5).mask_zero(true))
        .add(Lstm::new(6).dropout(0.2, 0.1))
        .add(Dropout::new(0.3))
        .add(Dense::new(1))
        .build(InputShape::tokens(6), 3)?;
    let mut fit = Fit {
        loss: Loss::BinaryCrossEntropyLogits,
        metrics: vec![Metric::BinaryAccuracy { threshold: 0.0 }],
        optimizer: Adam { amsgrad: true, ..Adam::default() }.into(),
        validation_split: 0.2,
        callbacks: vec![
            Box::new(EarlyStopping::new("val_loss", 4)),
            Box::new(ReduceOnPlateau::new("val_binary_accuracy", 0.5, 1)),
            Box::new(SaveBest::new(folder.join("best.safetensors"), "val_loss")),
        ],
        ..fit(folder)
    };
    let history = model.fit(&data, &mut fit)?;
    Ok((model, history))
}

/// A stateful net, truncated backpropagation, a schedule, clipping.
fn series(folder: &Path) -> Result<(Model, History), Error> {
    let x = numbers(32 * 10 * 2, 2);
    let y = x.chunks(2).map(|pair| pair[0] * pair[1]).collect();
    let data = Dataset::new(Array::new([32, 10, 2], x), Targets::from(Array::new([32, 10, 1], y)))?;
    let mut model = Sequential::new()
        .add(Gru::new(7).return_sequences(true))
        .add(SimpleRnn::new(5).return_sequences(true))
        .add(Dense::new(1))
        .stateful(true)
        .build(InputShape::sequence(10, 2), 4)?;
    let mut fit = Fit {
        optimizer: RmsProp { momentum: 0.5, centred: true, ..RmsProp::default() }.into(),
        shuffle: false,
        truncate: Some(4),
        clip: Some(Clip::GlobalNorm(0.1)),
        rate: Rate::Steps(Schedule::Cosine { lr: 0.01, floor: 0.0, steps: 100 }),
        ..fit(folder)
    };
    let history = model.fit(&data, &mut fit)?;
    Ok((model, history))
}

/// Here the process trains, if it is the one to be killed.
#[test]
fn trains_if_asked_to() {
    let (Ok(kind), Ok(folder)) = (std::env::var(KIND), std::env::var(FOLDER)) else { return };
    let folder = PathBuf::from(folder);
    let (model, history) = if kind == "words" { words(&folder) } else { series(&folder) }.unwrap();
    history.save_csv(folder.join("end.csv")).unwrap();
    model.save(folder.join("end.safetensors")).unwrap();
}

fn start(kind: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "resume::trains_if_asked_to", "--quiet"])
        .env(KIND, kind)
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn emptied(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn finished(status: ExitStatus) -> bool {
    assert!(status.success() || status.code().is_none(), "the run failed: {status}");
    status.success()
}

/// Kills runs at random moments; each must end, when it goes on, with the bytes of the run that was never killed.
fn kill(kind: &str, seed: u64) {
    let whole = emptied(&format!("resume-{kind}-whole"));
    let begin = Instant::now();
    assert!(finished(start(kind, &whole).wait().unwrap()));
    let takes = begin.elapsed();
    let end = |folder: &Path| {
        ["safetensors", "csv"].map(|e| fs::read(folder.join("end").with_extension(e)).unwrap())
    };
    let expected = end(&whole);

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut kills, mut midway) = (0, 0);
    while kills < KILLS {
        let folder = emptied(&format!("resume-{kind}"));
        // Killed once, or a few times on its way.
        for _ in 0..rng.random_range(1..=3) {
            let mut run = start(kind, &folder);
            sleep(takes.mul_f64(rng.random_range(0.0..1.0)));
            run.kill().unwrap();
            if finished(run.wait().unwrap()) {
                break;
            }
            kills += 1;
            let checkpoint = folder.join("run.safetensors");
            if checkpoint.exists() {
                TensorFile::load(&checkpoint).expect("a whole checkpoint");
                midway += 1;
            }
        }
        assert!(finished(start(kind, &folder).wait().unwrap()));
        assert!(end(&folder) == expected, "after {kills} kills the weights or the history are others");
    }
    assert!(midway > 0, "no run was killed after its first checkpoint");
    println!(
        "{kind}: killed {kills} times, {midway} of them with a checkpoint to go on from; a run takes {takes:?}"
    );
}

#[test]
fn a_killed_run_over_words_ends_with_the_same_bits() {
    kill("words", 1);
}

#[test]
fn a_killed_run_of_a_stateful_net_ends_with_the_same_bits() {
    kill("series", 2);
}

#[test]
fn a_run_goes_on_only_as_it_began() {
    let folder = emptied("resume-other");
    let x = Array::new([8, 2, 1], numbers(16, 5));
    let data = Dataset::new(x, Array::new([8, 1], numbers(8, 6))).unwrap();
    let net = |units| {
        let net = Sequential::new().add(SimpleRnn::new(units)).add(Dense::new(1));
        net.build(InputShape::sequence(2, 1), 0).unwrap()
    };
    let run = |units, change: &dyn Fn(&mut Fit<'_>)| {
        let mut fit = Fit { epochs: 2, ..fit(&folder) };
        change(&mut fit);
        let mut model = net(units);
        let result = model.fit(&data, &mut fit);
        (result.map_err(|e| e.to_string()), model.params().flat() == net(units).params().flat())
    };
    run(3, &|_| ()).0.unwrap();
    let refused = |units, change: &dyn Fn(&mut Fit<'_>), problem: &str| {
        let (result, untouched) = run(units, change);
        let message = result.unwrap_err();
        assert!(message.contains(problem) && message.contains("run.safetensors"), "{message}");
        assert!(untouched, "{message}: the weights have changed");
    };
    refused(3, &|fit| fit.batch = 4, "batch is 4, and was 8");
    refused(3, &|fit| fit.seed = 9, "seed is 9, and was 0");
    refused(3, &|fit| fit.optimizer = Sgd::new(0.1).into(), "optimizer is");
    refused(3, &|fit| fit.loss = Loss::Mae, "loss is");
    refused(4, &|_| (), "");
    // For longer, though: as if it had been so from the beginning.
    let longer = |folder: &Path| {
        let mut model = net(3);
        let mut fit = Fit { epochs: 5, ..fit(folder) };
        model.fit(&data, &mut fit).unwrap();
        model.params().flat().to_vec()
    };
    assert_eq!(longer(&folder), longer(&emptied("resume-longer")));
    // What is no checkpoint is refused, too.
    let checkpoint = folder.join("run.safetensors");
    let bytes = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, &bytes[..bytes.len() - 1]).unwrap();
    refused(3, &|_| (), "");
    net(3).save(&checkpoint).unwrap();
    refused(3, &|_| (), "run");
}

/// A run over random sequences, which is stopped in the middle of its third epoch. Returns its history and its weights.
fn stopped(checkpoint: Option<&Path>, copy: Option<&Path>) -> (History, Vec<f32>) {
    let x = Array::new([20, 3, 1], numbers(60, 7));
    let data = Dataset::new(x, Array::new([20, 1], numbers(20, 8))).unwrap();
    let net = Sequential::new().add(SimpleRnn::new(4)).add(Dense::new(1));
    let mut model = net.build(InputShape::sequence(3, 1), 0).unwrap();
    let mut fit = Fit {
        epochs: 9,
        batch: 4,
        progress: false,
        validation_split: 0.2,
        checkpoint: checkpoint.map(|path| Checkpoint { every: Some(1), ..Checkpoint::new(path) }),
        callbacks: vec![
            Box::new(EarlyStopping::new("val_loss", 5)),
            Box::new(on_batch(|at| {
                if (at.epoch, at.batch) == (2, 1) {
                    *at.stop = Some("enough".into());
                }
            })),
            // What a process leaves that is killed here: the checkpoint of the batch.
            Box::new(on_epoch(move |at| {
                if let (2, Some(from), Some(to)) = (at.epoch, checkpoint, copy) {
                    fs::copy(from, to).unwrap();
                }
            })),
        ],
        ..Fit::default()
    };
    let history = model.fit(&data, &mut fit).unwrap();
    (history, model.params().flat().to_vec())
}

#[test]
fn an_epoch_that_was_stopped_early_is_finished_by_the_next_process() {
    let folder = emptied("resume-stopped");
    let whole = stopped(None, None);
    let [checkpoint, copy] = ["run", "copy"].map(|name| folder.join(name));
    assert!(stopped(Some(&checkpoint), Some(&copy)) == whole && whole.0.epochs() == 3);
    assert!(stopped(Some(&copy), None) == whole, "from the checkpoint of a batch");
    assert!(stopped(Some(&checkpoint), None) == whole, "from that of the end");
}

#[test]
fn another_fit_with_the_same_settings_has_other_orders_and_can_be_resumed() {
    let path = emptied("resume-again").join("run");
    let data =
        Dataset::new(Array::new([12, 1], numbers(12, 1)), Array::new([12, 1], numbers(12, 2))).unwrap();
    let net = || Sequential::new().add(Dense::new(1)).build(InputShape::features(1), 0).unwrap();
    let rate = Rate::Steps(Schedule::Step { lr: 0.1, factor: 0.5, every: 2 });
    let fit = |epochs, checkpoint| Fit {
        epochs,
        batch: 3,
        progress: false,
        rate: rate.clone(),
        checkpoint,
        ..Fit::default()
    };
    let (mut once, mut twice) = (net(), net());
    once.fit(&data, &mut fit(4, None)).unwrap();
    let mut settings = fit(2, None);
    twice.fit(&data, &mut settings).unwrap();
    twice.fit(&data, &mut settings).unwrap();
    assert_eq!(once.params().flat(), twice.params().flat(), "two fits of two epochs");

    let mut resumed = net();
    let mut settings = fit(2, Some(Checkpoint::new(&path)));
    resumed.fit(&data, &mut settings).unwrap();
    settings.epochs = 4;
    let history = resumed.fit(&data, &mut settings).unwrap();
    assert_eq!(
        (history.epochs(), resumed.params().flat()),
        (4, once.params().flat()),
        "resumed in one process"
    );
}

#[test]
fn a_checkpoint_with_other_contents_is_refused_and_nothing_changes() {
    let path = emptied("resume-edited").join("run");
    let x = Array::new([8, 3, 1], numbers(24, 5));
    let data = Dataset::new(x, Array::new([8, 1], numbers(8, 6))).unwrap();
    let net = || {
        let net = Sequential::new().add(Lstm::new(3)).add(Dense::new(1)).stateful(true);
        net.build(InputShape::sequence(3, 1), 0).unwrap()
    };
    let run = |epochs| {
        let mut fit = Fit {
            epochs,
            batch: 4,
            shuffle: false,
            progress: false,
            checkpoint: Some(Checkpoint::new(&path)),
            callbacks: vec![Box::new(EarlyStopping::new("loss", 3))],
            ..Fit::default()
        };
        let mut model = net();
        let result = model.fit(&data, &mut fit);
        (result.map_err(|e| e.to_string()), model.params().flat() == net().params().flat())
    };
    run(2).0.unwrap();
    let good = TensorFile::load(&path).unwrap();
    run(3).0.unwrap(); // as it is, it can be gone on from
    let text = |old: &str, new: &str| {
        let (mut file, run) = (good.clone(), good.text("run").unwrap());
        assert!(run.contains(old), "{run}");
        file.set_text("run", run.replace(old, new));
        file
    };
    let tensor = |name: &str, shape: &[usize]| {
        let mut file = good.clone();
        assert!(file.shape(name).is_some_and(|is| is != shape), "{name}");
        file.insert(name, shape, &vec![0.5_f32; shape.iter().product()]);
        file
    };
    let mut steps = good.clone();
    steps.set_text("optimizer.steps", u64::MAX.to_string());
    let mut long = good.clone();
    long.set_text("run", format!("{{\"settings\":[{}0]}}", "0,".repeat(400_000)));
    let edited = [
        ("state", tensor("state.0.0", &[3, 5])),
        ("state", tensor("state.0.1", &[4])),
        ("state", text("\"state\":[2,0]", "\"state\":[1,0]")),
        ("state", text("\"state\":[2,0]", "\"state\":[2,7]")),
        ("weights", tensor("callback.0.weights", &[3])),
        ("history", text("\"history\":[\"loss\",\"lr\"]", "\"history\":[\"lr\"]")),
        ("batches", text("\"batch\":0,", "\"batch\":18446744073709551615,")),
        ("history", text("\"epoch\":2,", "\"epoch\":18446744073709551615,")),
        ("steps", steps),
        ("run", long),
    ];
    for (part, file) in edited {
        file.save(&path).unwrap();
        let (result, untouched) = run(3);
        let message = result.expect_err(part);
        assert!(message.contains(part) && untouched, "{part}: {message}");
    }
}
