// The form that makes a mute. Mistakes are named by the service; each is shown beside its field.

import { mute } from "./actions.js";
import { now } from "./clock.js";
import { el } from "./dom.js";
import { localOf, parseDuration, parseMute, timeOf } from "./muting.js";
import { t, timeZone } from "./text.js";

const OFFERED = ["1h", "2h", "8h", "1d", "7d"];
const KINDS = ["thing", "glob", "attribute"];

/**
 * @param {(text: string, failed?: boolean) => void} say what came of it
 * @param {() => void} onSend called before a mute is sent
 */
export function newMuteForm(store, say, onSend) {
  const fields = new Map(); // by the name that the service gives it
  const text = (name, props) => el("input", { class: "field", name, autocomplete: "off", ...props });
  const inputs = {
    thing: [text("thing", { "aria-label": t("mutes.field.thing"), placeholder: "greenhouse-3" })],
    glob: [text("glob", { "aria-label": t("mutes.field.glob"), placeholder: "door-*" })],
    attribute: [text("name", { "aria-label": t("things.attribute.name"), placeholder: "site" }),
      text("value", { "aria-label": t("things.attribute.value"), placeholder: "north" })],
  };
  const kind = el("select", { class: "field", name: "kind", "aria-label": t("mutes.field.kind"), onchange: showKind },
    ...KINDS.map(each => el("option", { value: each }, t(`mutes.kind.${each}`))));
  const lengths = el("datalist", { id: "mute-lengths" }, ...OFFERED.map(value => el("option", { value })));
  const length = text("for", { value: "2h", size: 8, list: lengths.id, "aria-label": t("mutes.field.for") });
  const until = text("until", { type: "datetime-local", "aria-label": t("mutes.field.until", { zone: timeZone() }), value: localOf(now() + 2 * 3600_000) });
  const comment = text("comment", { maxlength: 256, "aria-label": t("mutes.field.comment"), placeholder: t("mutes.field.comment") });
  const choice = (value, words, input) => el("label", { class: "choice" },
    el("input", { type: "radio", name: "end", value, checked: value === "for" }), " ", words, input ? " " : null);

  const node = el("form", { class: "new", novalidate: true, "aria-labelledby": "new-mute", onsubmit: submit },
    el("h3", { id: "new-mute" }, t("mutes.new")),
    row(["thing", "glob", "attribute"], t("mutes.what"), kind, ...KINDS.flatMap(each => inputs[each])),
    row(["until", "untilRecovered", "from"], t("mutes.long"),
      choice("for", t("mutes.for"), true), length, lengths, choice("until", t("mutes.until.choice"), true), until, el("span", { class: "sub" }, timeZone()),
      choice("back", t("mutes.back.choice"))),
    row(["comment"], t("mutes.why"), comment),
    el("div", { class: "buttons" }, el("button", null, t("mutes.make"))));

  // Who writes into a field means it.
  length.addEventListener("input", () => choose("for"));
  until.addEventListener("input", () => choose("until"));

  function row(names, words, ...children) {
    const error = el("span", { class: "error", role: "alert" });
    for (const name of names) fields.set(name, error);
    return el("div", { class: "row", role: "group", "aria-label": words }, el("span", { class: "label" }, words), ...children, error);
  }

  function choose(value) {
    node.querySelector(`[name=end][value=${value}]`).checked = true;
  }

  function showKind() {
    for (const each of KINDS) for (const input of inputs[each]) input.hidden = each !== kind.value;
  }

  function about() {
    const [first, second] = inputs[kind.value];
    return { [kind.value]: kind.value === "attribute" ? { name: first.value, value: second.value } : first.value };
  }

  /** @returns null: it cannot be read, and the field says so */
  function end() {
    const chosen = node.querySelector("[name=end]:checked").value;
    if (chosen === "back") return { untilRecovered: true };
    const found = chosen === "until" ? { until: timeOf(until.value) } : { seconds: parseDuration(length.value) };
    if (Object.values(found)[0] !== null) return found;
    fields.get("until").textContent = t(chosen === "until" ? "mutes.until.bad" : "mutes.for.bad", { text: length.value });
    return null;
  }

  async function submit(event) {
    event.preventDefault();
    for (const error of fields.values()) error.textContent = "";
    say("");
    const chosen = end();
    if (!chosen) return;
    try {
      onSend();
      await mute(store, about(), chosen, comment.value);
    } catch (problem) {
      return refused(problem);
    }

    for (const input of [...Object.values(inputs).flat(), comment]) input.value = "";
    say(t("mutes.made"));
  }

  function refused(problem) {
    const errors = [problem.body?.errors ?? []].flat();
    const elsewhere = errors.filter(error => !fields.has(error.field));
    for (const error of errors) {
      const field = fields.get(error.field);
      if (field) field.textContent = `${field.textContent} ${error.detail}`.trim();
    }
    if (errors.length === 0 || elsewhere.length > 0) say(elsewhere.map(error => error.detail).join(" ") || problem.message, true);
  }

  showKind();
  return {
    node,

    /** As a link asks for it: ?mutes=attribute:carrier:acme&mute=8h, or ?mutes=glob:door-*&mute=back */
    fill(where) {
      const [, wanted, value] = /^(thing|glob|attribute):(.*)$/s.exec(where.mutes) ?? [];
      const end = where.mute ? parseMute(where.mute) : null;
      if (end) choose(end.untilRecovered ? "back" : "for");
      if (end?.seconds) length.value = where.mute;
      if (!wanted) return;
      const colon = value.indexOf(":");
      const values = wanted === "attribute" && colon >= 0 ? [value.slice(0, colon), value.slice(colon + 1)] : [value];
      kind.value = wanted;
      inputs[wanted].forEach((input, index) => { input.value = values[index] ?? ""; });
      showKind();
      length.focus();
    },
  };
}
