// All things: search, filters, pages. What is shown is in the address, and the rows follow the stream while they are on the screen.

import { get } from "./api.js";
import { el, heading, setText } from "./dom.js";
import { filters } from "./filters.js";
import { keyedList } from "./list.js";
import { pager } from "./pager.js";
import * as route from "./route.js";
import { mark } from "./rows.js";
import { number, t } from "./text.js";
import { readPage } from "./thingPages.js";
import { createRow, updateRow } from "./thingRow.js";

const SEARCH_WAIT_MS = 250;
const SHORTEST_REREAD_MS = 5000;
const LOST_WAIT_MS = 3000;

/** These lists are read from the reminder table, so reading them again costs little, however large the fleet is. */
const CHEAP = new Set(["grace", "offline", "recovering"]);

export function mount(section, { store, stream }) {
  const head = heading(section, null, t("things.title"));
  const filter = filters({ onSearch: q => later(() => route.go({ q, page: null }, { replace: true })) });
  const body = el("tbody");
  const chip = el("button", { type: "button", class: "chip", hidden: true, onclick: () => list?.show() });
  const columns = ["column.thing", "things.column.status", "things.column.now", "things.column.attributes"];
  const table = el("table", null,
    el("thead", null, el("tr", null, ...columns.map((key, i) => el("th", { scope: "col", class: i === columns.length - 1 ? "tags" : null }, t(key))))), body);
  const note = el("p", { class: "note", role: "status", hidden: true });
  const pages = pager();
  section.append(filter.node, chip, table, note, pages.node);

  let items = [];
  let list;
  let asked = ""; // What is shown, as a query.
  let reading = 0; // Only the newest answer is shown.
  let readAt = 0;
  let countWhenRead = null;
  let whole = false;
  let typing, rereading, looking;
  const seen = new Map(); // thing name → the store's row that is shown or older

  const later = action => {
    clearTimeout(typing);
    typing = setTimeout(action, SEARCH_WAIT_MS);
  };

  /** @param mine somebody asked for this list: show it at once, also under the pointer */
  async function read(mine) {
    const where = route.current();
    const turn = ++reading;
    asked = queryOf(where);
    readAt = performance.now();
    countWhenRead = relevant(where);
    if (mine) section.setAttribute("aria-busy", "true");
    try {
      const page = await readPage(where, (looked, found) => {
        if (turn !== reading || !mine) return;
        say(t("things.looking", { n: looked }));
        if (found.length === 0) return;
        hold(found);
        list.show();
      }, () => turn === reading);
      if (turn !== reading) return;
      take(page, where, mine);
    } catch (problem) {
      if (turn !== reading) return;
      say(problem.message, () => read(true));
    } finally {
      if (turn === reading) section.removeAttribute("aria-busy");
    }
  }

  function hold(found) {
    items = found;
    seen.clear();
    for (const item of items) seen.set(item.thingName, store.rows.get(item.thingName));
    show();
  }

  function take(page, where, mine) {
    whole = !where.page && !page.next;
    hold(whole ? page.items.sort((a, b) => collator.compare(a.thingName, b.thingName)) : page.items);
    filter.learn(items);
    pages.show(where, page.next, items.length);
    stream.watch("things", items.map(item => item.thingName));
    if (mine) list.show();
    if (page.stopped) say(t("things.stopped", { n: page.looked }), () => route.go({ page: page.next }), t("things.look.on"));
    else say(items.length > 0 ? "" : empty(where));
  }

  function show() {
    list = keyedList(body, items, item => item.thingName, createRow, update, waiting => {
      chip.hidden = waiting === 0;
      setText(chip, t("chip", { n: waiting }));
    });
    table.hidden = items.length === 0 && body.children.length === 0;
  }

  function update(row, item) {
    updateRow(row, item);
    mark(row, route.current().thing);
  }

  function say(text, action, label = t("things.again")) {
    note.hidden = text === "";
    note.replaceChildren(text, ...action ? [" ", el("button", { type: "button", onclick: action }, label)] : []);
  }

  function empty(where) {
    if (queryOf(where) === "") return store.counts?.total === 0 ? t("things.none") : t("things.page.empty");
    return where.q && where.status.length + where.attribute.length === 0 ? t("things.none.named", { q: where.q }) : t("things.none.match");
  }

  /** How many things the list should have, by the counters. */
  function relevant(where) {
    const counts = store.counts;
    if (!counts) return null;
    return where.status.length === 0 ? counts.total : where.status.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  }

  function follow() {
    let changed = false;
    const lost = [];
    items = items.map(item => {
      const row = store.rows.get(item.thingName);
      const before = seen.get(item.thingName);
      if (row === before) return item;
      seen.set(item.thingName, row);
      if (!row) {
        lost.push(item.thingName);
        return item;
      }
      changed = true;
      return row;
    });
    if (changed) show();
    if (lost.length > 0) lookAfter(lost);
  }

  /** The stream does not name them any more. They may be forgotten, or it was only opened anew. */
  function lookAfter(names) {
    clearTimeout(looking);
    looking = setTimeout(async () => {
      const missing = names.filter(name => !store.rows.has(name)).slice(0, 100);
      if (missing.length === 0) return;
      const answer = await get("/devices", { thingName: missing }).catch(() => null);
      if (!answer) return;
      const found = new Map(answer.items.map(item => [item.thingName, item]));
      items = items.flatMap(item => missing.includes(item.thingName) && !store.rows.has(item.thingName)
        ? found.get(item.thingName) ?? [] : item);
      show();
    }, LOST_WAIT_MS);
  }

  /** The counters say that other things belong here now. */
  function followCounts() {
    const { counts } = store;
    const where = route.current();
    setText(head.n, counts ? number(counts.total) : "");
    filter.showCounts(counts);
    section.hidden = counts?.complete === true && counts.total === 0 && queryOf(where) === ""; // Then the page says how to begin.
    const cheap = where.status.length > 0 && where.status.every(status => CHEAP.has(status));
    if (relevant(where) === countWhenRead || !(whole || cheap) || document.hidden) return;
    clearTimeout(rereading);
    rereading = setTimeout(() => read(false), Math.max(1000, SHORTEST_REREAD_MS - (performance.now() - readAt)));
  }

  route.onChange(where => {
    filter.show(where);
    if (queryOf(where) !== asked) read(true);
  });
  store.subscribe(changed => {
    if (changed.has("rows")) follow();
    if (changed.has("counts")) followCounts();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) followCounts(); });
  document.addEventListener("keydown", event => {
    if (event.key !== "/" || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    filter.search.focus();
    filter.search.select();
  });

  filter.show(route.current());
  followCounts();
  read(true);
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** The part of the address that decides what the list shows. */
const queryOf = ({ status, q, attribute, page }) =>
  [...status.map(one => `s:${one}`), ...attribute.map(one => `a:${one}`), ...q ? [`q:${q}`] : [], ...page ? [`p:${page}`] : []].join("\n");

const isTyping = target => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest?.("dialog");
