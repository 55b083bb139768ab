// The unrolled net: values go right, the gradient comes back left, each step adds to the weight's gradient. With room for them the
// steps are boxes and arrows, otherwise coloured cells.

/** How large a gradient is: 1 as large as the reference, or larger; 0 a hundred millionth of it, or less. */
const strength = (norm, reference) => (norm > 0 && reference > 0 ? Math.min(Math.max(1 + Math.log10(norm / reference) / 8, 0), 1) : 0);

/** The whole picture: what is the same at all steps, and what says which one is chosen. */
function net(view, width) {
  const { steps } = view;
  const [before, behind] = width > 700 ? [64, 96] : [28, 64];
  const boxes = (width - before - behind) / steps >= 48;
  const each = boxes ? (width - before - behind) / steps : width / steps;
  const left = boxes ? before : 0;
  const draw = {
    ...view, width, boxes, each, left, behind,
    x: (t) => left + (t - 0.5) * each, // the middle of a column
    wide: boxes ? Math.min(each - 16, 84) : each,
    reached: (step) => step >= view.from,
    content: "", y: 0, rows: [],
  };
  const forwards = [...view.cell.states].reverse();
  const both = (form, names) => names.map(form).join(" and ");

  if (boxes) {
    title(draw, ["forwards →  the input x_{t} (in blue: marked) and, unit by unit, ", "forwards →  x_{t} and "], both((s) => `${s}_{t}`, forwards));
    inputs(draw);
  } else {
    title(draw, ["forwards →  the input x_{t} (in blue: marked)"]);
    inputs(draw);
    title(draw, ["forwards →  values, unit by unit, of ", "forwards →  "], both((s) => `${s}_{t}`, forwards));
  }
  const there = forwards.map((name) => values(draw, name));
  title(draw, ["← backwards  "], both((s) => `‖∂L/∂${s}_{t}‖`, view.cell.states));
  const back = view.cell.states.map((name) => gradients(draw, name));
  if (!boxes) title(draw, [`each step adds to ∂L/∂${view.weight.symbol}`]);
  additions(draw);
  if (boxes) {
    turn(draw, there.at(-1), back[0]);
    within(draw, there, "forwards");
    within(draw, back, "backwards");
  }
  axis(draw);

  const column = (step, y, classes, more) => rect(draw.x(step) - each / 2, y, each, draw.floor - y, classes, undefined, more);
  for (let step = 1; step <= steps; step++) draw.content += column(step, 0, "net-column", `data-t="${step}"`);
  const frame = (t, [top, bottom]) => rect(draw.x(t) - each / 2 - 1, top - 1, each + 2, bottom - top + 2, "chosen");
  const chosen = (t) => (boxes ? column(t, 20, "band") : draw.rows.map((row) => frame(t, row)).join(""));
  const here = '<g class="chosen-step"></g>'; // a band behind the boxes, frames upon the cells
  return { drawn: picture(width, draw.y, view.label, boxes ? here + draw.content : crisp(draw.content) + here), chosen };
}

/** The first of these beginnings with which the line fits. */
function title(draw, beginnings, end = "") {
  const room = draw.width - (draw.boxes ? draw.behind : 0);
  const line = beginnings.map((words) => words + end).find((line) => extent(plain(line)) <= room) ?? end;
  draw.content += text(0, draw.y + 14, tspans(line), "quiet", "start");
  draw.y += 22;
}

/** The end of a row. */
function row(draw, height, below) {
  const [top, bottom] = [draw.y, draw.y + height];
  draw.rows.push([top, bottom]);
  draw.y = bottom + below;
  return { top, bottom, middle: (top + bottom) / 2 };
}

/** What the net reads: the numbers; those with a mark stand out. */
function inputs(draw) {
  const { boxes, y } = draw;
  const [height, wide] = boxes ? [22, Math.min(draw.wide, 48)] : [16, draw.wide];
  draw.sequence.x.forEach(([number, mark], i) => {
    const x = draw.x(i + 1);
    draw.content += rect(x - wide / 2, y, wide, height, mark ? "marked" : "unmarked", boxes ? 0 : number, boxes ? 'rx="5"' : "");
    if (!boxes) return;
    if (!mark) draw.content += rect(x - wide / 2, y, wide, height, "frame", undefined, 'rx="5"');
    draw.content += text(x, y + 15, fitting(number, wide - 4), mark ? "small on-marked" : "small");
    draw.content += arrow(x, y + height, x, y + height + 14, "forwards");
  });
  row(draw, height, boxes ? 15 : 4);
}

/** Values of a state, unit by unit. */
function values(draw, name) {
  const { boxes, y, wide } = draw;
  const { values } = draw.look.quantities[name];
  const largest = Math.max(...values.flat().map(Math.abs));
  const units = values[0].length;
  const height = boxes ? 40 : Math.max(40, 5 * units);
  if (!boxes) draw.content += rect(0, y, draw.width, height, "zero");
  values.forEach((all, i) => {
    const x = draw.x(i + 1);
    if (boxes) {
      draw.content += bars(x - wide / 2 + 3, y + 2, wide - 6, height - 4, all, largest);
      draw.content += rect(x - wide / 2, y, wide, height, "frame", undefined, 'rx="5"');
      const from = i ? draw.x(i) + wide / 2 : draw.left - 4;
      draw.content += arrow(from, y + height / 2, x - wide / 2, y + height / 2, "forwards");
    } else {
      all.forEach((v, unit) => (draw.content += cell(x - wide / 2, y + (unit * height) / units, wide, height / units, v, largest)));
    }
  });
  if (boxes) besides(draw, y + height / 2, `${name}_{0} = 0`, `${name}_{0}`);
  return row(draw, height, boxes ? 16 : 4);
}

/** What a row is, at its left. */
function besides(draw, middle, long, short) {
  draw.content += text(draw.left - 8, middle + 4, tspans(draw.left > 40 ? long : short), "small quiet", "end");
}

/** The norms of a state's gradient, and how much of each is left one step back. */
function gradients(draw, name) {
  const { boxes, y, wide, steps } = draw;
  const { norms } = draw.look.quantities[name];
  const height = 30;
  norms.forEach((norm, i) => {
    const [step, x] = [i + 1, draw.x(i + 1)];
    if (!draw.reached(step)) return;
    const v = strength(norm, draw.reference);
    draw.content += rect(x - wide / 2, y, wide, height, "strong", v, `data-state="${name}" data-step="${step}" ${boxes ? 'rx="5"' : ""}`);
    if (!boxes) return;
    draw.content += rect(x - wide / 2, y, wide, height, "frame", undefined, 'rx="5"');
    draw.content += text(x, y + height / 2 + 4, fitting(norm, wide - 4), "small on-strong", "middle", `style="--v:${v.toFixed(3)}"`);
    if (step === steps) return;
    draw.content += arrow(draw.x(step + 1) - wide / 2, y + height / 2, x + wide / 2, y + height / 2, "backwards");
    if (norms[i + 1] > 0) draw.content += text(x + draw.each / 2, y + height + 13, fitting(norm / norms[i + 1], draw.each - 8, ["×"], 2), "small");
  });
  if (boxes) besides(draw, y + height / 2, `∂L/∂${name}_{t}`, `${name}_{t}`);
  return row(draw, height, boxes ? 18 : 4);
}

/** What each step adds to the weight's gradient: a sum over all steps. */
function additions(draw) {
  const { boxes, wide } = draw;
  const { norms } = draw.look.weights[draw.weight.name];
  const most = Math.max(...norms);
  const reached = norms.map((norm, i) => (draw.reached(i + 1) ? norm : 0));
  if (boxes) {
    norms.forEach((norm, i) => {
      if (!draw.reached(i + 1)) return;
      const x = draw.x(i + 1);
      draw.content += arrow(x, draw.y - 18, x, draw.y + 2, "backwards");
      draw.content += text(x, draw.y + 15, fitting(norm, draw.each - 4, ["+= ", "+"], 2), "small");
    });
    draw.y += 20;
  }
  const height = 26;
  const gap = draw.each > 6 ? 1 : 0.3;
  reached.forEach((norm, i) => {
    const size = most > 0 ? (norm / most) * height : 0;
    draw.content += rect(draw.x(i + 1) - wide / 2 + gap / 2, draw.y + height - size, wide - gap, size, "done");
  });
  row(draw, height, 0);
  draw.content += line(draw.left, draw.y, draw.left + draw.steps * draw.each, draw.y, "forwards");
}

/** At the end: the answer, the loss, and back. */
function turn(draw, there, back) {
  const from = draw.x(draw.steps) + draw.wide / 2;
  const center = draw.width - draw.behind / 2;
  const room = draw.behind - 12;
  const [y1, y2] = [there.middle, back.middle];
  draw.content += arrow(from, y1, draw.width - draw.behind + 4, y1, "forwards");
  draw.content += text(center, y1 - 2, fitting(draw.look.answer, room, ["y = ", "y="]), "small");
  draw.content += text(center, y1 + 13, fitting(draw.sequence.target, room, ["sum "]), "small");
  draw.content += arrow(center, y1 + 20, center, y2 - 12, "backwards");
  draw.content += text(center, y2 + 4, fitting(draw.look.loss, room, ["L = ", "L="]), "small");
  draw.content += arrow(draw.width - draw.behind + 4, y2, from, y2, "backwards");
}

/** From state to state of the same step. */
function within(draw, rows, classes) {
  for (let i = 1; i < rows.length; i++) {
    for (let step = 1; step <= draw.steps; step++) {
      if (classes === "forwards" || draw.reached(step)) draw.content += arrow(draw.x(step), rows[i - 1].bottom, draw.x(step), rows[i].top, classes);
    }
  }
}

function axis(draw) {
  const { boxes, steps, each } = draw;
  const labels = boxes ? Array.from({ length: steps }, (_, i) => i + 1) : ticks(steps, each);
  for (const step of labels) {
    const edge = step === 1 && each < 14 ? "start" : step === steps && each < 26 ? "end" : "middle";
    const x = { start: 0, middle: draw.x(step), end: draw.x(step) + each / 2 }[edge];
    draw.content += text(x, draw.y + 15, boxes ? `t = ${step}` : step, "quiet", edge);
  }
  draw.floor = draw.y += 22;
  if (boxes) title(draw, [`+=: what the steps add to ∂L/∂${draw.weight.symbol}, the norm; there is one weight for all of them`, `+=: what each adds to ∂L/∂${draw.weight.symbol}`]);
}
