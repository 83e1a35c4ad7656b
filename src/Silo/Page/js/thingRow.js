// A row of All things.

import { running } from "./clock.js";
import { el, pill, setChildren, setText, shape } from "./dom.js";
import { isMuted, nameProps } from "./rows.js";
import { countdown, duration, longTime, moment, reason, t } from "./text.js";

export function createRow() {
  return el("tr", null, el("td", null, el("a", null, el("bdi"))),
    el("td", { class: "num" }, el("span", { class: "state" })), el("td", { class: "sub" }), el("td", { class: "sub tags" }));
}

export function updateRow(row, thing) {
  const [name, status, since, tags] = row.children;
  const link = name.firstElementChild;
  row.dataset.thing = thing.thingName;
  row.dataset.status = thing.status;
  link.setAttribute("href", `?thing=${encodeURIComponent(thing.thingName)}`);
  setText(link.firstElementChild, thing.thingName);
  for (const [attribute, value] of Object.entries(nameProps(thing.thingName))) name.setAttribute(attribute, value);
  setChildren(status, el("span", { class: "state", "data-status": thing.status }, shape(thing.status), t(`status.${thing.status}`)));
  const extra = [isMuted(thing) && pill("muted", t("offline.muted")), thing.flappingSince && pill("grace", t("flapping"))].filter(Boolean);
  since.replaceChildren(sinceOf(thing), ...extra.flatMap(one => [" ", one]));
  setChildren(tags, ...Object.entries(thing.attributes).map(attribute => tag(attribute)));
}

/** An attribute; its link filters by it. */
export function tag([name, value]) {
  return el("a", { class: "tag", href: `?attribute=${encodeURIComponent(`${name}:${value}`)}`, "data-to": "things" },
    el("bdi", null, t("things.attribute", { name, value })));
}

/** Since when, and what comes next; runs where a number changes. */
export function sinceOf(thing) {
  const node = el("span");
  const since = thing.since && el("time", { datetime: thing.since, title: longTime(thing.since) }, t("offline.since", { time: moment(thing.since) }));
  switch (thing.status) {
    case "connected":
      return el("span", null, since);
    case "offline":
      return el("span", null, runs(node, at => t("things.away", { time: duration((at - Date.parse(thing.since ?? at)) / 1000) }), since), " ",
        since, thing.disconnectReason && t("things.because", { reason: reason(thing.disconnectReason) }));
    case "grace":
      return until(node, thing.graceEndsAt, isMuted(thing) ? "things.grace.quiet" : "grace.tells", "grace.due");
    case "recovering":
      return thing.holdEndsAt ? until(node, thing.holdEndsAt, "recovering.closes", "recovering.due") : el("span", null, since);
    default:
      return el("span", null, t(thing.since ? "things.unknown" : "things.expected"));
  }
}

const runs = (node, text, if_) => if_ ? running(node, (self, at) => setText(self, text(at))) : "";

function until(node, end, key, over) {
  if (!end) return el("span");
  return running(node, (self, at) => {
    const left = (Date.parse(end) - at) / 1000;
    setText(self, left > 0 ? t(key, { time: countdown(left) }) : t(over));
  });
}
