// The one sentence: how the fleet is. The tab's title and icon say the same.

import { el, setChildren } from "./dom.js";
import { clockTime, number, rich, t } from "./text.js";
import { isWrong } from "./trust.js";

const AWAY = ["offline", "grace", "recovering"];

export function mount(h1, { store }) {
  store.subscribe(changed => {
    if (["counts", "incidents", "watcher", "today", "live"].some(name => changed.has(name)) && store.counts) {
      setChildren(h1, ...sentence(store));
      setTab(tabOf(store));
    }
  });
}

/** @returns nodes and texts */
export function sentence({ counts, incidents, watcher, today }) {
  const blind = watcher?.blindSince;
  if (counts.total === 0 && counts.complete) return [t("verdict.empty")];
  const storm = stormOf(counts, incidents);
  if (storm) return [...stormSentence(storm), aside(rich("verdict.now", { parts: joined(numbers(counts, blind)) }))];
  if (!counts.complete) {
    const parts = joined(numbers(counts, true, AWAY));
    return parts ? rich("verdict.counting.so", { parts }) : [t("verdict.counting")];
  }
  if (counts.connected === counts.total) {
    if (blind) return [...rich("verdict.blind.all", { n: counts.total, time: clockTime(blind) }), aside(t("verdict.blind"))];
    const quiet = today.keptQuiet?.today ?? 0;
    return [link("connected", t("verdict.all", { n: counts.total })), quiet > 0 && rest(t("verdict.quiet", { n: quiet }))];
  }
  if (blind) return [...rich("verdict.blind.some", { parts: joined(numbers(counts, true)), time: clockTime(blind) }), aside(t("verdict.blind"))];
  return rich("verdict.sentence", { parts: joined(numbers(counts, false)) });
}

/** The open incident that explains most of what is offline; null: there is none, or half of its things are back. */
export function stormOf(counts, incidents) {
  const [largest] = incidents.filter(incident => !incident.onlyReturns).sort((a, b) => left(b) - left(a));
  return largest && still(largest, counts) * 2 >= Math.max(largest.count, counts.offline) ? largest : null;
}

export const left = incident => incident.count - incident.back;

/** How many of its things are offline at most: an incident learns of returns minutes later than the counts. */
export const still = (incident, counts) => Math.min(left(incident), counts.offline);

function stormSentence(incident) {
  const [from, to] = [clockTime(incident.startedAt), clockTime(incident.lastAt)];
  const many = incident.total ? t("verdict.storm.of", { n: incident.count, total: incident.total }) : number(incident.count);
  const args = { which: link("offline", many), n: incident.count, from, to };
  return rich(from === to ? "verdict.storm.at" : "verdict.storm", args);
}

/** "3 offline", "96 connected", each a link to the things. While the service is blind nobody says in green that things are connected. */
function numbers(counts, uncertain, statuses = [...AWAY, "connected", "unknown"]) {
  return statuses.filter(status => counts[status] > 0)
    .map(status => link(status, t(`verdict.${status}`, { n: counts[status] }), uncertain && status === "connected" ? "unknown" : status));
}

const joined = nodes => nodes.length === 0 ? null : el("span", null, nodes.flatMap((node, i) => i === 0 ? [node] : [t("comma"), node]));

const link = (status, text, kind = status) => el("a", { class: kind, href: `?status=${status}&q=&attribute=`, "data-to": "things" }, text);
const rest = text => el("span", { class: "rest" }, t("gap"), text);
const aside = content => el("span", { class: "aside" }, content);

function tabOf({ counts, watcher, live }) {
  const trouble = watcher && (watcher.storage !== "ok" || watcher.destinations?.some(isWrong));
  if (live === "lost") return ["unknown", t("title.lost")];
  if (counts.offline > 0) return ["offline", t("title.offline", { n: counts.offline })];
  if (watcher?.blindSince) return ["grace", t("title.blind")];
  if (!counts.complete) return ["grace", t("title.counting")];
  if (counts.total === 0) return ["unknown", t("title.empty")];
  if (counts.grace > 0) return ["grace", t("title.grace", { n: counts.grace })];
  const all = counts.connected === counts.total;
  return [trouble || counts.recovering > 0 ? "grace" : "connected", t(all ? "title.all" : "title.some", { n: counts.connected })];
}

// Readable on a light and on a dark tab; the shapes are those of the page.
const icons = {
  offline: '<rect x="2" y="2" width="12" height="12" rx="3" fill="#d93a2f"/>',
  grace: '<circle cx="8" cy="8" r="6" fill="none" stroke="#c98500" stroke-width="2"/><path d="M8 8V2a6 6 0 1 1-6 6z" fill="#c98500"/>',
  connected: '<circle cx="8" cy="8" r="6" fill="#22a05f"/>',
  unknown: '<circle cx="8" cy="8" r="6" fill="none" stroke="#85888e" stroke-width="2" stroke-dasharray="3 2"/>',
};

function setTab([kind, title]) {
  if (document.title !== title) document.title = title;
  const icon = document.getElementById("icon");
  if (icon.dataset.kind === kind) return;
  icon.dataset.kind = kind;
  icon.href = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${icons[kind]}</svg>`)}`;
}
