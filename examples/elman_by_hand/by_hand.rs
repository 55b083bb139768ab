//! The recurrence and its gradient as plain loops on slices: no tape, no layers, no library.

/// Sizes: `t` steps, `i` inputs, `h` units.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub t: usize,
    pub i: usize,
    pub h: usize,
}

/// `W` `[H, I]`, `U` `[H, H]`, `b` `[H]`, row by row.
#[derive(Clone)]
pub struct Weights {
    pub w: Vec<f64>,
    pub u: Vec<f64>,
    pub b: Vec<f64>,
}

/// `y += A·x`, with `A` `[y.len(), x.len()]`.
fn add_product(a: &[f64], x: &[f64], y: &mut [f64]) {
    for (row, y) in a.chunks_exact(x.len()).zip(y) {
        *y += row.iter().zip(x).map(|(a, x)| a * x).sum::<f64>();
    }
}

/// `x += Aᵀ·y`, with `A` `[y.len(), x.len()]`.
fn add_transposed_product(a: &[f64], y: &[f64], x: &mut [f64]) {
    for (row, y) in a.chunks_exact(x.len()).zip(y) {
        x.iter_mut().zip(row).for_each(|(x, a)| *x += a * y);
    }
}

/// `A += y·xᵀ`
fn add_outer_product(y: &[f64], x: &[f64], a: &mut [f64]) {
    for (row, y) in a.chunks_exact_mut(x.len()).zip(y) {
        row.iter_mut().zip(x).for_each(|(a, x)| *a += y * x);
    }
}

/// `output_t = tanh(W·input_t + U·state_t + b)`, `state_{t+1} = output_t`, from a state of zeros.
/// Returns all outputs, `[T, H]`.
pub fn forward(Sizes { t, i, h }: Sizes, weights: &Weights, inputs: &[f64]) -> Vec<f64> {
    let mut outputs = Vec::with_capacity(t * h);
    let mut state = vec![0.0; h];
    for input in inputs.chunks_exact(i) {
        let mut a = weights.b.clone();
        add_product(&weights.w, input, &mut a);
        add_product(&weights.u, &state, &mut a);
        state = a.iter().map(|a| a.tanh()).collect();
        outputs.extend(&state);
    }
    outputs
}

/// What [`backward`] finds.
pub struct Gradients {
    /// `∂L/∂W`, `∂L/∂U`, `∂L/∂b`.
    pub weights: Weights,
    /// `‖∂L/∂output_t‖` for each `t`, over all paths.
    pub norms: Vec<f64>,
}

/// Backpropagation through time for the loss `L = ½ Σ_t ‖output_t‖²`.
///
/// With `a_t = W·x_t + U·h_{t−1} + b` and `h_t = tanh(a_t)`, the state `h_t` acts on the loss in two
/// ways: directly, and through `a_{t+1}`. So, from the last step to the first,
///
/// ```text
/// ∂L/∂h_t = h_t + Uᵀ·∂L/∂a_{t+1}          the loss's own term, and the future's
/// ∂L/∂a_t = ∂L/∂h_t ⊙ (1 − h_t²)           tanh' = 1 − tanh²
/// ∂L/∂W  += ∂L/∂a_t·x_tᵀ                   the same W at every step: a sum over steps
/// ∂L/∂U  += ∂L/∂a_t·h_{t−1}ᵀ
/// ∂L/∂b  += ∂L/∂a_t
/// ```
pub fn backward(Sizes { t, i, h }: Sizes, weights: &Weights, inputs: &[f64], outputs: &[f64]) -> Gradients {
    let mut d = Weights { w: vec![0.0; h * i], u: vec![0.0; h * h], b: vec![0.0; h] };
    let mut norms = vec![0.0; t];
    let mut from_future = vec![0.0; h]; // Uᵀ·∂L/∂a_{t+1}; there is nothing after the last step
    let start = vec![0.0; h];
    for step in (0..t).rev() {
        let h_t = &outputs[step * h..][..h];
        let h_before = if step == 0 { &start } else { &outputs[(step - 1) * h..][..h] };

        let dh: Vec<f64> = h_t.iter().zip(&from_future).map(|(h, f)| h + f).collect();
        let da: Vec<f64> = dh.iter().zip(h_t).map(|(dh, h)| dh * (1.0 - h * h)).collect();
        add_outer_product(&da, &inputs[step * i..][..i], &mut d.w);
        add_outer_product(&da, h_before, &mut d.u);
        d.b.iter_mut().zip(&da).for_each(|(db, da)| *db += da);

        from_future.fill(0.0);
        add_transposed_product(&weights.u, &da, &mut from_future);
        norms[step] = dh.iter().map(|g| g * g).sum::<f64>().sqrt();
    }
    Gradients { weights: d, norms }
}
