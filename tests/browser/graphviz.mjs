// What the example `tape_picture` writes for Graphviz, read and laid out by Graphviz itself (its WebAssembly build).
//
//   node graphviz.mjs FILE.dot ...

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { instance } from "@viz-js/viz";

const files = process.argv.slice(2);
assert.ok(files.length > 0, "usage: node graphviz.mjs FILE.dot ...");
const graphviz = await instance();

for (const file of files) {
  test(basename(file), () => {
    const text = readFileSync(file, "utf8");
    const { status, output, errors } = graphviz.render(text, { format: "json" });
    assert.equal(status, "success", JSON.stringify(errors));
    // This build has no fonts, and guesses the width of "×".
    assert.deepEqual(errors.filter(({ message }) => !message.includes("width of non-ASCII character")), []);

    const { objects, edges, bb } = JSON.parse(output);
    const nodes = objects.filter((object) => !object.name.startsWith("cluster_"));
    const clusters = objects.filter((object) => object.name.startsWith("cluster_"));
    const count = (pattern) => text.match(pattern)?.length ?? 0;
    assert.equal(nodes.length, count(/^ *n\d+ \[/gm), "a node for each line that declares one, and no others");
    assert.equal(edges.length, count(/ -> /g));
    assert.equal(clusters.length, count(/subgraph cluster_/g));
    assert.ok(nodes.length > 20 && edges.length > nodes.length && clusters.length > 0);

    // Laid out: each node has a place of its own, within the picture, and each cluster has what belongs to it.
    const [, , width, height] = bb.split(",").map(Number);
    const places = nodes.map((node) => node.pos);
    assert.equal(new Set(places).size, nodes.length, "two nodes at one place");
    for (const [x, y] of places.map((place) => place.split(",").map(Number))) {
      assert.ok(0 <= x && x <= width && 0 <= y && y <= height, `${x}, ${y}`);
    }
    for (const cluster of clusters) assert.ok(cluster.label && cluster.nodes.length > 0, cluster.name);
  });
}

test("what is no graph is refused", () => assert.equal(graphviz.render("digraph tape { n0 -> }", { format: "json" }).status, "failure"));
