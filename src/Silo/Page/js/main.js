// Starts the page: asks who serves it, shows the fleet, and follows the stream.

import * as api from "./api.js";
import * as clock from "./clock.js";
import { setText } from "./dom.js";
import { mount as mountEmpty } from "./empty.js";
import { mountFoot, mountTop } from "./frame.js";
import { mount as mountIncident } from "./incident.js";
import { mount as mountMutes } from "./mutes.js";
import * as route from "./route.js";
import { mark } from "./rows.js";
import { mountGrace, mountOffline, mountRecovering } from "./sections.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { duration, speak, t } from "./text.js";
import { mount as mountThing } from "./thing.js";
import { mount as mountThings } from "./things.js";
import { mountBack, mountQuiet } from "./today.js";
import { mount as mountTrust } from "./trust.js";
import { mount as mountVerdict } from "./verdict.js";

const RETRY_MS = 3000;
const parts = [
  [mountTop, "header.top"], [mountVerdict, "#verdict"], [mountTrust, "#trust"], [mountIncident, "#incident"],
  [mountOffline, "#offline"], [mountGrace, "#grace"], [mountRecovering, "#recovering"],
  [mountBack, "#back"], [mountQuiet, "#quiet"], [mountFoot, "footer"],
  [mountEmpty, "#empty"], [mountMutes, "#mutes"], [mountThings, "#things"], [mountThing, "#thing"],
];

const byId = id => document.getElementById(id);
const page = document.documentElement;
const store = new Store();
const stream = new Stream(onEvent, onLost);
const context = { store, stream, route, api, clock };

async function start() {
  const wanted = route.current().lang;
  const [service, fleet] = await ask(wanted);
  await speak(wanted ?? service.culture, service.timeZone);
  clock.sync(fleet.asOf);
  store.set("service", service);
  for (const [mount, place] of parts) mount(document.querySelector(place), context);
  store.takeFleet(fleet);
  stream.open(fleet.cursor); // Null if its lists do not hold every thing that is not well.
  clock.every(showLost);
  route.onChange(({ thing }) => document.querySelectorAll("tr[data-thing]").forEach(tr => mark(tr, thing)));
}

/** Asks until the service answers. */
async function ask(wanted) {
  for (;;) {
    try {
      const answers = await Promise.all([api.get("/service"), api.get("/fleet")]);
      byId("lost").hidden = true;
      return answers;
    } catch (error) {
      await speak(wanted ?? "en");
      say("lost", t("lost.start", { why: error.message }));
      await new Promise(done => setTimeout(done, RETRY_MS));
    }
  }
}

function onEvent(event, data) {
  store.take(event, data);
  if (event === "opened") keepWatched(isAway);
  else if (store.counts?.listed === false && store.rows.size > 0) keepWatched(() => false); // Too many: no news of single things comes.
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

function say(live, why) {
  page.dataset.live = live;
  store.set("live", live);
  if (why) {
    byId("lost").hidden = false;
    setText(byId("lost"), why);
  }
}

function showLost() {
  const line = byId("lost");
  line.hidden = !stream.lost;
  if (stream.lost) setText(line, t("lost.line", { ago: duration((performance.now() - stream.heardAt) / 1000) }));
}

await start();
