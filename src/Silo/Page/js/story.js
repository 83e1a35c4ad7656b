// What happened to a thing, in sentences: the entries of its history, what it waits for, and what its policy and its past say.

import { duration, exact, has, moment, names, reasonWithin, secondsOf, t } from "./text.js";

const DROPS = new Set(["grace-started", "dropped-in-hold", "grace-restarted-by-newer-session", "watcher-restarted",
  "verifier-knows-newer-disconnect", "disconnect-found-by-audit", "imported-disconnected"]);
const RETURNS = new Set(["came-back-in-grace", "came-back-told", "came-back-muted", "healed-by-verifier"]);

/** Of these an entry names who accepted a notification, or who did not. */
const OF_DESTINATIONS = new Set(["delivered", "delivered-by-incident", "delivery-given-up", "destination-removed"]);

/**
 * @param why an answer of GET /devices/{thingName}/why
 * @param status the thing's status
 * @param service an answer of GET /service
 * @returns {{at: string, text: string, told: string}[]} newest first; `told` says who was notified, or is empty
 */
export function story(why, status, service) {
  return why.items.map((item, index) => ({ at: item.at, text: sentence(item, why.items.slice(index + 1), status, service), told: told(item) }));
}

/** @param older the entries before it, newest first */
function sentence(item, older, status, service) {
  const key = `thing.story.${item.reason}`;
  const away = RETURNS.has(item.reason) ? secondsAway(item, older) : null;
  const args = {
    away: away === null ? null : duration(away),
    names: names(item.destinations),
    word: item.word && t(`thing.word.${item.word}`),
    by: item.by,
    verifier: t(`thing.verifier.${verifierOf(service)}`),
    grace: exact(secondsOf(status.policy.grace)),
    hold: exact(secondsOf(status.policy.recoveryHold)),
  };
  // Of the running outage more is known than the history keeps.
  if (DROPS.has(item.reason) && sameSecond(item.at, status.since) && status.disconnectReason) {
    args.reason = reasonWithin(status.disconnectReason);
    return t(has(`${key}.reason`) ? `${key}.reason` : "thing.story.grace-started.reason", args);
  }

  // What a later version records has a sentence by the service.
  if (!has(key)) return item.sentence;
  if (args.away && has(`${key}.away`)) return t(`${key}.away`, args);
  if (args.by && has(`${key}.by`)) return t(`${key}.by`, args);
  if (args.names && has(`${key}.names`)) return t(`${key}.names`, args);
  return t(key, args);
}

function told(item) {
  if (!item.word || OF_DESTINATIONS.has(item.reason) || item.destinations.length === 0) return "";
  return t("thing.told", { names: names(item.destinations) });
}

/** Null if the disconnect is not in the history any more. */
function secondsAway(item, older) {
  const drop = older.find(other => DROPS.has(other.reason) && other.reason !== "dropped-in-hold");
  return drop ? (Date.parse(item.at) - Date.parse(drop.at)) / 1000 : null;
}

/** Who was asked; if there are two ways in, nobody but the log knows. */
function verifierOf(service) {
  const { mqtt, queue } = service?.events ?? {};
  return queue && !mqtt ? "aws" : mqtt && !queue ? "broker" : "any";
}

const sameSecond = (a, b) => a && b && Math.floor(Date.parse(a) / 1000) === Math.floor(Date.parse(b) / 1000);

/** Who was told of the running outage, where the history is too short to say it still. */
export function toldOf(status, why) {
  if (!status.notifiedAt || why.items.some(item => Date.parse(item.at) >= Date.parse(status.since) - 1000 && told(item))) return "";
  return t(status.notifiedTo?.length ? "thing.told.at" : "thing.told.when", { names: names(status.notifiedTo ?? []), time: moment(status.notifiedAt) });
}

/** @param waiting an entry of `waitingFor` @returns nothing for a mute that changes nothing now: that it is muted is said elsewhere */
export function waitsFor(waiting, status) {
  if (waiting.what === "mute") {
    if (status.status !== "offline") return "";
    return t(status.notifiedAt ? "thing.wait.mute.told" : "thing.wait.mute.untold");
  }

  const key = `thing.wait.${waiting.what}`;
  const hold = exact(secondsOf(status.policy.recoveryHold));
  if (waiting.until && has(`${key}.until`)) return t(`${key}.until`, { time: moment(waiting.until) });
  if (has(key)) return waiting.until ? t("thing.wait.at", { what: t(key, { hold }), time: moment(waiting.until) }) : t(key, { hold });
  return waiting.sentence;
}

/** @param owed an entry of `owed` */
export function owes(owed) {
  const word = has(`thing.word.${owed.event}`) ? t(`thing.word.${owed.event}`) : owed.event;
  const said = t(`thing.owed.${owed.lastAnswer ?? "none"}`, { name: owed.destination, word, n: owed.failures });
  return owed.nextTryAt ? t("thing.owed.next", { said, time: moment(owed.nextTryAt) }) : said;
}

export function refusal(refused) {
  const because = refused.reason ? t("thing.refused.reason", { reason: refused.reason }) : "";
  return t("thing.refused", { n: refused.count, time: moment(refused.since), reason: because });
}

/** Which policy, and what of it was set for this thing. */
export function policyOf(policy) {
  const rule = policy.match === null ? t("thing.policy.default") : t("thing.policy.match", { match: policy.match });
  const set = policy.overridden.map(name => has(`thing.field.${name}`) ? t(`thing.field.${name}`) : name);
  return set.length === 0 ? rule : t("thing.policy.override", { rule, set: names(set) });
}

/** What the past says about the grace. The outage that runs does not count yet. */
export function adviceOf({ outages, longest, current, suggested }, status) {
  if (outages === 0) return status.connected === null ? "" : t(status.outageId ? "thing.advice.first" : "thing.advice.none");
  const said = [t("thing.advice.outages", { n: outages, longest: upTo(longest.atMost) }),
    t("thing.advice.current", { n: outages, quiet: between(current.keptQuiet), grace: exact(secondsOf(current.grace)) })];
  if (suggested && current.told.atMost > 0 && suggested.delaySeconds > 0)
    said.push(t(suggested.told === 0 ? "thing.advice.quiet" : "thing.advice.longer", { grace: upTo(suggested.grace), n: suggested.told }));
  else if (suggested && current.told.atMost === 0 && suggested.delaySeconds < 0)
    said.push(t("thing.advice.shorter", { grace: upTo(suggested.grace) }));
  return said.join(t("thing.gap"));
}

const between = ({ atLeast, atMost }) => atLeast === atMost ? String(atLeast) : t("thing.advice.between", { atLeast, atMost });

/** The bounds are powers of two seconds: 17m4s is said as 18 min, which is as true and can be read. */
function upTo(setting) {
  const seconds = secondsOf(setting);
  const unit = seconds < 60 ? 1 : seconds < 3600 ? 60 : seconds < 86_400 ? 600 : 3600;
  return exact(Math.ceil(seconds / unit) * unit);
}
