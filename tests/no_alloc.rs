//! A training step allocates nothing on the heap, from the second step on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use tapeloop::nn::{
    BasicLstm, Bidirectional, Call, Dense, Embedding, Gru, LayerNorm, Lstm, Recurrent, Reset, SimpleRnn,
    Spec, Stacked, time_distributed, zoo,
};
use tapeloop::optim::{Adam, Clip, Optimizer, RmsProp, Rows, Sgd};
use tapeloop::{Init, Memory, Params, Tape};

/// Counts the allocations of the threads that train. (The test harness has threads of its own.)
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static TRAINS: Cell<bool> = const { Cell::new(false) };
}

fn count() {
    if TRAINS.get() {
        ALLOCATIONS.fetch_add(1, Relaxed);
    }
}

// SAFETY: passes every call on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(old, layout, size) }
    }
    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs a net of `b` rows and `t` steps for ten training steps, and returns the number of allocations in each.
fn allocations<S: Spec>(layer: Recurrent<S>, [b, t]: [usize; 2]) -> Vec<usize> {
    let (mut params, outputs) = (Params::<f32>::new(0), layer.cell.outputs());
    let rnn = layer.dropout(0.1, 0.1).return_sequences(true).build(&mut params, "rnn", 3);
    let norm = LayerNorm::new().build(&mut params, "norm", [outputs]);
    let read_out = Dense::new(2).build(&mut params, "read_out", outputs);
    let mut grads = params.zero_gradients();
    let x: Vec<f32> = (0..b * t * 3).map(|i| (i as f32).sin()).collect();
    let y = vec![0.5; b * t * 2];
    let lengths: Vec<usize> = (0..b).map(|row| row % (t + 1)).collect();
    let mask: Vec<f32> = (0..b * t).map(|i| (i % 3).min(1) as f32).collect();
    let mut optimizers: [Box<dyn Optimizer<f32>>; 3] =
        [Box::new(Sgd::new(0.01)), Box::new(RmsProp::default()), Box::new(Adam::default())];
    let mut memory = Memory::new();
    let mut counts = Vec::with_capacity(10);
    for _ in 0..10 {
        let before = ALLOCATIONS.load(Relaxed);
        let tape = Tape::new(&params, memory);
        let x = tape.input([b, t, 3], &x).dropout(0.2, 1).dropout_along(1, 0.2, 2).reverse(1);
        let call = Call { mask: Some(tape.lengths(&lengths, t)), training: Some(1), ..Call::default() };
        let h = norm.forward(rnn.run(x, call).output);
        let h = tape.input([b, t], &mask).select_rows(h, h.softsign());
        let prediction = time_distributed(h, |rows| read_out.forward(rows));
        let loss = prediction.mse(tape.input([b, t, 2], &y));
        grads.zero();
        tape.backward(loss, &mut grads);
        assert!(loss.item().is_finite());
        memory = tape.into_memory();
        Clip::GlobalNorm(1.0).apply(&params, &mut grads);
        optimizers.iter_mut().for_each(|optimizer| optimizer.step(&mut params, &grads));
        counts.push(ALLOCATIONS.load(Relaxed) - before);
    }
    counts
}

/// As [`allocations`], for the ops that put lists on the tape: ids, classes, masks, parts.
fn allocations_of_lists() -> Vec<usize> {
    let mut params = Params::<f32>::new(0);
    let table = params.add("table", [50, 8], Init::Normal { mean: 0.0, std: 1.0 });
    let classes = Dense::new(5).build(&mut params, "classes", 16);
    let mut grads = params.zero_gradients();
    let mut optimizer = Sgd::pytorch(0.01, 0.9);
    let words: Vec<usize> = (0..12).map(|i| i * 7 % 50).collect();
    let targets: Vec<usize> = (0..12).map(|i| i % 5).collect();
    let mask: Vec<bool> = (0..12 * 8).map(|i| i % 3 == 0).collect();
    let mut memory = Memory::new();
    let mut counts = Vec::with_capacity(10);
    let mut sizes = Vec::with_capacity(10);
    for _ in 0..10 {
        let before = ALLOCATIONS.load(Relaxed);
        let tape = Tape::new(&params, memory);
        let x = tape.param(table).gather([12], &words);
        let y = x.tanh().where_mask(&mask, x);
        let both = tape.concat(1, &[x, y]);
        let loss = classes.forward(both).cross_entropy(&targets);
        grads.zero();
        tape.backward(loss, &mut grads);
        memory = tape.into_memory();
        optimizer.step(&mut params, &grads);
        counts.push(ALLOCATIONS.load(Relaxed) - before);
        sizes.push(memory.bytes());
    }
    assert_eq!(sizes, vec![sizes[0]; 10], "the memory of a tape grows from step to step");
    counts
}

/// [`allocations`] of every layer, all steps at once and one by one: none from the second step on, if this thread counts.
fn of_every_layer(sizes: [usize; 3]) {
    fn check<S: Spec + Copy + std::fmt::Debug>(layer: Recurrent<S>, sizes: [usize; 3]) {
        for layer in [layer, layer.unrolled()] {
            let counts = allocations(layer, [sizes[0], sizes[1]]);
            assert!(
                counts[0] > 0 || !TRAINS.get(),
                "the first step has to allocate: does the counter count?"
            );
            assert_eq!(counts[1..], [0; 9], "{sizes:?} {layer:?}");
        }
    }
    let h = sizes[2];
    check(SimpleRnn::new(h), sizes);
    check(Lstm::pytorch(h), sizes);
    check(Lstm::new(h).peepholes(true).projection(h).cell_clip(1.0).coupled_gates(true), sizes);
    check(BasicLstm::new(h), sizes);
    check(Gru::new(h), sizes);
    check(Gru::new(h).reset(Reset::Before), sizes);
}

/// [`allocations`] of every cell of the zoo, and of options that make lists or take another way.
struct OfTheZoo(usize);

impl OfTheZoo {
    fn check<S: Spec + Copy>(&mut self, name: &str, layer: Recurrent<S>) {
        for layer in [layer, layer.unrolled()] {
            let counts = allocations(layer, [3, 4]);
            assert!(counts[0] > 0 && counts[1..] == [0; 9], "{name}: {counts:?}");
        }
        self.0 += 1;
    }

    fn options(&mut self) {
        self.check("slstm, heads", zoo::Slstm::new(6).heads(3));
        self.check("retention, heads", zoo::Retention::new(8).heads(2));
        self.check("clockwork, 32 modules", zoo::Clockwork::new(33).modules(32));
        self.check("fast_weights", zoo::FastWeights::new(5).inner_steps(3).layer_norm(false));
        self.check("conv_lstm, peepholes", zoo::ConvLstm::new(6).peepholes(true));
        self.check("rhn, depth", zoo::Rhn::new(5).depth(4));
        self.check("min_lstm", zoo::MinLstm::new(5).positive(false));
        self.check("sru", zoo::Sru::new(5).first_version(true));
        self.check("mamba, euler", zoo::Mamba::new(5).euler(true));
    }
}

impl zoo::Visit for OfTheZoo {
    fn visit<S: Spec + Copy + 'static>(&mut self, name: &'static str, layer: Recurrent<S>) {
        self.check(name, layer);
    }
}

/// As [`allocations`], for layers on top of each other, each in both directions.
fn allocations_of_stacked() -> Vec<usize> {
    let mut params = Params::<f32>::new(0);
    let both = |h| Bidirectional::new(Gru::new(h).return_sequences(true));
    let stacked = Stacked::new(vec![both(5), both(4)]).dropout(0.2).build(&mut params, "gru", 3);
    let (mut grads, mut memory, mut counts) =
        (params.zero_gradients(), Memory::new(), Vec::with_capacity(10));
    for _ in 0..10 {
        let before = ALLOCATIONS.load(Relaxed);
        let tape = Tape::new(&params, memory);
        let call = Call { training: Some(1), ..Call::default() };
        let loss = stacked.run(tape.input([2, 7, 3], &[0.5; 42]), call, |_, _| {}).square().sum();
        grads.zero();
        tape.backward(loss, &mut grads);
        memory = tape.into_memory();
        Sgd::new(0.01).step(&mut params, &grads);
        counts.push(ALLOCATIONS.load(Relaxed) - before);
    }
    counts
}

/// As [`allocations`], for a vocabulary of 10,000 words of which each step reads others.
fn allocations_of_words(rows: Rows) -> Vec<usize> {
    let mut params = Params::<f32>::new(0);
    let words =
        Embedding::new(10_000, 8).mask_zero(true).scale_grad_by_freq(true).build(&mut params, "words");
    let rnn = SimpleRnn::new(5).build(&mut params, "rnn", 8);
    let mut grads = params.zero_gradients();
    let mut optimizers: [Box<dyn Optimizer<f32>>; 4] = [
        Box::new(Sgd::new(0.01)),
        Box::new(Sgd { rows, ..Sgd::pytorch(0.01, 0.9) }),
        Box::new(RmsProp { rows, momentum: 0.9, centred: true, ..RmsProp::default() }),
        Box::new(Adam { rows, amsgrad: true, ..Adam::default() }),
    ];
    let mut memory = Memory::new();
    let mut counts = Vec::with_capacity(10);
    for step in 0..10 {
        let ids: [usize; 12] = std::array::from_fn(|i| if i > step { 0 } else { (i + 1) * 37 * (step + 1) });
        let before = ALLOCATIONS.load(Relaxed);
        let tape = Tape::new(&params, memory);
        let x = words.forward(&tape, [3, 4], &ids);
        let call = Call { mask: words.mask(&tape, [3, 4], &ids), ..Call::default() };
        let loss = rnn.run(x, call).output.square().sum();
        grads.zero();
        tape.backward(loss, &mut grads);
        memory = tape.into_memory();
        Clip::GlobalNorm(1.0).apply(&params, &mut grads);
        optimizers.iter_mut().for_each(|optimizer| optimizer.step(&mut params, &grads));
        counts.push(ALLOCATIONS.load(Relaxed) - before);
    }
    counts
}

#[test]
fn a_training_step_allocates_nothing_from_the_second_on() {
    TRAINS.set(true);
    for sizes in [[1, 1, 1], [10, 10, 20], [3, 7, 33]] {
        of_every_layer(sizes);
    }
    let mut of_the_zoo = OfTheZoo(0);
    zoo::visit(5, &mut of_the_zoo);
    assert_eq!(of_the_zoo.0, zoo::NAMES.len());
    of_the_zoo.options();
    assert_eq!(allocations_of_stacked()[1..], [0; 9], "stacked");
    for _ in 0..20 {
        assert_eq!(allocations_of_lists()[1..], [0; 9], "lists");
    }
    for rows in [Rows::All, Rows::Touched] {
        assert_eq!(allocations_of_words(rows)[1..], [0; 9], "words, {rows:?}");
    }
    TRAINS.set(false);

    // Products large enough for threads, from inside the pool, as a training loop should run: handing
    // work in from outside costs an allocation now and then. Each thread of the pool allocates when it first
    // has work of a kind; that is its start, not a step.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let steps = if cfg!(debug_assertions) { 4 } else { 32 }; // 32 are several blocks
    pool.broadcast(|_| of_every_layer([32, steps, 256]));
    pool.broadcast(|_| TRAINS.set(true));
    pool.install(|| of_every_layer([32, steps, 256]));
}
