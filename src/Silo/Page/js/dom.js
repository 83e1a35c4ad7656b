// Nodes without a library. Text is text by construction: nothing here, and nothing on this page, parses HTML.

import { clockTime, longTime, t } from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const acting = new WeakSet(); // Nodes with listeners.

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
    if (name.startsWith("on")) listen(node, name.slice(2), value);
    else if (name === "vars") setVars(node, value); // The CSP forbids style attributes; the CSSOM is allowed.
    else if (name === "attrs") fill(node, value, []);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

function listen(node, event, listener) {
  acting.add(node);
  node.addEventListener(event, listener);
}

export function setVars(node, vars) {
  for (const [name, value] of Object.entries(vars)) node.style.setProperty(name, value);
}

/** Writes only what differs, so that a selection stays and a screen reader is not told twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Makes the children say this. Nodes of the same kind stay and change: a click, a focus or a selection in them is not lost. */
export function setChildren(node, ...children) {
  become(node, el(node.localName, null, ...children));
}

function become(node, wanted) {
  const [old, next] = [[...node.childNodes], [...wanted.childNodes]];
  next.forEach((child, i) => {
    if (!old[i]) node.append(child);
    else if (old[i].nodeName !== child.nodeName || isOwn(old[i]) || isOwn(child)) replace(old[i], child);
    else if (child.nodeType === Node.TEXT_NODE) setText(old[i], child.data);
    else {
      setAttributes(old[i], child);
      become(old[i], child);
    }
  });
  for (const child of old.slice(next.length)) child.remove();
}

/** It runs or listens: what it does goes with the node. */
const isOwn = node => acting.has(node) || node.dataset?.runs !== undefined;

function replace(old, next) {
  const focused = old.contains(document.activeElement);
  old.replaceWith(next);
  if (focused) (next.matches?.("a, button") ? next : next.querySelector?.("a, button"))?.focus({ preventScroll: true });
}

function setAttributes(node, next) {
  for (const { name } of [...node.attributes]) if (!next.hasAttribute(name)) node.removeAttribute(name);
  for (const { name, value } of next.attributes) {
    if (node.getAttribute(name) === value) continue;
    if (name === "style") node.style.cssText = value; // As an attribute the CSP would forbid it.
    else node.setAttribute(name, value);
  }
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
