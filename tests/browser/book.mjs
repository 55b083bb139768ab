// The book as rustdoc shows it: every link leads to a page that is there, and pictures are drawn.
//
//   node book.mjs target/doc/tapeloop/book

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const book = resolve(process.argv[2] ?? "target/doc/tapeloop/book");
const pages = readdirSync(book, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name);

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"],
  });
});
after(() => browser.close());

test("there are ten chapters and more", () => assert.ok(pages.length >= 15, pages.join(" ")));

for (const name of pages) {
  test(name, async () => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    await page.goto(pathToFileURL(join(book, name, "index.html")).href);
    const found = await page.evaluate(() => {
      const text = document.querySelector("#main-content .docblock");
      return {
        links: [...text.querySelectorAll("a[href]")].map((link) => link.href),
        pictures: [...text.querySelectorAll("img")].map((image) => image.getAttribute("src")),
        drawings: [...text.querySelectorAll("[data-picture]")].map((drawing) => drawing.getBoundingClientRect().width),
      };
    });
    for (const link of found.links.filter((link) => link.startsWith("file:"))) {
      assert.ok(existsSync(fileURLToPath(link.split("#")[0])), `${name}: ${link}`);
    }
    assert.deepEqual(found.pictures, [], "pictures that are not there");
    assert.ok(found.drawings.every((width) => 300 < width && width <= 1000), `${name}: ${found.drawings}`);
    if (/^(unrolling|lstm_and_gru|map)$/.test(name)) {
      assert.ok(found.links.some((link) => /\/src\/tapeloop\/.*\.rs\.html#\d+$/.test(link)), `${name} leads to no line`);
    }
    await page.close();
  });
}
