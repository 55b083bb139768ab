// Can a page be read? Each of these functions runs within the page and lists what can't.

/** Texts of a picture that lie upon each other, or outside of it. */
export function crowded() {
  const problems = [];
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
    const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
    boxes.forEach(([text, a], i) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 2 || a.bottom > frame.bottom + 2) {
        problems.push(`"${text}" sticks out of "${svg.getAttribute("aria-label")}"`);
      }
      for (const [other, b] of boxes.slice(i + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 0.5 && high > 1) problems.push(`"${text}" and "${other}"`);
      }
    });
  }
  return problems;
}

/** What is wider than the page, or than the box that holds it, unless that one scrolls. */
export function outside() {
  const page = document.documentElement;
  const problems = page.scrollWidth > page.clientWidth ? [`the page is ${page.scrollWidth} pixels wide, not ${page.clientWidth}`] : [];
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    if (e.closest(".scroll") || !e.getClientRects().length) continue;
    const box = e.getBoundingClientRect();
    const inner = e.parentElement.getBoundingClientRect();
    const hidden = e.matches("input");
    if (!hidden && (box.right > inner.right + 1 || box.left < inner.left - 1)) problems.push(`${e.outerHTML.slice(0, 120)} in ${e.parentElement.id || e.parentElement.className}`);
  }
  return problems;
}

/** Texts with less contrast than WCAG's level AA asks for: 4.5, or 3 if they are large. */
export function faint() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  /** Red, green, blue and opacity, of any form of a colour. */
  const rgba = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], below, opacity = 1) => [r, g, b].map((c, i) => c * a * opacity + below[i] * (1 - a * opacity));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);

  /** The colour behind an element: of what it lies in, from the outside. */
  const behind = (e) => {
    const chain = [];
    for (let at = e; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce((below, at) => over(rgba(getComputedStyle(at).backgroundColor), below), [255, 255, 255]);
  };
  /** And of the shapes of a picture that were drawn there before it. */
  const beneath = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    let colour = behind(text.closest("svg"));
    for (const shape of text.closest("svg").querySelectorAll("rect, text")) {
      if (shape === text) break;
      const area = shape.tagName === "rect" && shape.getBoundingClientRect();
      if (!area || area.left > x || area.right < x || area.top > y || area.bottom < y) continue;
      const { fill, opacity } = getComputedStyle(shape);
      if (fill !== "none") colour = over(rgba(fill), colour, Number(opacity));
    }
    return colour;
  };

  const problems = [];
  const check = (words, colour, below, style) => {
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = contrast(over(rgba(colour), below), below);
    if (found < (large ? 3 : 4.5)) problems.push(`${found.toFixed(2)}: "${words}" ${colour} on ${below.map(Math.round)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    const words = walker.currentNode.textContent.trim();
    if (!words || e.closest("svg, script, noscript") || !e.getClientRects().length) continue;
    const style = getComputedStyle(e);
    check(words, style.color, behind(e), style);
  }
  for (const text of document.querySelectorAll("svg text")) {
    const style = getComputedStyle(text);
    if (text.textContent.trim()) check(text.textContent, style.fill, beneath(text), style);
  }
  return [...new Set(problems)];
}
