// What is opened, searched and filtered is in the address: a link shows a colleague the same.

const lists = new Set(["status", "attribute"]);
const names = ["thing", "status", "q", "attribute", "page", "mutes", "mute", "lang"];
const listeners = new Set();
let clicked = null;

/** @returns {{thing?: string, status: string[], q?: string, attribute: string[], page?: string, mutes?: string, mute?: string, lang?: string}} */
export function current() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map(name => [name, lists.has(name) ? query.getAll(name) : query.get(name) ?? undefined]));
}

/** The address with some values changed; null, an empty text or an empty list takes a value out. `?mutes=` opens the mutes. */
export function href(changes) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current(), ...changes }))
    for (const one of [value].flat()) if (one || (one === "" && name === "mutes")) query.append(name, one);
  return `?${query}`;
}

/** Goes there. `replace`: without a step for the Back button, for example while somebody types. */
export function go(changes, { replace = false } = {}) {
  clicked = null;
  follow(href(changes), replace);
}

/** The link that was followed last, once: Safari gives links no focus. */
export function lastLink() {
  const link = clicked;
  clicked = null;
  return link;
}

export function onChange(listener) {
  listeners.add(listener);
}

function follow(search, replace) {
  if (search !== (location.search || "?")) history[replace ? "replaceState" : "pushState"](null, "", search === "?" ? location.pathname : search);
  for (const listener of listeners) listener(current());
}

addEventListener("popstate", () => {
  clicked = null;
  for (const listener of listeners) listener(current());
});

// Links within the page are plain links ("?thing=x"): they open in a new tab as any link does, and here without a reload.
// Here they change only what they name, so that a filter stays when somebody opens a thing; "q=" takes one away.
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[href^='?']");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  clicked = link;
  const before = current();
  const search = href(changesOf(new URLSearchParams(link.getAttribute("href"))));
  if ((new URLSearchParams(search).get("lang") ?? undefined) !== before.lang) return location.assign(search); // All words change.
  follow(search, false);
  const target = link.dataset.to && document.getElementById(link.dataset.to);
  target?.scrollIntoView({ block: "start" });
});

function changesOf(query) {
  const changes = { mute: null };
  for (const name of query.keys()) changes[name] = lists.has(name) ? query.getAll(name).filter(Boolean) : query.get(name) || (name === "mutes" ? "" : null);
  if (["status", "q", "attribute"].some(name => name in changes) && !("page" in changes)) changes.page = null;
  return changes;
}
