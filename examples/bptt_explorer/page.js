// The page: what is chosen, and everything that is shown of it.

const data = JSON.parse(document.getElementById("data").textContent);
const { units, lengths, steps: trainingSteps, batch, lr, seed } = data.options;
const element = (id) => document.getElementById(id);

/** What is chosen. It is the part of the address behind #, so that a view can be linked. */
const state = { cell: "rnn", T: 0, trained: 0, w: "w_hh", scale: "common", t: 0, pick: "" };
let walk = 0; // the timer of the walk back
let remembering = 0;

const cellOf = () => data.cells.find((c) => c.name === state.cell);
const lookOf = () => data.runs.find((r) => r.cell === state.cell && r.length === state.T && r.trained === !!state.trained).look;

/** Takes what the address says, as far as it makes sense. */
function read() {
  const said = new URLSearchParams(location.hash.slice(1));
  const whole = (key, known, otherwise) => (known(Number(said.get(key))) ? Number(said.get(key)) : otherwise);
  state.cell = data.cells.some((c) => c.name === said.get("cell")) ? said.get("cell") : data.cells[0].name;
  state.T = whole("T", (n) => lengths.includes(n), lengths.includes(10) ? 10 : lengths[0]);
  state.trained = said.get("trained") === "1" ? 1 : 0;
  state.w = said.get("w") ?? "w_hh";
  state.scale = said.get("scale") === "own" ? "own" : "common";
  state.t = whole("t", (n) => Number.isInteger(n) && n >= 1 && n <= state.T, state.T);
  state.pick = said.get("pick") ?? "";
  fit();
}

/** After a switch: not every cell has every weight and quantity. */
function fit() {
  const cell = cellOf();
  if (!cell.weights.some((w) => w.name === state.w)) state.w = "w_hh";
  if (!cell.quantities.some(([name]) => name === state.pick)) state.pick = "";
}

function change(part) {
  Object.assign(state, part);
  fit();
  clearTimeout(remembering); // browsers don't take many changes of the address a second
  remembering = setTimeout(() => history.replaceState(null, "", `#${new URLSearchParams(Object.entries(state).filter(([, v]) => v !== ""))}`), 200);
  show();
}

// ---- switches ----

function choice(id, key, options) {
  const radios = options.map(([value, label]) => `<label><input type="radio" name="${id}" value="${value}">${label}</label>`).join("");
  const box = element(id);
  if (box.made !== radios) box.innerHTML = box.made = radios;
  box.querySelector(`[value="${state[key]}"]`).checked = true;
  box.onchange = ({ target }) => {
    stop();
    const value = options.find(([value]) => String(value) === target.value)[0];
    const last = state.t === state.T;
    if (key === "T") change({ T: value, t: last ? value : Math.min(state.t, value) });
    else change({ [key]: value });
  };
}

function switches() {
  choice("cells", "cell", data.cells.map((c) => [c.name, escaped(c.title)]));
  choice("lengths", "T", lengths.map((n) => [n, n]));
  choice("training", "trained", [[0, "before"], [1, "after"]]);
  choice("weights", "w", cellOf().weights.map((w) => [w.name, html(w.symbol)]));
  choice("scales", "scale", [["common", "same for all steps"], ["own", "own for each"]]);
}

/** From the last step to the first, in some seconds. */
function play() {
  if (walk) return stop();
  if (state.t === 1) state.t = state.T;
  const pause = Math.max(60, Math.min(700, 8000 / state.T));
  element("adds").setAttribute("aria-live", "off"); // too fast to be read out
  walk = setInterval(() => (state.t > 1 ? change({ t: state.t - 1 }) : stop()), pause);
  change({});
}

function stop() {
  if (!walk) return;
  clearInterval(walk);
  walk = 0;
  element("adds").setAttribute("aria-live", "polite");
  show();
}

// ---- what is shown ----

/** A quantity's letter with its index as a formula, and the colour of its curve. */
const symbol = (name, t = "") => {
  const [letter, gate] = name.split("_");
  const index = [gate, ["a", "h", "c"].includes(name) ? t : ""].filter(Boolean).join(",");
  return index ? `${letter}_{${index}}` : letter;
};
const hue = (name) => ({ z: "f", r: "o", n: "g" })[name.at(-1)] ?? name.at(-1);
const sample = (name) =>
  `<svg width="28" height="10" aria-hidden="true"><line x1="1" y1="5" x2="27" y2="5" class="curve ${kind(name)}" style="stroke:var(--hue-${hue(name)})"/></svg>`;
const kind = (name) => (cellOf().states.includes(name) ? "state" : name.startsWith("a") ? "before" : "");

const largestOf = (all) => Math.max(...all.map(Math.abs));
const marked = () => data.sequences[state.T].x.flatMap(([, mark], i) => (mark ? [i + 1] : []));
const widthOf = (id) => element(id).clientWidth;

function show() {
  const [cell, look] = [cellOf(), lookOf()];
  switches();
  showStep();
  showNet(cell, look);
  showQuantities(cell, look);
  showFade(cell, look);
  showSum(cell, look);
  showCode(cell);
}

function showStep() {
  const slider = element("step");
  [slider.max, slider.value] = [state.T, state.t];
  slider.setAttribute("aria-valuetext", `step ${state.t} of ${state.T}`);
  element("step-text").textContent = `${state.t} of ${state.T}`;
  element("play").innerHTML = walk ? "■ <span>Stop</span>" : "◀ <span>Walk back</span>";
  element("play").setAttribute("aria-label", walk ? "Stop" : "Walk back to the first step");
}

function showNet(cell, look) {
  const { norms } = look.quantities.h;
  const [first, last] = [norms[0], norms.at(-1)];
  const weight = cell.weights.find((w) => w.name === state.w);
  const label = `${cell.title} over ${state.T} steps; the norm of the gradient by h is ${num(last)} at the last step and ${num(first)} at the first`;
  // While one walks, the gradient has come as far as t.
  const view = { cell, look, weight, label, steps: state.T, from: walk ? state.t : 1, sequence: data.sequences[state.T], reference: last };
  const [box, width] = [element("net"), widthOf("net")];
  const made = [state.cell, state.T, state.trained, state.w, view.from, width].join();
  if (box.made !== made) {
    box.picture = net(view, width);
    box.innerHTML = box.picture.drawn;
    box.made = made;
  }
  box.querySelector(".chosen-step").innerHTML = box.picture.chosen(state.t);
  const { answer, loss, mse } = look;
  const lefts = cell.states.map((name) => look.quantities[name].norms[0] / look.quantities[name].norms.at(-1));
  const faded = (name, i) => `‖∂L/∂${name}<sub>t</sub>‖ is multiplied by ${num(lefts[i] ** (1 / (state.T - 1)), 2)} on (geometric) average,
    and ${num(lefts[i], 2)} of it is left at the first step`;
  element("net-see").innerHTML =
    `The answer is y = ${num(answer)}, the sum ${num(data.sequences[state.T].target)}: L = ${num(loss)}. (Over 500 other sequences the mean squared error is
     ${num(mse)}; always answering 1 has 0.167.) ${last > 0
      ? `From there the gradient goes back: at each step ${cell.states.map(faded).join("; ")}. ${verdict(Math.max(...lefts))}`
      : "The gradient is 0."}`;
}

function verdict(left) {
  if (left > 0.3) return "So the first step is heard about as well as the last one.";
  if (left > 1e-2) return "It fades: the first steps are heard less than the last ones.";
  if (left > 1e-5) return "It fades: the first steps are hardly heard beside the last ones.";
  return "It vanishes: from what happened at the first steps nothing is learned.";
}

function showQuantities(cell, look) {
  element("at-title").textContent = `Step ${state.t}: values and gradients`;
  element("forward").innerHTML = equations(cell.forward);
  element("backward").innerHTML = equations([...cell.backward, `∂L/∂${weightOf(cell).symbol} += ${weightOf(cell).adds}`]);
  const width = Math.min(130, Math.max(96, 12 * units), widthOf("quantities") / 2 - 20);
  const rows = cell.quantities.map(([name, what]) => {
    const { values, gradients, norms } = look.quantities[name];
    const [value, gradient] = [values[state.t - 1], gradients[state.t - 1]];
    const bounded = !name.startsWith("a") && !cell.states.includes(name); // by σ or tanh
    const valueMost = bounded ? 1 : largestOf(values.flat());
    const most = state.scale === "own" ? largestOf(gradient) : Math.max(...gradients.map(largestOf));
    const drawn = (all, largest, label) => picture(width, 36, `${label}: ${all.map((v) => num(v)).join(", ")}`, bars(0, 0, width, 36, all, largest));
    return `<div class="quantity" data-name="${name}"><div>${html(symbol(name, "t"))} <small>${what}</small></div>
      <div class="reading">${drawn(value, valueMost, `values of ${name}`)}<span>±${num(valueMost, 2)}</span></div>
      <div class="reading">${drawn(gradient, most, `gradient by ${name}`)}<span>±${num(most, 2)}<br> ‖·‖ <b>${num(norms[state.t - 1])}</b></span></div></div>`;
  });
  const head = `<div class="quantity head"><div>${units} ${units > 1 ? "units" : "unit"} each</div><div>value</div><div>gradient ∂L/∂·</div></div>`;
  element("quantities").innerHTML = head + rows.join("");
  element("at-see").innerHTML =
    `Each bar is a unit, and ± the value at which it has its full height, up or down. ${state.scale === "own"
      ? "Here each step's gradients have a scale of their own, and look alike however small they are."
      : "Gradients have the same scale at all steps: where they have faded there is nothing to see. (A switch above gives each step its own.)"}`;

  const header = Array.from({ length: units }, (_, i) => `<th scope="col">${i + 1}</th>`).join("");
  const lines = cell.quantities.flatMap(([name]) =>
    [["values", symbol(name, "t")], ["gradients", `∂L/∂${symbol(name, "t")}`]].map(([key, formula]) => {
      const numbers = look.quantities[name][key][state.t - 1];
      return `<tr><th scope="row">${html(formula)}</th>${numbers.map((v) => `<td>${num(v, 4)}</td>`).join("")}</tr>`;
    }),
  );
  const [number, mark] = data.sequences[state.T].x[state.t - 1];
  element("numbers").innerHTML = `<p>x<sub>t</sub> = [${number}, ${mark}]: the number, and whether it is marked.</p>
    <table><thead><tr><th>unit</th>${header}</tr></thead><tbody>${lines.join("")}</tbody></table>`;
}

function showFade(cell, look) {
  const lines = cell.quantities.map(([name]) => {
    const faint = state.pick && state.pick !== name ? " faint" : "";
    return { name, values: look.quantities[name].norms, classes: kind(name) + faint, hue: hue(name) };
  });
  const label = `The norms of the gradients by ${cell.quantities.map(([name]) => name).join(", ")} over the ${state.T} steps, logarithmic`;
  element("fade").innerHTML = curves({ width: widthOf("fade"), height: 300, label, steps: state.T, marked: marked(), at: state.t, lines });
  const entry = ([name]) => {
    const norm = look.quantities[name].norms[state.t - 1];
    return `<button type="button" data-name="${name}" aria-pressed="${state.pick === name}">${sample(name)}<span>${html(symbol(name, "t"))}</span> ${num(norm)}</button>`;
  };
  const focused = document.activeElement?.closest?.("#legend button")?.dataset.name;
  element("legend").innerHTML = cell.quantities.map(entry).join("");
  if (focused) element("legend").querySelector(`[data-name="${focused}"]`)?.focus();
  const zero = cell.quantities.filter(([name]) => look.quantities[name].norms[0] === 0).map(([name]) => html(symbol(name)));
  element("fade-see").innerHTML =
    `‖∂L/∂·‖ of each quantity, on an axis where equal distances are equal factors: a gradient that is multiplied by the same at each step back
     is a straight line. ${why[state.cell]} ${zero.length ? `(${zero.join(", ")}: 0 at the first step, where the state before is 0.)` : ""}`;
}

/** What makes a cell's gradient fade or stay. */
const why = {
  rnn: "Here each step multiplies it by W<sub>hh</sub><sup>⊤</sup> and by 1 − h<sup>2</sup>, which is at most 1.",
  lstm: "On the direct way from c<sub>t+1</sub> to c<sub>t</sub> it is multiplied by f alone, by no weight: if the net learns to keep f near 1, the gradient stays.",
  gru: "On the direct way from h<sub>t+1</sub> to h<sub>t</sub> it is multiplied by z alone, by no weight: if the net learns to keep z near 1, the gradient stays.",
};

const weightOf = (cell) => cell.weights.find((w) => w.name === state.w);

/** The numbers of a summand, from thousandths. */
const unpacked = ({ largest, thousandths }) => thousandths.map((n) => (n * largest) / 1000);

/** What the columns of a summand were multiplied with at a step: the gradient of the first factor, times the values of the others. */
function factorAt(weight, look, t) {
  return weight.factors.flatMap(([first, ...others]) =>
    look.quantities[first].gradients[t - 1].map((g, j) => others.reduce((product, name) => product * look.quantities[name].values[t - 1][j], g)),
  );
}

/** And the rows. */
function readAt(weight, look, t) {
  if (weight.reads === "x") return data.sequences[state.T].x[t - 1];
  if (weight.reads === "h") return t > 1 ? look.quantities.h.values[t - 2] : Array(units).fill(0);
  return [1];
}

function showSum(cell, look) {
  const weight = weightOf(cell);
  const { norms, sums, norm, shape, gradient, summands } = look.weights[weight.name];
  const [w, t] = [html(weight.symbol), state.t];
  element("sum-title").innerHTML = html(`What each step adds to ∂L/∂${weight.symbol}`);
  element("adds").innerHTML = `Step ${t}: ${html(`∂L/∂${weight.symbol} += ${weight.adds}`)}, of norm <b>${num(norms[t - 1])}</b>; the norm of the sum goes from
    ${num(sums[t] ?? 0)} to <b>${num(sums[t - 1])}</b>${t === 1 ? ", and that is the gradient" : ""}.`;
  element("bars").innerHTML = growth({
    width: widthOf("bars"), height: 230, steps: state.T, marked: marked(), at: t, norms, sums, total: norm,
    label: `The norm of what each step adds to the gradient of ${weight.name}: ${norms.map((n) => num(n, 2)).join(", ")}`,
  });

  const [rows, columns] = shape;
  // The walk back: the sum after each step, from the last one to the first; then of nothing.
  const grown = [Array(gradient.length).fill(0)];
  const parts = summands.map(unpacked);
  for (const part of [...parts].reverse()) grown.push(part.map((g, i) => g + grown.at(-1)[i]));
  const [before, part, after] = [grown[state.T - t], parts[t - 1], grown[state.T - t + 1]];
  const most = Math.max(...summands.map((one) => one.largest), ...grown.map(largestOf));
  const blocks = cell.gates.map((gate) => (cell.gates.length > 1 ? symbol(gate) : " "));
  const width = widthOf("maps");
  // Of three pictures in a row, or of one: the cells, a gap of one beside each block, strips of one and a half (and some pixels).
  const fits = (width, pictures) => (width - 12 * blocks.length) / (pictures * (columns + blocks.length) + 1.5 * blocks.length);
  const side = Math.max(3, Math.min(18, width > 900 ? fits(width - 160, 3) : fits(width, 1)));
  const strips = { read: readAt(weight, look, t), factor: factorAt(weight, look, t) };
  const map = (numbers, words, more = {}) => {
    const largest = state.scale === "own" ? largestOf(numbers) : most;
    const label = `${plain(words)}: ${rows} times ${columns} numbers, at most ${num(largestOf(numbers))} in size`;
    const drawn = heat({ numbers, rows, columns, blocks, side, largest, label, ...more });
    return `<figure>${drawn}<figcaption>${html(words)}<br>largest ${num(largestOf(numbers))}; full colour ±${num(largest)}</figcaption></figure>`;
  };
  element("maps").innerHTML = [
    map(before, t < state.T ? `the sum of steps ${state.T}${t + 1 < state.T ? ` … ${t + 1}` : ""}` : "the sum so far: nothing"),
    '<span class="sign" aria-hidden="true">+</span>',
    map(part, `what step ${t} adds`, weight.reads ? { strips } : {}),
    '<span class="sign" aria-hidden="true">=</span>',
    map(after, t > 1 ? `the sum of steps ${state.T}${t < state.T ? ` … ${t}` : ""}` : `∂L/∂${weight.symbol}`),
  ].join("");

  const read = { h: "h_{t−1}", x: "x_{t}" }[weight.reads];
  const largest = norms.indexOf(Math.max(...norms)) + 1;
  const outer = read ? `What one step adds is an outer product: each of its numbers is the one of ${html(read)} at its left times the gradient above it
    (both drawn to a scale of their own). ${weight.reads === "h" ? "The first step adds nothing, since h<sub>0</sub> = 0." : ""}` : "";
  element("sum-see").innerHTML = `Bars: the norm of what each step adds, filled as far as the walk back has come; most comes from step ${largest}. Line: the norm of the
    sum so far, on its way to the dotted one, ‖∂L/∂${w}‖ = ${num(norm)}. (Summands may cancel: the line may fall.) ${outer}`;
}

function showCode(cell) {
  const { name } = weightOf(cell);
  element("code").innerHTML = `<p>This page was written by <code>cargo run --release --example bptt_explorer -- --lengths ${lengths.join(",")} --units ${units}
    --steps ${trainingSteps} --batch ${batch} --lr ${lr} --seed ${seed}</code>. In the code steps are counted from 0: step ${state.t} here is ${state.t - 1} there.</p>
  <dl>
    <dt>The equations</dt><dd><code>${cell.file}</code>; the loop over time: <code>src/nn/recurrent/unroll.rs</code></dd>
    <dt>Every value and gradient</dt><dd><code>tape.trace(0, "h").at(${state.t - 1})</code>, <code>.value()</code> and <code>.grad()</code>: <code>src/tape/trace.rs</code></dd>
    <dt>What each step adds</dt><dd><code>tape.contributions(loss, ${name})</code>, there, too</dd>
    <dt>The walk itself</dt><dd><code>src/tape/backward.rs</code>; each chain rule: <code>src/ops/</code></dd>
    <dt>The task</dt><dd><code>src/data/generated/adding.rs</code></dd>
    <dt>Training, and this page</dt><dd><code>examples/bptt_explorer/study.rs</code>, <code>page.rs</code></dd>
    <dt>The same as plain loops</dt><dd><code>examples/elman_by_hand/by_hand.rs</code></dd>
  </dl>
  <p>Numbers are rounded to four digits, what a step adds to thousandths of its largest number.</p>`;
}

/** Views to begin with. */
function tour() {
  const T = lengths.at(-1);
  const stops = [
    [{ cell: "rnn", T, trained: 0, t: T }, `How far does the gradient reach in an Elman net over ${T} steps?`],
    [{ cell: "lstm", T, trained: 1, t: T }, "And in an LSTM after its training?"],
    [{ cell: "gru", T, trained: 1, t: 1 }, "From which steps does a GRU learn then?"],
  ];
  element("tour").innerHTML = stops.map(([view, question]) => `<a href="#${new URLSearchParams(view)}">${question}</a>`).join(" ");
}

// ---- events ----

element("step").addEventListener("input", ({ target }) => {
  stop();
  change({ t: Number(target.value) });
});
element("play").addEventListener("click", play);
element("net").addEventListener("click", ({ target }) => {
  const { t } = target.dataset;
  if (t) {
    stop();
    change({ t: Number(t) });
  }
});
element("legend").addEventListener("click", ({ target }) => {
  const name = target.closest("button")?.dataset.name;
  if (name) change({ pick: state.pick === name ? "" : name });
});
element("switches").addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", () => {
  stop();
  read();
  show();
});
let wide = 0;
new ResizeObserver(() => {
  if (document.body.clientWidth !== wide) show();
  wide = document.body.clientWidth;
}).observe(document.body);
tour();
read();
