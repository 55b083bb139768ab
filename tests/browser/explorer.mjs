// The page of the example `bptt_explorer` in a browser, as its reader has it: does it show the right numbers, do its controls work, can it be
// read, and does it leave the network alone?
//
//   node explorer.mjs PAGE.html [--screenshot PICTURE.png]
//
// The browser is $CHROMIUM, or /usr/bin/chromium. With --screenshot it takes the picture of the documentation instead.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { crowded, faint, outside } from "./readable.mjs";

const [file, option, picture] = process.argv.slice(2);
if (!file || (option && (option !== "--screenshot" || !picture))) {
  console.error("usage: node explorer.mjs PAGE.html [--screenshot PICTURE.png]");
  process.exit(2);
}
const address = pathToFileURL(resolve(file)).href;
const block = readFileSync(file, "utf8").match(/<script type="application\/json" id="data">(.*?)<\/script>/s)[1];
const data = JSON.parse(block);
const { lengths } = data.options;
const lookOf = (cell, T, trained) => data.runs.find((r) => r.cell === cell && r.length === T && r.trained === !!trained).look;

let browser;
const start = async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
};

/** The page with a view, and what went wrong in it so far. */
async function open(view = {}, { width = 1280, height = 900, colorScheme = "light" } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error.stack}`));
  page.on("request", (request) => /^(file|data):/.test(request.url()) || trouble.push(`request: ${request.url()}`));
  await page.goto(`${address}#${new URLSearchParams(view)}`);
  await page.waitForSelector("#net svg");
  return { page, trouble, close: async () => (assert.deepEqual(trouble, []), await context.close()) };
}

/** Another view in the same page. */
async function go(page, view) {
  await page.evaluate((hash) => (location.hash = hash), `${new URLSearchParams(view)}`);
  await page.waitForFunction((t) => document.getElementById("step").value === t, String(view.t ?? view.T));
}

const number = (text) => Number(text.replaceAll("−", "-"));

/** The same but for the three digits that are shown. */
function same(shown, expected, what) {
  assert.notEqual(shown, "", what);
  assert.ok(Math.abs(number(shown) - expected) <= 0.0051 * Math.abs(expected), `${what}: ${shown} is shown, but it is ${expected}`);
}

/** Compares what the page shows with the data. */
async function right(page, { cell, T, trained, w, t }) {
  const what = `${cell}, T = ${T}, trained ${trained}, ${w}, t = ${t}`;
  const look = lookOf(cell, T, trained);
  const shown = await page.evaluate(() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
    return {
      step: texts("#step-text")[0],
      norms: texts("#quantities .quantity:not(.head) b"),
      names: [...document.querySelectorAll("#quantities .quantity:not(.head)")].map((e) => e.dataset.name),
      legend: [...document.querySelectorAll("#legend button")].map((e) => e.lastChild.textContent.trim()),
      adds: texts("#adds b"),
      cells: [...document.querySelectorAll("#numbers tbody tr")].map((row) => [...row.querySelectorAll("td")].map((e) => e.textContent)),
      loss: texts("#net-see")[0].match(/L = ([^ ]+)\. /)[1],
      here: [...document.querySelectorAll("#maps figure:nth-of-type(2) figcaption")][0].textContent.match(/largest ([^;]+);/)[1],
    };
  });
  assert.equal(shown.step, `${t} of ${T}`);
  same(shown.loss, look.loss, `${what}: L`);
  const names = data.cells.find((c) => c.name === cell).quantities.map(([name]) => name);
  assert.deepEqual(shown.names, names);
  assert.equal(shown.cells.length, 2 * names.length);
  names.forEach((name, i) => {
    const { values, gradients, norms } = look.quantities[name];
    same(shown.norms[i], norms[t - 1], `${what}: the norm of the gradient by ${name}`);
    same(shown.legend[i], norms[t - 1], `${what}: ${name} in the legend`);
    values[t - 1].forEach((v, unit) => same(shown.cells[2 * i][unit], v, `${what}: ${name}`));
    gradients[t - 1].forEach((v, unit) => same(shown.cells[2 * i + 1][unit], v, `${what}: gradient by ${name}`));
  });
  const weight = look.weights[w];
  same(shown.adds[0], weight.norms[t - 1], `${what}: what the step adds`);
  same(shown.adds[1], weight.sums[t - 1], `${what}: the sum`);
  same(shown.here, weight.summands[t - 1].largest, `${what}: the largest number of the summand`);
  return shown;
}

const first = { cell: data.cells[0].name, T: lengths[0], trained: 0, w: "w_hh" };

/** The picture of the documentation: an Elman net before its training, some steps back. */
async function screenshot() {
  await start();
  const T = lengths.includes(10) ? 10 : lengths[0];
  const { page, close } = await open({ ...first, T, t: Math.ceil(0.4 * T) });
  const { y, height } = await page.locator("section").nth(1).boundingBox();
  await page.screenshot({ path: picture, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: y + height + 16 } });
  await close();
  await browser.close();
}

function tests() {
  before(start);
  after(() => browser.close());

  test("every view is right, can be read, and fits", async (t) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 390]) {
        const { page, close } = await open({}, { width, colorScheme });
        for (const { name: cell, weights } of data.cells) {
          for (const T of lengths) {
            for (const trained of [0, 1]) {
              for (const [i, t] of [T, Math.ceil(T / 2), 1].entries()) {
                const view = { cell, T, trained, w: weights[i % weights.length].name, t, scale: trained ? "own" : "common" };
                await go(page, view);
                await right(page, view);
                const what = `${JSON.stringify(view)}, ${width} pixels, ${colorScheme}`;
                for (const [problem, look] of Object.entries({ crowded, faint, outside })) {
                  assert.deepEqual(await page.evaluate(look), [], `${problem}: ${what}`);
                }
              }
            }
          }
        }
        await close();
        t.diagnostic(`${colorScheme}, ${width} pixels wide: ${6 * 3 * lengths.length} views`);
      }
    }
  });

  test("the slider changes the numbers, with the keyboard", async () => {
    const view = { ...first, T: lengths.at(-1) };
    const { page, close } = await open({ ...view, t: view.T });
    await page.focus("#step");
    let t = view.T;
    let last = "";
    for (const [key, to] of [["ArrowLeft", (t) => t - 1], ["ArrowDown", (t) => t - 1], ["ArrowRight", (t) => t + 1], ["Home", () => 1], ["ArrowRight", (t) => t + 1], ["End", () => view.T]]) {
      await page.keyboard.press(key);
      t = Math.min(Math.max(to(t), 1), view.T);
      const shown = JSON.stringify(await right(page, { ...view, t }));
      assert.notEqual(shown, last, key);
      last = shown;
      assert.equal(await page.getAttribute("#step", "aria-valuetext"), `step ${t} of ${view.T}`);
    }
    await close();
  });

  test("the switches, with the pointer and with the keyboard; the address follows", async () => {
    const { page, close } = await open();
    const view = { ...first, T: lengths.includes(10) ? 10 : lengths[0] };
    view.t = view.T;
    const choose = async (group, value, part) => {
      await page.locator(`#${group} label`, { has: page.locator(`[value="${value}"]`) }).click();
      Object.assign(view, part);
      await right(page, view);
      assert.ok(await page.isChecked(`#${group} [value="${value}"]`));
    };
    for (const { name, weights } of data.cells) {
      await choose("cells", name, { cell: name, w: "w_hh" });
      for (const { name: w } of [...weights].reverse()) await choose("weights", w, { w });
    }
    for (const T of lengths) await choose("lengths", T, { T, t: T });
    await choose("training", 1, { trained: 1 });

    // The scale: by itself it changes the pictures, not the numbers.
    const drawn = () => page.innerHTML("#quantities");
    await page.focus("#step");
    await page.keyboard.press("Home");
    view.t = 1;
    const before = await drawn();
    await choose("scales", "own", {});
    assert.notEqual(await drawn(), before);

    // Arrows within a group of radio buttons.
    await page.focus('#cells [value="gru"]');
    await page.keyboard.press("ArrowLeft");
    await right(page, { ...view, cell: "lstm" });
    assert.equal(await page.evaluate(() => document.activeElement.value), "lstm");

    // The address is a link to this view.
    await page.waitForFunction(() => ["cell=lstm", "t=1", "scale=own"].every((part) => location.hash.slice(1).split("&").includes(part)));
    const link = new URL(page.url()).hash.slice(1);
    const again = await open(Object.fromEntries(new URLSearchParams(link)));
    await right(again.page, { ...view, cell: "lstm" });
    assert.equal(await again.page.innerHTML("main"), await page.innerHTML("main"));
    await again.close();

    // Nonsense is passed over.
    await page.evaluate(() => (location.hash = "cell=%3Cb%3E&T=7.5&t=-1&w=constructor&pick=%22&trained=x"));
    const T = lengths.includes(10) ? 10 : lengths[0];
    await page.waitForFunction((T) => document.getElementById("step-text").textContent === `${T} of ${T}`, T);
    await right(page, { ...first, T, t: T });
    await close();
  });

  test("the walk back goes from the last step to the first, adding", async () => {
    const T = lengths[0];
    const view = { ...first, T };
    const { page, close } = await open({ ...view, t: T });
    const coloured = () => page.locator('#net rect[data-state="h"]').count();
    assert.equal(await coloured(), T);
    await page.focus("#play");
    await page.keyboard.press("Enter");
    for (let t = T; t >= 1; t--) {
      await page.waitForFunction((t) => document.getElementById("step").value === String(t), t, { polling: 10 });
      await right(page, { ...view, t });
      if (t > 1) assert.equal(await coloured(), T - t + 1, "the gradient has come to step t");
    }
    await page.waitForFunction(() => document.getElementById("play").textContent.includes("Walk back"));
    assert.equal(await coloured(), T);

    // Again, and stopped.
    await page.click("#play");
    await page.waitForFunction((t) => document.getElementById("step").value === String(t), T - 1, { polling: 10 });
    await page.click("#play");
    const at = await page.inputValue("#step");
    await page.waitForTimeout(1500);
    assert.equal(await page.inputValue("#step"), at);
    assert.equal(await coloured(), T);
    await close();
  });

  test("a click on a step of the net chooses it; one on the legend picks out a curve", async () => {
    for (const T of [lengths[0], lengths.at(-1)]) {
      const view = { ...first, T };
      const { page, close } = await open(view);
      const t = Math.ceil(T / 3);
      await page.locator(`#net [data-t="${t}"]`).click();
      await right(page, { ...view, t });
      await page.click('#legend [data-name="h"]');
      assert.equal(await page.getAttribute('#legend [data-name="h"]', "aria-pressed"), "true");
      assert.equal(await page.evaluate(() => document.activeElement.dataset.name), "h");
      assert.equal(await page.locator("#fade .faint").count(), data.cells[0].quantities.length - 1);
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("#fade .faint").count(), 0);
      await close();
    }
  });

  test("the strength of a colour is the logarithm of the gradient", async () => {
    const { page, close } = await open({ ...first, T: lengths.at(-1) });
    const { norms } = lookOf(first.cell, lengths.at(-1), 0).quantities.h;
    const colours = await page.evaluate(() =>
      [...document.querySelectorAll('#net rect[data-state="h"]')].map((e) => Number(e.style.getPropertyValue("--v"))),
    );
    assert.equal(colours.length, norms.length);
    colours.forEach((v, i) => {
      const decades = Math.log10(norms[i] / norms.at(-1));
      assert.ok(Math.abs(v - Math.min(Math.max(1 + decades / 8, 0), 1)) < 2e-3, `step ${i + 1}`);
    });
    await close();
  });

  test("for who doesn't see it: every picture and control has a name, and the headings are in order", async () => {
    const { page, close } = await open({ cell: "lstm" });
    const nameless = await page.evaluate(() => {
      const named = (e) => e.getAttribute("aria-label") || e.labels?.length || e.textContent.trim();
      const all = document.querySelectorAll('svg:not([aria-hidden]), button, input, [role="region"], [role="group"], form');
      return [...all].filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 200));
    });
    assert.deepEqual(nameless, []);
    const headings = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3")].map((h) => Number(h.tagName[1])));
    assert.equal(headings[0], 1);
    headings.slice(1).forEach((level, i) => assert.ok(level > 1 && level <= headings[i] + 1));
    const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map((e) => e.id));
    assert.equal(new Set(ids).size, ids.length);
    await close();
  });

  test("another width, another picture", async () => {
    const { page, close } = await open({ ...first });
    const before = await page.getAttribute("#net svg", "width");
    await page.setViewportSize({ width: 500, height: 800 });
    await page.waitForFunction((width) => document.querySelector("#net svg").getAttribute("width") !== width, before);
    assert.deepEqual(await page.evaluate(outside), []);
    await close();
  });
}

if (picture) await screenshot();
else tests();
