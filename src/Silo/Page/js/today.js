// Back today, and what was kept quiet.

import { el, heading, setChildren, setText, svg, time } from "./dom.js";
import { keyedList } from "./list.js";
import { nameCell, sub, thingLink } from "./rows.js";
import { countdown, day, duration, exact, names, number, rich, t } from "./text.js";

const FIRST_ROWS = 8;
const MOST_BACK = 50; // The service keeps no more.
const GRACES = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 2700, 3600, 7200, 14_400, 28_800, 43_200, 86_400]; // What people would write.

export function mountBack(section, { store }) {
  const head = heading(section, "recovering", t("back.title"));
  const body = el("tbody");
  const columns = el("thead", { class: "quiet" }, el("tr", null, ["thing", "away"].map(name => el("th", { scope: "col" }, el("span", { class: "sr" }, t(`column.${name}`))))));
  let all = false;
  const more = el("button", { type: "button", class: "link", onclick: () => { all = true; show(); } });
  const foot = el("p", { hidden: true }, more);
  section.append(el("table", null, columns, body), foot);
  store.subscribe(changed => { if (changed.has("today") || changed.has("rows")) show(); });

  function show() {
    const items = (store.today.backItems ?? []).filter(item => store.rows.get(item.thingName)?.status !== "recovering"); // It has a section of its own.
    section.hidden = items.length === 0;
    setText(head.n, items.length < MOST_BACK ? number(items.length) : t("back.latest", { n: items.length }));
    foot.hidden = all || items.length <= FIRST_ROWS;
    setText(more, t("back.more", { n: items.length - FIRST_ROWS }));
    keyedList(body, all ? items : items.slice(0, FIRST_ROWS), item => `${item.thingName}\n${item.backAt}`,
      item => el("tr", { "data-thing": item.thingName }, nameCell(item), el("td", null,
        t("back.away", { time: duration(item.durationSeconds) }),
        sub(rich(item.notified ? "back.told" : "back.quiet", { time: time(item.backAt) })))), () => {});
  }
}

export function mountQuiet(section, { store }) {
  const head = heading(section, null, t("quiet.title"));
  const body = section.appendChild(el("div", { class: "pad" }));
  store.subscribe(changed => {
    if (!changed.has("today") && !changed.has("counts")) return;
    const { today = 0, days = [], things = [] } = store.today.keptQuiet ?? {};
    const sum = days.reduce((all, one) => all + one.count, 0);
    section.hidden = !(store.counts?.total > 0) || days.length === 0;
    setText(head.n, t("quiet.n", { today, all: sum, days: days.length }));
    if (sum === 0) setChildren(body, el("div", { class: "sub" }, t("quiet.none")));
    else setChildren(body, bars(days), el("ul", { class: "lines" }, things.map(thing => el("li", null, flaky(thing)))));
  });
}

/** "gate-cam-2: 12 drops, longest 2:41 – a grace of 3 min would do." */
function flaky(thing) {
  const would = GRACES.find(grace => grace > thing.longestSeconds);
  const longest = thing.longestSeconds < 60 ? duration(thing.longestSeconds) : countdown(thing.longestSeconds);
  return rich(would ? "quiet.thing" : "quiet.thing.long", { thing: thingLink(thing.thingName), n: thing.drops, longest, grace: would && exact(would) });
}

/** A bar for each day; the last is today. */
function bars(days) {
  const most = Math.max(1, ...days.map(one => one.count));
  const label = t("quiet.bars", { days: days.length, numbers: names(days.map(one => number(one.count))) });
  return svg("svg", { class: "bars", viewBox: `0 0 ${days.length * 20} 44`, preserveAspectRatio: "none", role: "img", "aria-label": label }, days.map((one, i) => {
    const height = one.count === 0 ? 0 : Math.max(2, one.count / most * 42);
    const [x, last] = [i * 20, i === days.length - 1];
    return svg("g", null, svg("title", null, t("quiet.bar", { day: day(one.date), n: one.count })),
      svg("rect", { class: "space", x, y: 0, width: 20, height: 44 }),
      svg("rect", { class: last ? "today" : null, x: x + 1, y: 42 - height, width: 18, height }),
      svg("rect", { class: "foot", x: x + 1, y: 42, width: 18, height: 2 }));
  }));
}
