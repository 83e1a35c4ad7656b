// Where somebody is just now, with the pointer or with the keyboard: there, nothing may move.

const IDLE_MS = 60_000; // A pointer that rests on the page overnight holds nothing back.

let activeAt = -Infinity;
let pointer = null;
let place = [0, 0];
const listeners = new Set();

/** The nodes with the pointer and with the focus; none if nobody has moved for a minute. */
export function attention() {
  if (performance.now() - activeAt > IDLE_MS) return [];
  if (pointer && !pointer.isConnected) pointer = document.elementFromPoint(...place); // What was under it is replaced.
  const focus = document.activeElement === document.body ? null : document.activeElement;
  return [pointer, focus].filter(node => node?.isConnected);
}

export const isIn = area => attention().some(node => area.contains(node));

/** Calls `listener` when the pointer or the focus has gone elsewhere. */
export function onLeave(listener) {
  listeners.add(listener);
}

/** Does `change`, and scrolls by as much as what came above has moved the row that somebody is in. */
export function steadily(change) {
  const row = attention().map(node => node.closest("tr, li, section")).find(Boolean);
  const before = row?.getBoundingClientRect();
  change();
  if (!row?.isConnected || before.bottom < 0 || before.top > innerHeight) return;
  const moved = row.getBoundingClientRect().top - before.top;
  if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
}

for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) {
  addEventListener(event, ({ clientX, clientY }) => {
    activeAt = performance.now();
    if (clientX !== undefined) place = [clientX, clientY];
  }, { capture: true, passive: true });
}

function moved(to) {
  pointer = to;
  for (const listener of listeners) listener();
}

document.addEventListener("pointerover", event => moved(event.target), { passive: true });
document.addEventListener("focusout", () => queueMicrotask(() => moved(pointer)), { passive: true });
for (const event of ["pointerleave", "pointercancel"]) document.documentElement.addEventListener(event, () => moved(null), { passive: true });
document.addEventListener("pointerup", event => { if (event.pointerType === "touch") moved(null); }, { passive: true });
