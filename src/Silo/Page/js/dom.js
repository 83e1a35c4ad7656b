// Nodes without a library. Text is text by construction: nothing here, and nothing on this page, parses HTML.

import { clockTime, longTime, t } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element: el("a", { class: "name", href: "?thing=x", onclick: f, vars: { "--p": "60%" } }, "x").
 * A value of null or false leaves an attribute out, true sets it without a value; children that are null are left out.
 */
export function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "vars") setVars(node, value); // The CSP forbids style attributes; the CSSOM is allowed.
    else if (name === "attrs") fill(node, value, []);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

export function setVars(node, vars) {
  for (const [name, value] of Object.entries(vars)) node.style.setProperty(name, value);
}

/** Writes only what differs, so that a selection stays and a screen reader is not told twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Replaces the children only if they would look different. */
export function setChildren(node, ...children) {
  const next = el(node.localName, null, ...children);
  if (next.innerHTML !== node.innerHTML) node.replaceChildren(...next.childNodes);
}

/** The shape of a status. Never colour alone. */
export function shape(status, props) {
  return el("span", { class: `shape ${status}`, "aria-hidden": "true", ...props });
}

/** Word, shape and colour of a status. */
export function state(status) {
  return el("span", { class: "state", "data-status": status }, shape(status), t(`status.${status}`));
}

export function pill(kind, text, title) {
  return el("span", { class: `pill ${kind}`, title }, text);
}

/** A moment, in words and for machines. */
export function time(at, text = clockTime(at)) {
  return el("time", { datetime: at, title: longTime(at) }, text);
}

/** A section's heading: shape, words, number, hint. `parts` keeps the nodes that change. */
export function heading(section, status, title, hint) {
  const parts = { n: el("span", { class: "n" }), hint: el("span", { class: "hint" }, hint) };
  const h2 = el("h2", { id: `${section.id}-title` }, status && shape(status), el("span", null, title), parts.n, parts.hint);
  section.setAttribute("aria-labelledby", h2.id);
  section.append(h2);
  return parts;
}
