// Starts the page: asks who serves it, shows the fleet, and follows the stream.

import * as api from "./api.js";
import * as clock from "./clock.js";
import { setText } from "./dom.js";
import { mount as mountIncident } from "./incident.js";
import * as route from "./route.js";
import { mark } from "./rows.js";
import { MOST_ROWS, mountGrace, mountOffline, mountRecovering } from "./sections.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { duration, speak, t } from "./text.js";
import { mount as mountThings } from "./things.js";
import { mountBack, mountQuiet } from "./today.js";
import { mountFoot, mountTop } from "./topAndFoot.js";
import { mount as mountTrust } from "./trust.js";
import { mount as mountVerdict } from "./verdict.js";

const RETRY_MS = 3000;
let lacked = false;
const parts = [
  [mountTop, "header.top"], [mountVerdict, "#verdict"], [mountTrust, "#trust"], [mountIncident, "#incident"],
  [mountOffline, "#offline"], [mountGrace, "#grace"], [mountRecovering, "#recovering"],
  [mountBack, "#back"], [mountQuiet, "#quiet"], [mountFoot, "footer"],
  [mountThings, "#things"],
];
// What few people open, or only once, is loaded when it is needed.
const later = [
  { place: "#thing", load: () => import("./thing.js"), isNeeded: () => Boolean(route.current().thing) },
  { place: "#mutes", load: () => import("./mutes.js"), isNeeded: () => route.current().mutes !== undefined },
  { place: "#empty", load: () => import("./empty.js"), isNeeded: () => store.counts?.complete && store.counts.total === 0 },
];

const byId = id => document.getElementById(id);
const page = document.documentElement;
const store = new Store();
const stream = new Stream(onEvent, onLost);
const context = { store, stream, route };

async function start() {
  const wanted = route.current().lang;
  await speak(wanted ?? "en"); // Also what goes wrong now is said in words.
  const [service, fleet] = await ask();
  await speak(wanted ?? service.culture, service.timeZone);
  clock.sync(fleet.asOf);
  store.set("service", service);
  for (const [mount, place] of parts) mount(document.querySelector(place), context);
  store.takeFleet(fleet);
  stream.open(fleet.cursor);
  clock.every(showLost);
  route.onChange(loadLater);
  store.subscribe(changed => { if (changed.has("counts")) loadLater(); });
  route.onChange(({ thing }) => document.querySelectorAll("tr[data-thing]").forEach(tr => mark(tr, thing)));
}

function loadLater() {
  for (const part of later.filter(part => !part.loaded && part.isNeeded())) {
    part.loaded = true;
    part.load().then(({ mount }) => mount(document.querySelector(part.place), context), error => {
      part.loaded = false; // The next click tries again.
      console.error(error);
    });
  }
}

/** Asks until the service answers. */
async function ask() {
  for (;;) {
    try {
      const answers = await Promise.all([api.get("/service"), api.get("/fleet")]);
      warn("");
      return answers;
    } catch (error) {
      say("lost");
      warn(t("lost.start", { why: error.message }));
      await new Promise(done => setTimeout(done, RETRY_MS));
    }
  }
}

function onEvent(event, data) {
  store.take(event, data);
  if (event === "opened") keepWatched(isAway);
  else if (store.counts?.listed === false && store.rows.size > 0) keepWatched(() => false); // Too many: no news of single things comes.
  else if (event === "tick") readMore();
}

/** GET /fleet has the first 200 things of each status. When some of them are well again, others belong there. */
async function readMore() {
  const lacks = ["offline", "grace", "recovering"].some(status => store.with(status).length < Math.min(MOST_ROWS, store.counts[status]));
  if (lacks && lacked) {
    const fleet = await api.get("/fleet").catch(() => null); // The next tick tries again.
    if (fleet) {
      store.takeFleet(fleet);
      stream.open(fleet.cursor);
    }
  }
  lacked = lacks && !lacked; // Twice: the counts may be a moment ahead of the rows.
}

function isAway(row) {
  return row.status !== "connected" && row.status !== "unknown";
}

function keepWatched(orElse) {
  const watched = new Set(stream.watched());
  store.keep(row => watched.has(row.thingName) || orElse(row));
}

function onLost(lost) {
  say(lost ? "lost" : "yes");
  if (lost) clock.stop();
  else clock.start();
  showLost();
}

function say(live) {
  page.dataset.live = live;
  store.set("live", live);
}

/** A screen reader is told `what`, and that only once: the text that runs stands beside it. */
function warn(what, ago = "", rest = "") {
  const line = byId("lost");
  line.hidden = what === "";
  [what, ago, rest].forEach((text, i) => setText(line.children[i], text));
}

function showLost() {
  if (!stream.lost) return warn("");
  const ago = duration((performance.now() - stream.heardAt) / 1000);
  warn([t("lost.line"), stream.why].filter(Boolean).join(t("gap")), t("lost.ago", { ago }), t("lost.rest"));
}

await start();
