// One thing, opened by a click or by ?thing=: its week, its story, its policy, and what can be done about it.

import { get } from "./api.js";
import { askForget, button, endMute, mute, readMutes, saying, testNotification } from "./actions.js";
import { now } from "./clock.js";
import { el, setChildren, setText, state } from "./dom.js";
import { muteForm } from "./muteForm.js";
import { aboutWords, muteWords, OFFERED, parseMute, untilBy } from "./muting.js";
import { opened } from "./opening.js";
import { policyForm } from "./policyForm.js";
import * as route from "./route.js";
import { adviceOf, owes, policyOf, refusal, story, toldOf, waitsFor } from "./story.js";
import { strip } from "./strip.js";
import { exact, longTime, moment, secondsOf, t } from "./text.js";
import { consoleOf, dashboardOf, hasPath, thingPath } from "./thingPath.js";
import { sinceOf, tag } from "./thingRow.js";

const REREAD_WAIT_MS = 300;

export function mount(section, { store, stream }) {
  const place = opened(section);
  let name = null;
  let view = null;
  let reading = 0;
  let shown; // The row of the store that is shown.
  let rereading;
  let failed = false; // The last read; then no news of it comes.

  async function read() {
    const turn = ++reading;
    const wanted = name;
    shown = store.rows.get(wanted);
    try {
      const answer = await ask(wanted);
      if (turn !== reading) return;
      stream.watch("thing", [wanted]); // Not before: a name that the service refuses would take the whole stream with it.
      failed = false;
      if (answer.status.mutedBy.length > 0) await readMutes(store);
      if (turn === reading) view.show(answer);
    } catch (problem) {
      if (turn !== reading) return;
      failed = true;
      stream.watch("thing", []);
      view.fail(problem);
    }
  }

  function reread() {
    clearTimeout(rereading);
    rereading = setTimeout(() => { if (name !== null) read(); }, REREAD_WAIT_MS);
  }

  function follow(where) {
    const wanted = where.thing || null;
    if (wanted !== name) {
      name = wanted;
      reading++;
      if (name === null) stream.watch("thing", []);
      view = name === null ? null : panel(section, name, store, { read, close });
      section.hidden = name === null;
      if (name === null) return place.closed();
      section.replaceChildren(...view.nodes);
      place.opened();
      read();
    }
    view?.asks(where.mute);
  }

  function close() {
    route.go({ thing: null, mute: null });
  }

  route.onChange(follow);
  store.subscribe(changed => {
    if (name === null) return;
    if (changed.has("rows") && store.rows.get(name) !== shown) reread();
    if (changed.has("live") && store.live === "yes" && failed) reread();
    if (changed.has("mutes")) view.showMutes();
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape" || event.defaultPrevented || name === null || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !section.contains(event.target)) return;
    close();
  });
  follow(route.current());
}

/** Everything about a thing. One without an address of its own is read from the list. */
async function ask(name) {
  if (!hasPath(name)) {
    const [status] = (await get("/devices", { thingName: name })).items;
    if (!status) throw Object.assign(new Error(t("thing.unknown")), { status: 404 });
    return { status };
  }

  const status = await get(thingPath(name));
  const [why, history, advice] = await Promise.all(["/why", "/history", "/advice"].map(rest => get(thingPath(name, rest))));
  return { status, why, history: history.items, advice: advice.advice };
}

function panel(section, name, store, { read, close }) {
  const { service } = store;
  const write = store.may("write");
  const title = el("h2", { id: "thing-title", tabindex: "-1" }, el("bdi", null, name));
  const about = el("span", { class: "about" });
  const facts = el("p", { class: "sub facts" });
  const alarm = el("p", { class: "alarm", hidden: true });
  const week = el("div");
  const muted = el("ul", { class: "mutedBy" });
  const asked = el("div");
  const { line, say } = saying();
  const waits = el("ul", { class: "waits" });
  const log = el("ol", { "aria-label": t("thing.log") });
  const advice = el("p", { class: "sub advice" });
  const policy = write && hasPath(name) ? policyForm(name, read) : null;
  let status = null;
  let asks;

  const muteFor = (end, comment) => async () => {
    await mute(store, { thing: name }, end, comment);
    await read();
    return t("thing.muted.now");
  };
  const buttons = el("div", { class: "buttons" },
    ...write ? [...OFFERED.map(end => button(muteWords(end), muteFor(end), say)),
      el("button", { type: "button", title: t("thing.test.title"), onclick: testNotification }, t("thing.test")),
      policy?.opener,
      hasPath(name) && el("button", { type: "button", onclick: () => askForget(name, status?.notifiedAt, close) }, t("button.forget"))] : [],
    service.awsConsole && el("a", { class: "button", href: consoleOf(service.awsConsole, name), target: "_blank", rel: "noreferrer" }, t("thing.console")),
    el("a", { class: "button", href: dashboardOf(name), target: "_blank", rel: "noreferrer", title: t("thing.dashboard.title") }, t("top.dashboard")));

  section.setAttribute("aria-labelledby", title.id);
  return {
    nodes: [el("div", { class: "title" }, title, about,
      el("button", { type: "button", class: "close", "aria-label": t("thing.close"), title: t("thing.close.title"), onclick: close }, "×")),
    facts, alarm, asked, week, muted, buttons, line, ...policy ? [policy.node] : [], waits, log, advice],

    show(answer) {
      ({ status } = answer);
      const { why } = answer;
      section.dataset.status = status.status;
      buttons.hidden = false;
      about.replaceChildren(state(status.status), el("span", { class: "sub" }, sinceOf(status)));
      setChildren(facts, ...factsOf(status));
      showAlarm(why?.refused ? refusal(why.refused) : hasPath(name) ? "" : t("thing.nopath", { name }));
      if (why) {
        week.replaceChildren(strip(answer.history, status, now()));
        setChildren(waits, ...[toldOf(status, why), ...why.waitingFor.map(one => waitsFor(one, status)), ...why.owed.map(owes)].filter(Boolean).map(text => el("li", null, text)));
        setChildren(log, ...story(why, status, service).map(entry));
        setText(advice, adviceOf(answer.advice, status));
        policy?.show(status.policy);
      }
      this.showMutes();
    },

    /** What mutes it. A mute of more than this thing is ended in the list of mutes, where one sees what else it is about. */
    showMutes() {
      if (!status) return;
      const those = status.mutedBy.map(id => (store.mutes ?? []).find(mute => mute.id === id)).filter(Boolean);
      muted.replaceChildren(...those.map(mute => el("li", null,
        t("thing.mutedBy", { mute: untilBy(mute) }), " ",
        mute.thing === name
          ? write && button(t("thing.unmute"), async () => { await endMute(store, mute.id); await read(); return t("thing.unmuted"); }, say)
          : el("a", { href: "?mutes=", "data-to": "mutes" }, t("thing.mutedBy.many", { what: aboutWords(mute) }))) ),
      ...status.policy.muted ? [el("li", null, t("thing.mutedBy.policy"))] : []);
    },

    fail(problem) {
      buttons.hidden = problem.status === 404;
      showAlarm(problem.status === 404 ? t("thing.unknown") : problem.message);
    },

    /** @param {string=} text what ?mute= says: a form with a button, because a link must change nothing */
    asks(text) {
      if (text === asks) return;
      asks = text;
      asked.replaceChildren(...text === undefined || !write ? [] : [muteForm(name, parseMute(text), async (end, comment) => {
        await mute(store, { thing: name }, end, comment);
        route.go({ mute: null }, { replace: true });
        say(t("thing.muted.now"));
        title.focus();
        await read();
      }, () => route.go({ mute: null }, { replace: true }))]);
    },
  };

  function showAlarm(text) {
    alarm.hidden = text === "";
    setText(alarm, text);
  }
}

function factsOf({ policy, attributes, outageId }) {
  return [el("span", null, policyOf(policy)), el("span", null, t("thing.grace", { grace: exact(secondsOf(policy.grace)) })),
    ...Object.entries(attributes).map(tag), outageId && el("span", { class: "id" }, t("thing.outage", { id: outageId }))];
}

function entry({ at, text, told }) {
  return el("li", null, el("time", { datetime: at, title: longTime(at) }, moment(at, { seconds: true })),
    el("span", null, text, told && " ", told && el("b", null, told)));
}
