// One timer for all running clocks. The time is the server's: a laptop's clock may be minutes off.

let offset = Date.now() - performance.now(); // performance.now() does not jump when somebody sets the clock.
let stopped = false;
const clocks = new WeakMap();
const listeners = new Set();

/** Now by the server's clock, in milliseconds. */
export function now() {
  return performance.now() + offset;
}

/** @param {string} serverTime as the server wrote it just now */
export function sync(serverTime) {
  const at = Date.parse(serverTime);
  if (at > Date.UTC(2020)) offset = at - performance.now();
}

/** Calls `show(node, now)` at once and then every second, as long as the node is in the page and the clocks run. Returns the node. */
export function running(node, show) {
  clocks.set(node, show);
  node.dataset.runs = "";
  show(node, now());
  return node;
}

/** Calls `beat` every second, also while the clocks are stopped. */
export function every(beat) {
  listeners.add(beat);
}

/** Live updates are lost: what the clocks would count on with is not known. */
export function stop() {
  stopped = true;
}

export function start() {
  if (!stopped) return;
  stopped = false;
  tick();
}

function tick() {
  const at = now();
  for (const beat of listeners) beat(at);
  if (stopped) return;
  for (const node of document.querySelectorAll("[data-runs]")) clocks.get(node)?.(node, at);
}

setInterval(tick, 1000);
