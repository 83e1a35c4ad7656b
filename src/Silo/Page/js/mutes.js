// The mutes: which there are, who set them, until when; making one and ending one.

import { button, confirm, endMute, readMutes, saying } from "./actions.js";
import { running } from "./clock.js";
import { el, heading, setText } from "./dom.js";
import { keyedList } from "./list.js";
import { newMuteForm } from "./newMute.js";
import { aboutWords, untilWords } from "./muting.js";
import * as route from "./route.js";
import { duration, longTime, moment, number, t } from "./text.js";

const CLOCKS_DIFFER_MS = 5000;

export function mount(section, { store }) {
  const write = store.may("write");
  const head = heading(section, null, t("mutes.title"), t("mutes.hint"));
  const body = el("tbody");
  const columns = ["mutes.column.what", "mutes.column.until", "mutes.column.who"];
  const table = el("table", null, el("thead", null, el("tr", null, ...columns.map(key => el("th", { scope: "col" }, t(key))),
    el("th", { scope: "col" }, el("span", { class: "sr" }, t("mutes.column.end"))))), body);
  const { line, say } = saying({ class: "said note" });
  const form = write ? newMuteForm(store, say, () => { mine = true; }) : null;
  const chip = el("button", { type: "button", class: "chip", hidden: true, onclick: () => list?.show() });
  head.hint.after(el("button", { type: "button", class: "close", "aria-label": t("mutes.close"), title: t("thing.close"), onclick: () => route.go({ mutes: null }) }, "×"));
  section.append(chip, table, line, ...form ? [form.node] : []);
  let list;
  let asked; // What the form was filled in for.
  let mine = false; // The next change is what somebody has just done here: it is shown at once.

  function show() {
    const items = [...store.mutes ?? []].sort((a, b) => endTime(a) - endTime(b));
    setText(head.n, store.mutes ? number(items.length) : "");
    table.hidden = items.length === 0;
    list = keyedList(body, items, mute => mute.id, createRow, update, waiting => {
      chip.hidden = waiting === 0;
      setText(chip, t("chip", { n: waiting }));
    });
    if (mine) list.show();
    mine = false;
    if (items.length === 0 && store.mutes) say(line.textContent || t("mutes.none"));
  }

  function createRow() {
    return el("tr", null, el("td", { class: "name" }), el("td"), el("td", { class: "sub" }), el("td", { class: "act" }));
  }

  function update(row, mute) {
    const [what, until, who, act] = row.children;
    row.dataset.mute = mute.id;
    what.replaceChildren(mute.thing ? el("a", { href: `?thing=${encodeURIComponent(mute.thing)}` }, el("bdi", null, mute.thing)) : el("bdi", null, aboutWords(mute)),
      el("div", { class: "sub" }, mute.comment ?? ""));
    until.replaceChildren(el("span", { title: mute.until ? longTime(mute.until) : null }, untilWords(mute)),
      running(el("div", { class: "sub" }), (node, at) => setText(node, leftWords(mute, at))));
    who.replaceChildren(mute.by ? el("bdi", null, mute.by) : "–");
    who.title = mute.id;
    act.replaceChildren(...write ? [endButton(mute)] : []);
  }

  function endButton(mute) {
    const what = aboutWords(mute);
    const end = async () => {
      mine = true;
      await endMute(store, mute.id);
      return t("mutes.ended", { what });
    };
    // A mute of many may hold back many notifications.
    const ask = () => confirm({
      title: t("mutes.end.title", { what }), text: t("mutes.end.what"), label: t("mutes.end"), action: async () => say(await end()),
    });
    const label = { "aria-label": t("mutes.end.label", { what }) };
    return mute.thing ? button(t("mutes.end"), end, say, label) : el("button", { type: "button", ...label, onclick: ask }, t("mutes.end"));
  }

  async function read() {
    try {
      await readMutes(store);
    } catch (problem) {
      say(problem.message, true);
    }
  }

  function follow(where) {
    const open = where.mutes !== undefined;
    const opening = open && (section.hidden || (where.mutes !== "" && where.mutes !== asked));
    section.hidden = !open;
    asked = where.mutes;
    if (!opening) return;
    read();
    form?.fill(where);
    section.scrollIntoView({ block: "start" });
  }

  route.onChange(follow);
  store.subscribe(changed => { if (changed.has("mutes") && !section.hidden) show(); });
  follow(route.current());
}

/** What follows from when it begins and ends. The clock of a silo may be a little ahead of ours. */
function leftWords({ from, until }, at) {
  if (Date.parse(from) > at + CLOCKS_DIFFER_MS) return t("mutes.from", { time: moment(from) });
  return until ? t("mutes.left", { time: duration((Date.parse(until) - at) / 1000) }) : "";
}

const endTime = mute => mute.until ? Date.parse(mute.until) : Infinity;
