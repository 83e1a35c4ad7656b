// A band for each incident: many things that went away, or came back, together.

import { now } from "./clock.js";
import { el, heading, setChildren, svg } from "./dom.js";
import { clockTime, names, percent, reasonWithin, t } from "./text.js";
import { left, still } from "./verdict.js";

const COMMON = 0.9; // An attribute that so many members share says who to mute.
const WORTH_SAYING = 0.02;
const MOST_SHARES = 3;
const MOST_NAMES = 5;
const BEFORE_MS = 10 * 60_000; // What the chart shows of the time before the incident.
const FEWEST_MINUTES = 20;

export function mount(place, { store }) {
  store.subscribe(changed => {
    if (!store.counts || !["incidents", "history", "counts"].some(name => changed.has(name))) return;
    const incidents = [...store.incidents].sort((a, b) => a.onlyReturns - b.onlyReturns || left(b) - left(a));
    setChildren(place, ...incidents.map((incident, i) => band(incident, store, i === 0 && !incident.onlyReturns ? around(incident, store) : [])));
  });
}

function band(incident, store, history) {
  const section = el("section", { class: incident.onlyReturns ? "incident returns" : "incident", id: `incident-${incident.incidentId}` });
  const head = heading(section, incident.onlyReturns ? "recovering" : "offline", t(incident.onlyReturns ? "incident.returns" : "incident.one"));
  if (!incident.onlyReturns) head.n.append(t(incident.growing ? "incident.growing" : "incident.steady"));
  head.hint.append(...buttons(incident, store.may("write")));
  section.append(el("div", { class: "body" },
    el("div", null, el("div", { class: "big" }, title(incident, store.counts)), el("ul", null, lines(incident, store).map(line => el("li", null, line)))),
    history.length > 1 && spark(history)));
  return section;
}

function title(incident, counts) {
  const [from, to] = [clockTime(incident.startedAt), clockTime(incident.lastAt)];
  return incident.onlyReturns ? t("incident.returned", { n: incident.back, from, to }) : t(`incident.offline${isMost(incident, counts)}`, { n: still(incident, counts), time: from });
}

/** The counts know of more returns than the incident; but not whose they are. */
const isMost = (incident, counts) => counts.offline < left(incident) ? ".most" : "";

function lines(incident, { counts, incidents }) {
  const { count, total } = incident;
  const back = count - still(incident, counts);
  const first = incident.things?.slice(0, MOST_NAMES) ?? [];
  const more = count - first.length;
  return [
    shares(incident.reasons, count, reasonWithin),
    shares(incident.attributes, count, pair => pair),
    !incident.onlyReturns && back > 0 && t(`incident.back${isMost(incident, counts)}`, { n: back, total: count, percent: percent(back, count) }),
    !incident.onlyReturns && total > count && t("incident.rest", { n: total - count, total, percent: percent(total - count, total) }),
    !incident.onlyReturns && isOnlyPart(counts, incidents) && t("incident.singly"),
    first.length > 0 && t("incident.names", { names: names(first) }) + (more > 0 ? t("incident.names.more", { n: more }) : ""),
    incident.destinations?.length > 0 && t("incident.told", { names: names(incident.destinations) }),
  ].filter(Boolean);
}

/** More are offline, and not muted, than belong to an incident. */
const isOnlyPart = (counts, incidents) => incidents.reduce((sum, one) => sum + (one.onlyReturns ? 0 : left(one)), 0) < counts.offline - counts.muted;

/** "96 % keep-alive timeout, 4 % connection lost". */
function shares(numbers, count, word) {
  return names(ranked(numbers).filter(([, n]) => n >= count * WORTH_SAYING).slice(0, MOST_SHARES)
    .map(([name, n]) => t("incident.share", { percent: percent(n, count), what: word(name) })));
}

const ranked = numbers => Object.entries(numbers ?? {}).sort(([, a], [, b]) => b - a);

function buttons(incident, mayWrite) {
  if (incident.onlyReturns) return [];
  const [common] = ranked(incident.attributes).filter(([, n]) => n >= incident.count * COMMON);
  const attribute = common && encodeURIComponent(common[0].replace("=", ":"));
  return [
    mayWrite && el("a", {
      class: "button", href: `?thing=&mute=8h&mutes=${attribute ? `attribute:${attribute}` : ""}`, "data-to": "mutes",
      title: attribute ? t("incident.mute.hint", { what: common[0] }) : t("incident.mute.any"),
    }, t(attribute ? "incident.mute" : "incident.mute.some")),
    el("a", { class: "button", href: "?status=offline&q=&attribute=", "data-to": "things", title: t("incident.list.label") }, t("incident.list")),
  ].filter(Boolean);
}

/** From a little before the incident until now. The history has whole minutes; of the one that runs the counts say what is offline. */
function around(incident, { history, counts }) {
  const from = Date.parse(incident.startedAt) - BEFORE_MS;
  return [...history.filter((minute, i) => i >= history.length - FEWEST_MINUTES || Date.parse(minute.at) >= from),
    { at: now(), offline: counts.offline, back: null }];
}

/** The number that is offline and the number that came back, minute by minute. */
function spark(history) {
  const most = Math.max(1, ...history.map(minute => Math.max(minute.offline, minute.back)));
  const point = (n, i) => n === null ? "" : `${i === 0 ? "M" : "L"}${(i / (history.length - 1) * 260).toFixed(1)} ${(68 - n / most * 64).toFixed(1)}`;
  const path = of => history.map((minute, i) => point(of(minute), i)).join("");
  const [from, to] = [history[0].offline, history.at(-1).offline];
  return el("div", null,
    svg("svg", { class: "spark", viewBox: "0 0 260 70", preserveAspectRatio: "none", role: "img", "aria-label": t("incident.spark", { from, to, most }) },
      svg("path", { class: "back", d: path(minute => minute.back) }), svg("path", { class: "offline", d: path(minute => minute.offline) })),
    el("div", { class: "legend", "aria-hidden": "true" },
      el("span", null, t("incident.spark.time", { from: clockTime(history[0].at), to: clockTime(history.at(-1).at) })),
      el("span", null, el("i"), t("incident.spark.offline")), el("span", null, el("i", { class: "back" }), t("incident.spark.back"))));
}
