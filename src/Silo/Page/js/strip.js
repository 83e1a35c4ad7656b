// The last 7 days of a thing as one strip, from its history. The history is short, so what lies before its oldest entry is not known: the
// strip says so instead of drawing a guess.

import { el, svg } from "./dom.js";
import { moment, t, zoned } from "./text.js";

const HOUR = 3600_000;
const WEEK = 7 * 24 * HOUR;
const WIDTH = 1008; // A unit is ten minutes.
const THINNEST = 3; // A drop of a minute can still be seen.

/** What an event of the history makes of the strip from then on. Other events change nothing. */
const after = {
  connected: item => item.reason === "came-back-told" ? "recovering" : "connected",
  "taken-over": () => "connected",
  recovered: () => "connected",
  disconnected: item => item.reason === "dropped-in-hold" ? "offline" : "grace",
  told: () => "offline",
  muted: () => "offline",
  expected: () => "unknown",
};

/** What must have been before the oldest of these events: had it been otherwise, there would be an entry between. */
const before = {
  connected: item => ({ "came-back-in-grace": "grace", "came-back-told": "offline", "came-back-muted": "offline" })[item.reason] ?? "none",
  recovered: () => "recovering",
  disconnected: item => item.reason === "imported-disconnected" ? "none" : item.reason === "dropped-in-hold" ? "recovering" : "connected",
  told: item => item.word === "device.never_seen" ? "unknown" : "offline",
  muted: () => "offline",
};

/**
 * @param {{at: string, event: string, reason: string, word: string?}[]} history newest first
 * @param {{status: string, since: string?}} status
 * @returns {{kind: string, from: number, to: number}[]} without gaps, oldest first, from `now` − 7 days to `now`;
 *   a kind is a status, or `none`: not recorded
 */
export function spans(history, status, now) {
  const items = history.map(item => ({ ...item, time: Date.parse(item.at) })).reverse().sort((a, b) => a.time - b.time);
  const events = items.filter(item => after[item.event]);
  const found = [{ kind: "none", from: now - WEEK }];
  const change = (kind, from) => found.push({ kind, from });

  if (events.length === 0 && status.since) change(status.status, Date.parse(status.since));
  else if (events.length > 0) change(before[events[0].event]?.(events[0]) ?? "none", items[0].time);
  for (const item of events) {
    const kind = after[item.event](item);
    // An outage that was told, or would have been, was one from its disconnect on.
    if (kind === "offline" && found.at(-1).kind === "grace") found.at(-1).kind = "offline";
    else change(kind, item.time);
  }

  if (found.length > 1) found.at(-1).kind = status.status;
  return joined(found, now);
}

/** Within the window, and neighbours of the same kind as one. */
function joined(found, now) {
  const result = [];
  found.forEach((span, index) => {
    const from = Math.max(span.from, now - WEEK);
    const to = Math.min(found[index + 1]?.from ?? now, now);
    if (to <= from) return;
    if (result.at(-1)?.kind === span.kind) result.at(-1).to = to;
    else result.push({ kind: span.kind, from, to });
  });
  return result;
}

/** The strip with its days, and the same in words for those who do not see it. */
export function strip(history, status, now) {
  const parts = spans(history, status, now);
  const x = at => (at - (now - WEEK)) / WEEK * WIDTH;
  const bars = [...parts].sort((a, b) => rank(a) - rank(b)).map(part => {
    const width = Math.max(x(part.to) - x(part.from), THINNEST);
    return svg("rect", { class: part.kind, x: Math.min(x(part.from), WIDTH - width), width, height: 26 }, svg("title", null, inWords(part)));
  });
  const said = summary(parts);
  return el("figure", { class: "week" },
    svg("svg", { class: "strip", viewBox: `0 0 ${WIDTH} 26`, preserveAspectRatio: "none", role: "img", "aria-label": said }, hatch(), ...bars),
    el("div", { class: "days", "aria-hidden": "true" }, ...midnights(now - WEEK, now).map(at => day(at, x(at) / WIDTH))),
    el("figcaption", null, said));
}

/** A day that has only just begun has its name before its line. */
function day(at, share) {
  return el("span", { class: share > 0.92 ? "late" : null, vars: { "--x": `${share * 100}%` } }, zoned(at, { weekday: "short" }));
}

/** What is not known is not drawn in the colour of a state. */
function hatch() {
  return svg("defs", null, svg("pattern", { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svg("rect", { width: 8, height: 8 }), svg("line", { class: "hatch", x1: 0, y1: 0, x2: 0, y2: 8 })));
}

/** What is short and matters is drawn last, over its neighbours. */
const rank = part => ["none", "connected", "unknown", "recovering", "grace", "offline"].indexOf(part.kind);

function inWords(part) {
  return t(`thing.strip.${part.kind}`, { from: moment(part.from), to: moment(part.to) });
}

function summary(parts) {
  const count = kind => parts.filter(part => part.kind === kind).length;
  const drops = t("thing.strip.drops", { n: count("grace") });
  const outages = t("thing.strip.outages", { n: count("offline") });
  const isKnown = parts.some(part => part.kind !== "none" && part.kind !== "unknown");
  return [isKnown && t("thing.strip.summary", { drops, outages }),
    parts[0]?.kind === "none" && t("thing.strip.since", { time: moment(parts[0].to) })].filter(Boolean).join(t("thing.gap"));
}

/** Local midnights. Some zones are half an hour off, and a day may have 23 hours. */
function midnights(from, to) {
  const found = [];
  for (let at = Math.ceil(from / (HOUR / 2)) * (HOUR / 2); at < to; at += HOUR / 2)
    if (zoned(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) === "00:00") found.push(at);
  return found;
}
