// What people can do here. Each action says what came of it; nothing happens by following a link.

import { get, send } from "./api.js";
import { el } from "./dom.js";
import { endOf, idFor } from "./muting.js";
import { t } from "./text.js";
import { thingPath } from "./thingPath.js";

/** @param about { thing } or { glob } or { attribute } @param end { seconds } or { until } or { untilRecovered } */
export async function mute(store, about, end, comment) {
  const made = await send("PUT", `/mutes/${idFor(about)}`, { ...about, ...endOf(end), comment: comment || undefined });
  await readMutes(store);
  return made;
}

export async function endMute(store, id) {
  try {
    await send("DELETE", `/mutes/${encodeURIComponent(id)}`);
  } catch (problem) {
    if (problem.status !== 404) throw problem; // It has ended meanwhile.
  }
  await readMutes(store);
}

export async function readMutes(store) {
  store.set("mutes", (await get("/mutes")).items);
}

/** Asks, and forgets the thing. @param told somebody was told of its running outage @param done called when it is forgotten */
export function askForget(name, told, done = () => {}) {
  confirm({
    title: t("thing.forget.title", { name }),
    text: [t("thing.forget.what"), ...told ? [t("thing.forget.told")] : []],
    label: t("thing.forget.yes"),
    action: async () => {
      await send("DELETE", thingPath(name));
      done();
    },
  });
}

/** Sends a test notification. @returns what each destination answered */
async function sendTest() {
  try {
    return (await send("POST", "/notifications/test")).destinations;
  } catch (problem) {
    if (problem.body?.destinations) return problem.body.destinations; // Not all accepted it.
    throw problem;
  }
}

/** The same in words. */
function testWords(answers) {
  if (answers.length === 0) return t("thing.test.nobody");
  return answers.map(({ destination, outcome, detail }) => {
    const said = t(outcome === "accepted" ? "thing.test.accepted" : "thing.test.failed", { name: destination });
    return detail ? t("thing.test.detail", { said, detail }) : said;
  }).join(t("thing.gap"));
}

/** Runs `action` on a click: the button waits for it, and `say` shows what came of it. */
export function button(label, action, say, props) {
  const node = el("button", { type: "button", ...props, onclick: async () => {
    if (node.getAttribute("aria-disabled") === "true") return;
    node.setAttribute("aria-disabled", "true"); // Not disabled: that would take the focus away.
    say("");
    try {
      const said = await action();
      if (typeof said === "string") say(said);
    } catch (problem) {
      say(problem.message, true);
    } finally {
      node.removeAttribute("aria-disabled");
    }
  } }, label);
  return node;
}

/** A line that says what came of an action, also to a screen reader. */
export function saying(props) {
  const line = el("p", { class: "said", role: "status", ...props });
  const say = (text, failed = false) => {
    line.textContent = text;
    line.classList.toggle("failed", failed);
  };
  return { line, say };
}

/** Asks before something that cannot be taken back, or that others hear of. The dialog stays open until `action` has worked. */
export function confirm({ title, text, label, action, danger = true }) {
  const { line, say } = saying();
  const yes = button(label, async () => {
    const said = await action();
    if (said === undefined) return dialog.close();
    yes.hidden = true;
    no.textContent = t("thing.close");
    no.focus();
    return said;
  }, say, { class: danger ? "danger" : null });
  const no = el("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, t("thing.cancel"));
  const dialog = el("dialog", { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() },
    el("h2", { id: "dialog-title" }, title), ...[text].flat().map(one => el("p", null, one)), line, el("div", { class: "buttons" }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
}

/** Asks, because others hear of it. */
export function testNotification() {
  confirm({
    title: t("thing.test.ask"), text: t("thing.test.what"), label: t("thing.test.send"), danger: false,
    action: async () => testWords(await sendTest()),
  });
}
