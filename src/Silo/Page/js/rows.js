// What the cells of a thing that is not well say. Used by the three sections.

import { button, endMute } from "./actions.js";
import { now, running } from "./clock.js";
import { el, pill, setChildren, setText, setVars, shape, time } from "./dom.js";
import { untilBy } from "./muting.js";
import { clockTime, countdown, day, duration, names, reason, reasonHint, rich, secondsOf, t } from "./text.js";

const DAY_MS = 86_400_000;
const SHORT_NAME = 20; // A longer one may break anywhere.
const SLEEPS_SECONDS = 3600; // A grace of an hour or more: such a thing is meant to be away now and then.

export const sub = (...content) => el("div", { class: "sub" }, ...content);

/** A thing's name, which opens it. */
export const nameCell = row => el("td", nameProps(row.thingName), thingLink(row.thingName));

/** A long name is cut after three lines. */
export const nameProps = name => name.length > SHORT_NAME ? { class: "name long", title: name } : { class: "name" };

export const thingLink = name => el("a", { href: `?thing=${encodeURIComponent(name)}` }, el("bdi", null, name));

export const isMuted = row => row.mutedBy?.length > 0 || row.policy?.muted === true;

export const isSleeper = row => secondsOf(row.policy?.grace) >= SLEEPS_SECONDS;

/** How long it has been away; runs. */
export function away(row) {
  const since = Date.parse(row.since);
  const at = row.since && time(row.since, now() - since > DAY_MS ? day(row.since) : clockTime(row.since));
  if (row.neverSeen || !row.since) return [el("span", { class: "away" }, t("reason.NEVER_SEEN")), row.since && sub(rich("offline.expected", { time: at }))];
  const clock = running(el("span", { class: "away", "aria-hidden": "true" }), (node, at) => setText(node, duration((at - since) / 1000)));
  return [clock, sub(rich("offline.since", { time: at }))];
}

export function why(row) {
  const flaps = row.flappingSince ? [" ", pill("grace", t("flapping"))] : [];
  if (row.refused) {
    const { count, since, reason: code } = row.refused;
    return [rich("offline.refused", { n: count, time: time(since) }), flaps, sub(code ? t("offline.refused.hint", { reason: code }) : t("offline.refused.plain"))];
  }
  if (row.neverSeen) return [t("reason.never"), sub(t("hint.never"))];
  const hint = reasonHint(row.disconnectReason);
  return [reason(row.disconnectReason), flaps, hint && sub(hint)];
}

/** The row with its mutes, which are read apart. It is another object only when something of them differs. */
export function withMutes(row, mutes) {
  if (!row.mutedBy?.length) return row;
  const those = row.mutedBy.map(id => mutes?.find(mute => mute.id === id)).filter(Boolean);
  const key = JSON.stringify(those);
  let known = resolved.get(row);
  if (known?.key !== key) resolved.set(row, known = { key, row: { ...row, mutes: those } });
  return known.row;
}

const resolved = new WeakMap();

/** Until when, by whom, and why. A mute of more than this thing is ended in the list of mutes. */
function muteLine(mute, row, store) {
  const link = el("a", { href: "?mutes=", "data-to": "mutes" }, untilBy(mute));
  if (mute.thing !== row.thingName || !store.may("write")) return sub(link);
  // The row keeps its nodes when it changes, so what went wrong is said where the button is then.
  const say = text => unmute.parentElement?.lastElementChild.replaceChildren(text);
  const unmute = button(t("thing.unmute"), () => endMute(store, mute.id), say);
  return sub(link, " ", unmute, " ", el("span", { class: "error", role: "status" }));
}

/** Who was told, and whether a verifier agreed. */
export function told(row, store) {
  const content = [];
  if (isMuted(row)) content.push(pill("muted", t("offline.muted")), " ");
  if (row.notifiedAt) {
    content.push(rich(row.notifiedTo?.length ? "offline.told" : "offline.told.time", { names: names(row.notifiedTo ?? []), time: time(row.notifiedAt) }));
    if (row.incidentId) content.push(sub(t("offline.incident")));
  } else if (!isMuted(row)) {
    content.push(t("offline.untold"));
  }
  if (row.mutes?.length) content.push(...row.mutes.map(mute => muteLine(mute, row, store)));
  else if (isMuted(row)) content.push(sub(row.mutedBy?.length ? el("a", { href: "?mutes=", "data-to": "mutes" }, t("top.mutes")) : t("offline.muted.policy")));
  else if (row.verification === "confirmed" || row.verification === "unanswered") content.push(sub(t(`offline.${row.verification}`)));
  return content;
}

/** The time until somebody is told, with a pie that runs out. */
export function deadline(row, store) {
  const ends = Date.parse(row.graceEndsAt);
  const whole = Math.max(1, ends - Date.parse(row.since));
  const [pie, words] = [shape("grace"), el("span")];
  const node = el("span", { class: "state" }, pie, words);
  const clock = el("span", { "aria-hidden": "true" });
  let said = "";
  const show = (_, at) => {
    setVars(pie, { "--p": `${Math.round(Math.min(1, Math.max(0, (ends - at) / whole)) * 100)}%` });
    setText(clock, countdown((ends - at) / 1000));
    const key = deadlineKey(row, store, ends - at);
    if (key !== said) words.replaceChildren(...rich(said = key, { time: key === "grace.asleep" ? time(row.graceEndsAt) : clock }));
  };
  if (row.graceEndsAt) running(node, show);
  else words.append(t("status.grace"));
  return [node, row.graceEndsAt && el("time", { class: "sr", datetime: row.graceEndsAt }, clockTime(row.graceEndsAt))];
}

function deadlineKey(row, store, left) {
  if (left <= 0) return store.watcher?.blindSince || store.watcher?.heldVerdicts > 0 ? "grace.due.held" : "grace.due";
  if (isSleeper(row) && left > SLEEPS_SECONDS * 1000) return "grace.asleep";
  return isMuted(row) ? "grace.ends" : "grace.tells";
}

/** The time until the outage closes. */
export function closing(row) {
  const ends = Date.parse(row.holdEndsAt);
  const words = el("span");
  if (row.holdEndsAt) running(words, (_, at) => setChildren(words, ...ends > at
    ? rich("recovering.closes", { time: el("span", { "aria-hidden": "true" }, countdown((ends - at) / 1000)) }) : [t("recovering.due")]));
  else words.append(t("status.recovering"));
  return [el("span", { class: "state" }, shape("recovering"), words), row.holdEndsAt && el("time", { class: "sr", datetime: row.holdEndsAt }, clockTime(row.holdEndsAt))];
}

export function drops(row) {
  return row.outagesSuppressed > 0 ? t("grace.drops", { n: row.outagesSuppressed }) : "";
}

/** Buttons that open the thing: its log, or the form to mute it. Links, so that nothing happens before somebody confirms it there. */
export function buttons(row, mayWrite) {
  const name = row.thingName;
  const thing = `?thing=${encodeURIComponent(name)}`;
  return [
    mayWrite && !isMuted(row) && el("a", { class: "button", href: `${thing}&mute=8h`, "aria-label": t("label.mute", { name }) }, t("button.mute")),
    mayWrite && " ",
    el("a", { class: "button", href: thing, "aria-label": t("label.why", { name }) }, t("button.why")),
  ];
}

/** The row of the thing that is open. */
export function mark(tr, opened) {
  if (tr.dataset.thing === opened) tr.setAttribute("aria-current", "true");
  else tr.removeAttribute("aria-current");
}
