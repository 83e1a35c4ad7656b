// What is opened, searched and filtered is in the address: a link shows a colleague the same.

const lists = new Set(["status", "attribute"]);
const names = ["thing", "status", "q", "attribute", "page", "mutes", "mute", "lang"];
const listeners = new Set();

/** @returns {{thing?: string, status: string[], q?: string, attribute: string[], page?: string, mutes?: string, mute?: string, lang?: string}} */
export function current() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map(name => [name, lists.has(name) ? query.getAll(name) : query.get(name) ?? undefined]));
}

/** The address with some values changed; null or an empty list takes a value out. */
export function href(changes) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current(), ...changes }))
    for (const one of [value].flat()) if (one !== null && one !== undefined) query.append(name, one);
  return `?${query}`;
}

/** Goes there. `replace`: without a step for the Back button, for example while somebody types. */
export function go(changes, { replace = false } = {}) {
  follow(href(changes), replace);
}

export function onChange(listener) {
  listeners.add(listener);
}

function follow(search, replace) {
  if (search !== (location.search || "?")) history[replace ? "replaceState" : "pushState"](null, "", search === "?" ? location.pathname : search);
  for (const listener of listeners) listener(current());
}

addEventListener("popstate", () => {
  for (const listener of listeners) listener(current());
});

// Links within the page are plain links ("?thing=x"): they open in a new tab as any link does, and here without a reload.
// A link with another language loads the page anew: all words change.
document.addEventListener("click", event => {
  const link = event.target.closest?.("a[href^='?']");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const search = link.getAttribute("href");
  if (new URLSearchParams(search).get("lang") !== new URLSearchParams(location.search).get("lang")) return;
  event.preventDefault();
  follow(search, false);
  const target = link.dataset.to && document.getElementById(link.dataset.to);
  target?.scrollIntoView({ block: "start" });
});
