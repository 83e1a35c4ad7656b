// All words, numbers and times that people read. The language is the service's Culture, or ?lang=.

import { now } from "./clock.js";

const locales = { en: "en-GB", ja: "ja-JP" };
let language = "en";
let words = {};
let spare = {}; // A text that a language lacks is shown in English.
let formats = {};
let zone; // Undefined: the browser's.

/** Loads the words. Called once, before anything is shown. */
export async function speak(wanted, timeZone) {
  language = Object.hasOwn(locales, wanted) ? wanted : "en";
  spare = (await import("./texts.en.js")).default;
  words = language === "en" ? spare : (await import(`./texts.${language}.js`)).default;
  formats = formatsOf(locales[language], timeZone);
  zone = formats.minute.resolvedOptions().timeZone;
  document.documentElement.lang = language;
}

function formatsOf(locale, timeZone) {
  const month = language === "ja" ? "long" : "short";
  const make = options => {
    try {
      return new Intl.DateTimeFormat(locale, { ...options, timeZone });
    } catch {
      return new Intl.DateTimeFormat(locale, options); // A time zone that this browser does not know.
    }
  };
  const minute = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return {
    number: new Intl.NumberFormat(locale),
    plural: new Intl.PluralRules(locale),
    minute: make(minute),
    second: make({ ...minute, second: "2-digit" }),
    day: make({ day: "numeric", month }),
    year: make({ day: "numeric", month, year: "numeric" }),
    long: make({ ...minute, weekday: "short", day: "numeric", month, year: "numeric", second: "2-digit", timeZoneName: "short" }),
  };
}

export function languages() {
  return Object.keys(locales);
}

export function inLanguage() {
  return language;
}

/** t("offline.more", { n: 3 }): the text, with {n} filled in. A text with several forms is chosen by `n`. */
export function t(key, args = {}) {
  return rich(key, args).join("");
}

/** The same as a list, so that a value can be a node: rich("verdict.storm", { n: el("a", …) }). */
export function rich(key, args = {}) {
  let text = words[key] ?? spare[key] ?? key;
  if (typeof text !== "string") text = text[formats.plural.select(args.n)] ?? text.other;
  return text.split(/\{(\w+)\}/).map((part, i) => i % 2 === 0 ? part : value(args[part])).filter(part => part !== "");
}

export function has(key) {
  return key in words || key in spare;
}

const value = arg => typeof arg === "number" ? number(arg) : typeof arg === "string" ? contained(arg) : arg ?? "";

const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const ISOLATED = /\u2068[^\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]*\u2069/g;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name within a sentence must not turn the sentence around: what turns text is written out (\u202e), and Hebrew or Arabic stays among itself. */
function contained(text) {
  let rest = text;
  for (let before = null; before !== rest;) [before, rest] = [rest, rest.replaceAll(ISOLATED, "")];
  if (rest.search(TURNING) < 0) return RIGHT_TO_LEFT.test(rest) ? `\u2068${text}\u2069` : text;
  return contained(text.replaceAll(TURNING, turning => `\\u${turning.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

export const number = n => formats.number.format(n);

/** names(["a", "b"]) → "a, b". */
export const names = list => list.join(t("comma"));

/** "96 %". All but one is not "100 %", and one is not "0 %". */
export function percent(part, whole) {
  const share = whole > 0 ? part / whole * 100 : 0;
  if (share > 0 && share < 1) return t("percent.less", { n: 1 });
  return t("percent", { n: share > 99 && share < 100 ? 99 : Math.round(share) });
}

/** "41 s", "47 min", "2 h 5 min", "3 d 4 h": as exact as people want to know it. */
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const [min, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86400)];
  if (s < 60) return t("unit.s", { n: s });
  if (h < 1) return t("unit.min", { n: min });
  if (d < 1) return units(["unit.h", h], ["unit.min", min % 60]);
  return d < 10 ? units(["unit.d", d], ["unit.h", h % 24]) : t("unit.d", { n: d });
}

const units = (...parts) => parts.filter(([, n]) => n > 0).map(([key, n]) => t(key, { n })).join(t("unit.gap"));

/** "2:41", "1:03:12"; for something that runs. */
export function countdown(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const two = n => String(n).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** A setting like "1h30m" or "1.02:00:00" in seconds. */
export function secondsOf(setting) {
  const clock = /^(?:(\d+)\.)?(\d+):(\d+):(\d+)/.exec(setting ?? "");
  if (clock) return (+(clock[1] ?? 0)) * 86400 + clock[2] * 3600 + clock[3] * 60 + +clock[4];
  const unit = { s: 1, m: 60, h: 3600, d: 86400 };
  return [...(setting ?? "").matchAll(/(\d+)([smhd])/g)].reduce((sum, [, n, u]) => sum + n * unit[u], 0);
}

/** "1 h 30 min" for "1h30m". All units: a grace of 90 s is not "1 min". */
export function exact(seconds) {
  return units(["unit.d", Math.floor(seconds / 86400)], ["unit.h", Math.floor(seconds / 3600) % 24], ["unit.min", Math.floor(seconds / 60) % 60],
    ["unit.s", Math.floor(seconds) % 60]) || t("unit.s", { n: 0 });
}

/** "02:14", with the day if it is not today: "12 Nov, 02:14". */
export function clockTime(time, { seconds = false } = {}) {
  const at = new Date(time);
  const clock = (seconds ? formats.second : formats.minute).format(at);
  if (sameDay(at, new Date(now()))) return clock;
  return t("day.time", { day: day(time), time: clock });
}

/** "12 Nov", with the year if it is another one. */
export function day(time) {
  const [at, today] = [new Date(time), new Date(now())];
  return (Math.abs(at - today) < 300 * 86_400_000 ? formats.day : formats.year).format(at);
}

/** With everything: for titles. */
export const longTime = time => formats.long.format(new Date(time));

const sameDay = (a, b) => formats.year.format(a) === formats.year.format(b);

/** Why AWS IoT says that it disconnected, in plain words. */
export function reason(code) {
  if (!code) return t("reason.none");
  const key = `reason.${code.replace(/^MQTT_/, "")}`;
  return has(key) ? t(key) : code.toLowerCase().replaceAll("_", " ");
}

/** The same within a sentence. */
export function reasonWithin(code) {
  const words = reason(code);
  return /^[A-Z][a-z]/.test(words) ? words[0].toLowerCase() + words.slice(1) : words;
}

/** What to look at first; empty if there is nothing to say. */
export function reasonHint(code) {
  const key = `hint.${(code ?? "").replace(/^MQTT_/, "")}`;
  return has(key) ? t(key) : "";
}

/** The time zone of all times on the page. */
export const timeZone = () => zone;

/** A time in parts of your choice: zoned(time, { weekday: "short" }). */
export const zoned = (time, options) => new Intl.DateTimeFormat(locales[language], { ...options, timeZone: zone }).format(new Date(time));

/** "02:19:08" today, "Mon 21:40" in the last days, "12 Nov, 08:14" before. */
export function moment(time, { seconds = false } = {}) {
  const [at, today] = [new Date(time), new Date(now())];
  if (sameDay(at, today)) return clockTime(at, { seconds });
  return Math.abs(today - at) < 6 * 86_400_000
    ? t("day.weekday", { day: zoned(at, { weekday: "short" }), time: formats.minute.format(at) }) : clockTime(at);
}
