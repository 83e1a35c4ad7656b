// Mutes: how long, for what, and what they are called.

import { now } from "./clock.js";
import { clockTime, exact, secondsOf, t, timeZone } from "./text.js";

/** The ends that a click chooses. */
export const OFFERED = [{ seconds: 3600 }, { seconds: 8 * 3600 }, { untilRecovered: true }];

const LONGEST_NAME = 40; // An id has at most 64 characters.

/** "2h", "90 min", "1d12h" in seconds; null: it is no duration. */
export function parseDuration(text) {
  const plain = text.trim().toLowerCase().replaceAll(/\s+/g, "").replaceAll(/m(in)?(?=\d|$)/g, "m");
  if (!/^(\d{1,5}[smhd])+$/.test(plain)) return null;
  const seconds = secondsOf(plain);
  return seconds > 0 ? seconds : null;
}

/** What `?mute=` asks for: { seconds } or { untilRecovered }; null: it cannot be read. */
export function parseMute(text) {
  if (/^(back|until-?back|until-?recovered)$/i.test(text)) return { untilRecovered: true };
  const seconds = parseDuration(text);
  return seconds === null ? null : { seconds };
}

/** The end of a mute as PUT /mutes/{id} takes it. */
export function endOf({ seconds, untilRecovered, until }) {
  if (untilRecovered) return { untilRecovered: true };
  return { until: new Date(until ?? now() + seconds * 1000).toISOString() };
}

/** "Mute 8 h", "Mute until back" */
export function muteWords(asked) {
  return asked.untilRecovered ? t("thing.mute.back") : t("thing.mute.for", { time: exact(asked.seconds) });
}

/** The same things, muted twice from this page, are one mute. */
export function idFor({ thing, glob, attribute }) {
  const kind = thing !== undefined ? "thing" : glob !== undefined ? "glob" : "attribute";
  const text = thing ?? glob ?? `${attribute.name}=${attribute.value}`;
  const readable = text.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, LONGEST_NAME);
  return `${kind}-${readable}-${hash(text)}`;
}

/** FNV-1a: only to tell names apart that look alike in an id. */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value.toString(16).padStart(8, "0");
}

/** "until 08:00", "until back" */
export function untilWords(mute) {
  return mute.untilRecovered ? t(mute.thing ? "mutes.back" : "mutes.back.each") : t("mutes.until", { time: clockTime(mute.until) });
}

/** "until 08:00 by alice: battery swap" */
export function untilBy(mute) {
  return t("mutes.until.by", { until: untilWords(mute), by: mute.by ? t("mutes.by", mute) : "", comment: mute.comment ? t("mutes.comment", mute) : "" });
}

/** What a mute is about, in words. */
export function aboutWords({ thing, glob, attribute }) {
  return thing ?? glob ?? t("things.attribute", attribute);
}

/** What somebody chose in <input type="datetime-local">, in the zone of the page, as a time. Null: nothing yet. */
export function timeOf(local) {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return null;
  // Twice: the offset at the first guess may be that of the other side of a change of summer time.
  let at = wanted - offsetAt(wanted);
  at = wanted - offsetAt(at);
  return at;
}

/** For <input type="datetime-local">. */
export function localOf(at) {
  return new Date(at + offsetAt(at)).toISOString().slice(0, 16);
}

function offsetAt(at) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", {
    timeZone: timeZone(), hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at).map(part => [part.type, +part.value]));
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) - Math.floor(at / 1000) * 1000;
}
