// Can I trust this? What the service has seen, and whether it can notify anybody. Amber where it does not know.

import { now } from "./clock.js";
import { el, setChildren } from "./dom.js";
import { clockTime, duration, t } from "./text.js";

const MOST_SINGLY = 2; // More destinations than that are told as one, if they are well.

export function mount(line, { store, stream }) {
  store.subscribe(changed => {
    if (!store.watcher || !store.counts || !["watcher", "counts", "live"].some(name => changed.has(name))) return;
    if (changed.has("watcher")) seenBehind = store.watcher.seenUntil ? now() - Date.parse(store.watcher.seenUntil) : null;
    const parts = store.live === "lost" ? lostSince(now() - (performance.now() - stream.heardAt)) : partsOf(store.watcher, store.counts);
    line.classList.toggle("amber", parts.some(part => part.amber));
    setChildren(line, ...parts.map(part => el("span", { class: part.amber ? "amber" : null }, part.text)));
  });
}

/** How far it was behind when it said so; between two ticks nothing is known of it. Null: the service does not know. */
let seenBehind = 0;

/** Nothing that the service said before is known to be true still. */
const lostSince = at => [{ text: t("trust.lost", { time: clockTime(at) }), amber: true }];

/** What is wrong comes first. */
export function partsOf(watcher, counts) {
  const { blindSince, queueAgeSeconds: queue, destinations = [] } = watcher;
  const [wrong, right] = [[], []];
  if (blindSince) wrong.push([blind(blindSince, queue), held(watcher.heldVerdicts)].filter(Boolean).join(t("gap")));
  else if (seenBehind === null) wrong.push(t("trust.seen.unknown"));
  else if (watcher.storage === "ok") right.push(seenBehind < 1500 ? t("trust.seen.now") : t("trust.seen", { ago: duration(seenBehind / 1000) }));
  if (!blindSince && watcher.heldVerdicts > 0) wrong.push(held(watcher.heldVerdicts));
  if (!counts.complete) wrong.push(t("trust.counting"));
  if (queue !== null && queue !== undefined && !blindSince) right.push(t("trust.queue", { age: duration(queue) }));
  if (watcher.storage === "ok") right.push(t("trust.storage.ok"));
  else wrong.push(t("trust.storage.failing"));
  wrong.push(...destinations.filter(isWrong).map(ofWrong));
  right.push(...ofRight(destinations.filter(destination => !isWrong(destination))));
  if (destinations.length === 0) wrong.push(t("trust.none"));
  (watcher.heartbeat?.trouble ? wrong : right).push(heartbeat(watcher.heartbeat));
  return [...wrong.map(text => ({ text, amber: true })), ...right.map(text => ({ text, amber: false }))];
}

function blind(since, queue) {
  const time = clockTime(since);
  return queue > 0 ? t("trust.blind.queue", { time, age: duration(queue) }) : t("trust.blind", { time });
}

/** Whoever misses it finds out elsewhere; here one sees that it is set up. */
function heartbeat(beat) {
  if (!beat) return t("trust.heartbeat.none");
  const kind = beat.trouble ? ".silent" : "";
  return beat.lastPingAt ? t(`trust.heartbeat${kind}`, { time: clockTime(beat.lastPingAt) }) : t(`trust.heartbeat${kind}.first`);
}

const held = n => n > 0 ? t("trust.held", { n }) : "";

/** `unknown`: the service could not find out how it is. */
export const isWrong = destination => ["failing", "refusing", "unknown"].includes(destination.state);

// "Accepted", never "delivered": what a destination does with a notification nobody tells us.
const nameOf = destination => destination.name === "sns" ? "SNS" : destination.name;

function ofWrong(destination) {
  const at = destination.lastAcceptedAt;
  return t(`trust.${destination.state}${at ? ".since" : ""}`, { name: nameOf(destination), time: at && clockTime(at) });
}

function ofRight(destinations) {
  const last = destinations.map(destination => destination.lastAcceptedAt).filter(Boolean).sort().at(-1);
  if (destinations.length > MOST_SINGLY)
    return [last ? t("trust.accepted.all", { n: destinations.length, time: clockTime(last) }) : t("trust.idle.all", { n: destinations.length })];
  return destinations.map(destination => destination.lastAcceptedAt
    ? t("trust.accepted", { name: nameOf(destination), time: clockTime(destination.lastAcceptedAt) })
    : t("trust.idle", { name: nameOf(destination) }));
}
