// Offline, in grace, recovering: the things that are not well.

import { askForget, readMutes } from "./actions.js";
import { now } from "./clock.js";
import { el, heading, setChildren, setText, time } from "./dom.js";
import { keyedList } from "./list.js";
import { away, buttons, closing, deadline, drops, isMuted, isSleeper, mark, nameCell, sub, told, why, withMutes } from "./rows.js";
import { number, reason, rich, t } from "./text.js";
import { hasPath } from "./thingPath.js";

export const MOST_ROWS = 200; // As many as GET /fleet has of each status.
const LONG_GONE_MS = 7 * 86_400_000;

export function mountOffline(section, context) {
  const long = el("details", { class: "gone", hidden: true }, el("summary"));
  const longTable = table(context, ["thing", "away", "why", "told", "actions"], true);
  long.append(longTable.node);
  const offline = new Section(section, context, "offline", ["thing", "away", "why", "told", "actions"], false, cellsOfOffline, long);
  context.store.subscribe(changed => {
    if (!offline.concerns(changed) && !changed.has("mutes")) return;
    const limit = now() - LONG_GONE_MS;
    const rows = context.store.with("offline").sort(by(row => row.since ?? "9")).map(row => withMutes(row, context.store.mutes));
    learnMutes(rows, context.store);
    const gone = rows.filter(row => row.since && Date.parse(row.since) < limit);
    offline.show(rows.slice(gone.length), gone.length);
    setText(long.firstChild, t("offline.gone", { n: gone.length }));
    long.hidden = gone.length === 0;
    longTable.show(gone.slice(0, MOST_ROWS), row => [...cellsOfOffline(row, context).slice(0, -1), el("td", { class: "act" }, forgetButtons(row, context))]);
  });
}

const askedFor = new Set();

/** Reads the mutes again when a row has one that is not known. */
function learnMutes(rows, store) {
  const unknown = rows.flatMap(row => row.mutedBy ?? []).filter(id => !askedFor.has(id) && !store.mutes?.some(mute => mute.id === id));
  if (unknown.length === 0) return;
  for (const id of unknown) askedFor.add(id);
  readMutes(store).catch(() => { for (const id of unknown) askedFor.delete(id); }); // The next change asks again.
}

export function mountGrace(section, context) {
  const grace = new Section(section, context, "grace", ["thing", "deadline", "why", "actions"], true, (row, { store }) => [
    nameCell(row),
    el("td", { class: "num" }, deadline(row, store)),
    el("td", null, reason(row.disconnectReason), sub(isMuted(row) ? t("grace.quiet") : drops(row))),
    el("td", { class: "act" }, buttons(row, store.may("write"))),
  ]);
  context.store.subscribe(changed => {
    if (grace.concerns(changed)) grace.show(context.store.with("grace").sort(by(row => `${isSleeper(row) ? 1 : 0}${row.graceEndsAt}`)));
  });
}

export function mountRecovering(section, context) {
  const recovering = new Section(section, context, "recovering", ["thing", "deadline", "back", "actions"], true, (row, { store }) => [
    nameCell(row),
    el("td", { class: "num" }, closing(row)),
    el("td", null, rich("recovering.back", { time: time(row.since) }), row.notifiedAt && sub(rich("offline.told.time", { time: time(row.notifiedAt) }))),
    el("td", { class: "act" }, buttons(row, store.may("write"))),
  ]);
  context.store.subscribe(changed => {
    if (recovering.concerns(changed)) recovering.show(context.store.with("recovering").sort(by(row => row.holdEndsAt ?? "9")));
  });
}

const cellsOfOffline = (row, { store }) => [
  nameCell(row),
  el("td", { class: "num" }, away(row)),
  el("td", null, why(row)),
  el("td", null, told(row, store)),
  el("td", { class: "act" }, buttons(row, store.may("write"))),
];

function forgetButtons(row, context) {
  const name = row.thingName;
  return [
    context.store.may("write") && hasPath(name) && el("button", { type: "button", "aria-label": t("label.forget", { name }), onclick: () => askForget(name, row.notifiedAt) }, t("button.forget")),
    " ",
    el("a", { class: "button", href: `?thing=${encodeURIComponent(name)}`, "aria-label": t("label.why", { name }) }, t("button.why")),
  ];
}

const by = key => (a, b) => {
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : a.thingName < b.thingName ? -1 : 1;
};

/** A heading with the number, a chip for new rows, the table, and what is not shown. */
class Section {
  constructor(node, context, status, columns, quietHead, cells, after) {
    Object.assign(this, { node, context, status, cells });
    this.head = heading(node, status, t(`status.${status}`), t(`${status}.hint`));
    this.chip = el("button", { class: "chip", type: "button", hidden: true, onclick: () => this.list.show() });
    this.table = table(context, columns, quietHead, waiting => this.settle(waiting));
    this.more = el("p", { hidden: true });
    node.append(this.chip, this.table.node, ...(after ? [after] : []), this.more);
  }

  concerns(changed) {
    return this.context.store.counts && (changed.has("rows") || changed.has("counts") || changed.has("service"));
  }

  /** @param elsewhere how many more the section shows in another place */
  show(rows, elsewhere = 0) {
    const { counts } = this.context.store;
    const shown = counts.listed ? rows.slice(0, MOST_ROWS) : [];
    const rest = Math.max(0, counts[this.status] - shown.length - Math.min(elsewhere, MOST_ROWS));
    // Too many to list: one section says so for all.
    this.count = counts.listed || this.status === "offline" ? counts[this.status] : 0;
    setText(this.head.n, numbers(counts[this.status], rows.filter(isMuted).length));
    this.list = this.table.show(shown, this.cells);
    this.more.hidden = rest === 0;
    if (rest > 0) setChildren(this.more, ...(counts.listed ? [t("section.more", { n: rest }), t("comma"), toList(this.status, t("section.more.link"))] : unlisted(counts)));
    this.settle(this.list.waiting);
  }

  settle(waiting) {
    this.chip.hidden = waiting === 0;
    setText(this.chip, t("chip", { n: waiting }));
    this.table.node.hidden = this.table.body.childElementCount === 0;
    this.node.hidden = !this.count && this.table.node.hidden;
  }
}

const toList = (status, text) => el("a", { href: `?status=${status}&q=&attribute=`, "data-to": "things" }, text);

const unlisted = counts => [t("section.unlisted"), t("gap"), ...["offline", "grace", "recovering"].filter(status => counts[status] > 0)
  .flatMap((status, i) => [i > 0 && t("comma"), toList(status, t(`verdict.${status}`, { n: counts[status] }))])];

const numbers = (count, muted) => muted > 0 ? t("offline.muted.n", { all: count, n: muted }) : number(count);

function table(context, columns, quietHead, onWaiting) {
  const body = el("tbody");
  const node = el("table", { class: "fixed", hidden: true }, el("thead", { class: quietHead ? "quiet" : null },
    el("tr", null, columns.map(name => el("th", { scope: "col", class: `${name}-column` }, quietHead || name === "actions" ? el("span", { class: "sr" }, t(`column.${name}`)) : t(`column.${name}`))))), body);
  let begun = false;
  return {
    node, body,
    show(rows, cells) {
      const list = keyedList(body, rows, row => row.thingName,
        row => el("tr", { "data-thing": row.thingName, class: begun ? "new" : null }),
        (tr, row) => fill(tr, row, cells(row, context), context), onWaiting);
      begun ||= list.frame === 0;
      node.hidden = body.childElementCount === 0;
      return list;
    },
  };
}

function fill(tr, row, cells, context) {
  tr.dataset.status = row.status;
  tr.classList.toggle("asleep", row.status === "grace" && isSleeper(row));
  mark(tr, context.route.current().thing);
  setChildren(tr, ...cells);
}
