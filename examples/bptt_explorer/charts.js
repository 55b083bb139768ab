"use strict";
// Pictures as SVG text: formulas and numbers, curves, bars, heat maps. Nothing here knows which cell or step is shown.

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A formula in pieces: `h_{t}` is ["", "h"], ["_", "t"]. */
const pieces = (formula) =>
  [...formula.matchAll(/([_^])\{([^}]*)\}|[^_^]+/g)].map(([all, level, inner]) => (level ? [level, inner] : ["", all]));

const html = (formula) => {
  const tag = { _: "sub", "^": "sup" };
  const piece = ([level, text]) => (level ? `<${tag[level]}>${escaped(text)}</${tag[level]}>` : escaped(text));
  return pieces(formula).map(piece).join("").replaceAll("∂L/∂", "∂L/\u2060∂"); // not broken after the stroke
};

/** Equations, each a part that is broken only if it has to be. */
const equations = (all) =>
  all.map((line) => `<div>${line.split(/(?<=[,;])  /).map((one) => `<span>${html(one)}</span>`).join(" ")}</div>`).join("");

/** The same for a `text` element: lowered and raised by `dy`, which the next piece takes back. */
const tspans = (formula) => {
  const shift = { "": 0, _: 3, "^": -4 };
  let at = 0;
  return pieces(formula)
    .map(([level, text]) => {
      const dy = shift[level] - at;
      at = shift[level];
      return `<tspan dy="${dy}"${level ? ' font-size="9"' : ""}>${escaped(text)}</tspan>`;
    })
    .join("");
};

/** The formula as words for who doesn't see it. */
const plain = (formula) => formula.replace(/[{}^]/g, "");

/** A number with so many digits, as short as possible. */
function num(x, digits = 3) {
  if (x === 0) return "0";
  const size = Math.abs(x);
  let text = x.toExponential(digits - 1);
  if (size >= 0.001 && size < 1e5) text = size < 10 ** (digits - 1) ? x.toPrecision(digits) : x.toFixed(0);
  return text.replace("-", "−").replace("e-", "e−").replace("e+", "e");
}

/** How wide a text is in type of 11 pixels, in a wide font. */
const extent = (text) => [...text].reduce((sum, c) => sum + (/[. ]/.test(c) ? 3.6 : /[+=−×]/.test(c) ? 9.3 : 7.1), 0);

/** The longest form of a number that is no wider than this in small type, with the first of these signs that fits, or nothing. */
function fitting(x, width, signs = [""], most = 3) {
  const digits = [3, 2, 1].filter((digits) => digits <= most);
  const candidates = signs.flatMap((sign) => digits.map((digits) => sign + num(x, digits)));
  return candidates.find((text) => extent(text) <= width) ?? "";
}

const text = (x, y, content, classes = "", anchor = "middle", more = "") =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" class="${classes}" ${more}>${content}</text>`;

const rect = (x, y, width, height, classes, v, more = "") =>
  `<rect x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${Math.max(width, 0).toFixed(2)}" height="${Math.max(height, 0).toFixed(2)}"` +
  ` class="${classes}"${v === undefined ? "" : ` style="--v:${v.toFixed(3)}"`} ${more}/>`;

const line = (x1, y1, x2, y2, classes) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" class="${classes}"/>`;

const picture = (width, height, label, content) =>
  `<svg width="${width}" height="${height}" role="img" aria-label="${escaped(label)}">${content}</svg>`;

/** Cells side by side without seams. */
const crisp = (content) => `<g shape-rendering="crispEdges">${content}</g>`;

/** A line with a head at its end. */
function arrow(x1, y1, x2, y2, classes) {
  const [dx, dy] = [Math.sign(x2 - x1), Math.sign(y2 - y1)];
  const [bx, by] = [x2 - 6 * dx, y2 - 6 * dy];
  const head = `M${x2} ${y2}L${bx - 3.5 * dy} ${by - 3.5 * dx}L${bx + 3.5 * dy} ${by + 3.5 * dx}Z`;
  return line(x1, y1, bx, by, classes) + `<path d="${head}" class="${classes}"/>`;
}

/** A number with its sign as a coloured cell; `largest` has the full colour. What can't be told from 0 is left to the background. */
function cell(x, y, width, height, value, largest, title) {
  const v = largest > 0 ? Math.min(Math.abs(value) / largest, 1) : 0;
  if (v < 0.004) return "";
  const shape = rect(x, y, width, height, value < 0 ? "minus" : "plus", v);
  return title === undefined ? shape : shape.replace("/>", `><title>${title}</title></rect>`);
}

/** Numbers as bars up and down from a middle line. */
function bars(x, y, width, height, values, largest) {
  const each = width / values.length;
  const middle = y + height / 2;
  const one = (value, i) => {
    const size = largest > 0 ? Math.min(Math.abs(value) / largest, 1) * (height / 2) : 0;
    const top = value > 0 ? middle - size : middle;
    const gap = each > 4 ? 1 : 0.3;
    return rect(x + i * each + gap / 2, top, each - gap, size, value < 0 ? "minus" : "plus");
  };
  return values.map(one).join("") + line(x, middle, x + width, middle, "grid");
}

/** Which t have a label on an axis with so many pixels for each step: 1, the last one, and round ones between. */
function ticks(steps, each) {
  const every = [1, 2, 5, 10, 20, 50, 100].find((n) => n * each >= 34) ?? 200;
  const all = [1];
  for (let t = every > 1 ? every : 2; t <= steps; t += every) if ((t - 1) * each >= 24) all.push(t);
  return all;
}

/** The frame of a chart over t: where a step is, and the axis with its labels. `marked` are the steps with a mark. */
function frame(width, height, steps, marked) {
  const [left, right, top, bottom] = [62, 14, 12, 40];
  const each = (width - left - right) / steps;
  const x = (t) => left + (t - 0.5) * each;
  const floor = height - bottom;
  const labels = ticks(steps, each).map((t) => text(x(t), floor + 16, t, "quiet"));
  const dots = marked.map((t) => `<circle cx="${x(t).toFixed(1)}" cy="${floor}" r="4" class="marked"/>`);
  const axis = line(left, floor, width - right, floor, "grid") + labels.join("") + dots.join("");
  const name = text((left + width - right) / 2, height - 6, `time step t (● marked)`, "quiet");
  return { left, right: width - right, top, floor, each, x, axis: axis + name };
}

/** Curves over t with a logarithmic axis. A 0 has no logarithm: the curve has a gap there. */
function curves({ width, height, label, steps, marked, at, lines }) {
  const f = frame(width, height, steps, marked);
  const sizes = lines.flatMap((l) => l.values).filter((v) => v > 0);
  if (!sizes.length) sizes.push(1); // nothing to show but the axes
  const low = Math.floor(Math.log10(Math.min(...sizes)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...sizes))), low + 1);
  const y = (v) => f.floor - ((Math.log10(v) - low) / (high - low)) * (f.floor - f.top);
  const every = [1, 2, 5, 10, 20].find((n) => (n / (high - low)) * (f.floor - f.top) >= 26) ?? 40;
  let content = f.axis;
  for (let e = Math.ceil(low / every) * every; e <= high; e += every) {
    const at = y(10 ** e);
    content += line(f.left, at, f.right, at, "grid");
    content += text(f.left - 6, at + 4, `10<tspan dy="-4" font-size="9">${String(e).replace("-", "−")}</tspan>`, "quiet", "end");
  }
  content += line(f.x(at), f.top, f.x(at), f.floor, "here");
  // The thick ones first: another curve may run on top of them.
  const order = [...lines].sort((a, b) => b.classes.includes("state") - a.classes.includes("state"));
  for (const { name, values, classes, hue } of order) {
    let path = "";
    values.forEach((v, i) => {
      if (v > 0) path += `${values[i - 1] > 0 ? "L" : "M"}${f.x(i + 1).toFixed(1)} ${y(v).toFixed(1)}`;
    });
    content += `<path d="${path}" class="curve ${classes}" style="stroke:var(--hue-${hue})" data-name="${escaped(name)}"/>`;
  }
  return picture(width, height, label, content);
}

/** What each step adds, as bars, and the norm of the sum as it grows from the last step back to `at`. */
function growth({ width, height, label, steps, marked, at, norms, sums, total }) {
  const f = frame(width, height, steps, marked);
  const most = Math.max(...norms, ...sums, total) * 1.08 || 1;
  const round = 10 ** Math.floor(Math.log10(most));
  const between = [0.2, 0.5, 1, 2].map((n) => n * round).find((n) => most / n <= 5);
  const y = (v) => f.floor - (v / most) * (f.floor - f.top);
  let content = f.axis;
  for (let v = 0; v <= most; v += between) {
    content += line(f.left, y(v), f.right, y(v), "grid") + text(f.left - 6, y(v) + 4, num(Number(v.toPrecision(3)), 2), "quiet", "end");
  }
  const gap = f.each > 6 ? Math.min(0.3 * f.each, 12) : 0.5;
  norms.forEach((norm, i) => {
    const [x, top] = [f.x(i + 1) - (f.each - gap) / 2, y(norm)];
    content += rect(x, top, f.each - gap, f.floor - top, i + 1 >= at ? "done" : "to-come");
    if (i + 1 === at) content += rect(x - 2, f.top - 4, f.each - gap + 4, f.floor - f.top + 4, "chosen");
  });
  content += line(f.left, y(total), f.right, y(total), "total");
  const points = sums.map((sum, i) => [f.x(i + 1), y(sum)]).slice(at - 1);
  content += `<path d="M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}" class="growing"/>`;
  if (steps <= 40) content += points.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3" style="fill:var(--hue-c)"/>`).join("");
  return picture(width, height, label, content);
}

/**
 * Blocks of a weight side by side, each with its name: `numbers` row by row, `rows` × `columns`. With `strips`, what each row and
 * each column was multiplied with stands beside and above it.
 */
function heat({ numbers, rows, columns, blocks, side, largest, label, strips }) {
  const wide = columns / blocks.length;
  const [margin, gap, above] = [strips ? side + 4 : 0, Math.max(side, 8), strips ? 18 + side + 4 : 18];
  const block = wide * side + margin + gap;
  let content = "";
  blocks.forEach((name, b) => {
    const x0 = b * block + margin;
    content += text(x0 + (wide * side) / 2, 12, tspans(name), "quiet") + rect(x0, above, wide * side, rows * side, "zero");
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < wide; j++) {
        const value = numbers[i * columns + b * wide + j];
        const title = `row ${i + 1}, column ${b * wide + j + 1}: ${num(value)}`;
        content += cell(x0 + j * side, above + i * side, side, side, value, largest, title);
      }
    }
    content += rect(x0, above, wide * side, rows * side, "frame");
    if (!strips) return;
    const { read, factor } = strips;
    const [readMost, factorMost] = [read, factor].map((all) => Math.max(...all.map(Math.abs)));
    content += rect(x0 - side - 4, above, side, read.length * side, "zero") + rect(x0, above - side - 4, wide * side, side, "zero");
    read.forEach((v, i) => (content += cell(x0 - side - 4, above + i * side, side, side, v, readMost, num(v))));
    content += rect(x0 - side - 4, above, side, read.length * side, "box");
    factor.slice(b * wide, (b + 1) * wide).forEach((v, j) => {
      content += cell(x0 + j * side, above - side - 4, side, side, v, factorMost, num(v));
    });
    content += rect(x0, above - side - 4, wide * side, side, "box");
  });
  return picture(blocks.length * block - gap + 1, above + rows * side + 2, label, crisp(content));
}
