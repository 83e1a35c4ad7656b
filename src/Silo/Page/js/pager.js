// Next and previous. The list has cursors in one direction only, so this tab remembers where each page came from.

import { el, setChildren } from "./dom.js";
import { t } from "./text.js";

const STORED = "pages";
const MOST = 500;

export function pager() {
  const node = el("nav", { class: "pages", "aria-label": t("things.pages"), hidden: true });
  return {
    node,

    /** @param {string?} next the cursor of the next page */
    show(where, next, shown) {
      if (next) remember(next, where.page ?? "");
      const before = where.page ? recall(where.page) : undefined;
      const link = (page, key, rel) => el("a", { class: "button", href: `?page=${encodeURIComponent(page)}`, rel, "data-to": "things" }, t(key));
      node.hidden = !where.page && !next;
      setChildren(node,
        where.page && (before === undefined ? link("", "things.first") : link(before, "things.previous", "prev")),
        el("span", { class: "sub" }, t("things.shown", { n: shown })),
        next && link(next, "things.next", "next"));
    },
  };
}

function remember(page, before) {
  const pages = read();
  pages.delete(page);
  pages.set(page, before);
  try {
    sessionStorage.setItem(STORED, JSON.stringify([...pages].slice(-MOST)));
  } catch {
    // Storage is full or forbidden: there is a link to the first page then.
  }
}

const recall = page => read().get(page);

function read() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(STORED) ?? "[]"));
  } catch {
    return new Map();
  }
}
