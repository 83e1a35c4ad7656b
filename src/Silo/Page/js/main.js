// Starts the page: asks who serves it, shows the fleet, and follows the stream.

import * as api from "./api.js";
import * as clock from "./clock.js";
import { setText } from "./dom.js";
import * as route from "./route.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { duration, speak, t } from "./text.js";
import { mount as mountEmpty } from "./empty.js";
import { mount as mountMutes } from "./mutes.js";
import { mount as mountThing } from "./thing.js";
import { mount as mountThings } from "./things.js";

const RETRY_MS = 3000;
const parts = [[mountEmpty, "empty"], [mountMutes, "mutes"], [mountThings, "things"], [mountThing, "thing"]];

const byId = id => document.getElementById(id);
const page = document.documentElement;
const store = new Store();
const stream = new Stream(onEvent, onLost);
const context = { store, stream, route, api, clock };

await start();

async function start() {
  const wanted = route.current().lang;
  const [service, fleet] = await ask(wanted);
  await speak(wanted ?? service.culture, service.timeZone);
  clock.sync(fleet.asOf);
  store.set("service", service);
  for (const [mount, id] of parts) mount(byId(id) ?? document.querySelector(id), context);
  store.takeFleet(fleet);
  stream.open(isWhole(fleet) ? fleet.cursor : null);
  clock.every(showLost);
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

/** GET /fleet has at most 200 things of each status. If there are more, the stream begins with all of them. */
function isWhole(fleet) {
  return ["offline", "grace", "recovering"].every(status => fleet[`${status}Items`].length >= fleet[status]) || !fleet.listed;
}

function onEvent(event, data) {
  const listed = store.counts?.listed;
  store.take(event, data);
  if (event === "opened") keepWatched(row => isAway(row));
  if (listed === store.counts?.listed) return;
  if (store.counts.listed) stream.open(null); // Rows come again: from the start, because none came meanwhile.
  else keepWatched(() => false);
}

const isAway = row => row.status !== "connected" && row.status !== "unknown";

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
