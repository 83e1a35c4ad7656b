// The policy of one thing: its grace, and whether anybody is told at all.

import { send } from "./api.js";
import { button, saying } from "./actions.js";
import { el } from "./dom.js";
import { t } from "./text.js";
import { thingPath } from "./thingPath.js";

/** @param {() => Promise<void>} read shows the thing anew */
export function policyForm(name, read) {
  const { line, say } = saying();
  const grace = el("input", { class: "field", name: "grace", size: 8, autocomplete: "off", "aria-describedby": "policy-hint policy-grace-error" });
  const error = el("span", { class: "error", id: "policy-grace-error" });
  const muted = el("input", { type: "checkbox", name: "muted" });
  const back = button(t("thing.policy.delete"), async () => {
    await send("DELETE", thingPath(name, "/policy"));
    await read();
    return t("thing.policy.deleted");
  }, say);
  const save = button(t("thing.policy.save"), put, say);
  const form = el("form", { class: "policy", hidden: true, "aria-label": t("thing.policy.title"), onsubmit: event => { event.preventDefault(); save.click(); } },
    el("label", null, t("thing.field.grace"), grace), el("span", { class: "sub", id: "policy-hint" }, t("thing.policy.hint")), error,
    el("label", null, muted, t("thing.policy.muted")), el("div", { class: "buttons" }, save, back), line);
  const opener = el("button", { type: "button", "aria-expanded": "false", onclick: toggle }, t("thing.policy"));
  let policy = null;

  function toggle() {
    form.hidden = !form.hidden;
    opener.setAttribute("aria-expanded", String(!form.hidden));
    if (form.hidden) return;
    fill();
    grace.focus();
  }

  function fill() {
    grace.value = policy?.grace ?? "";
    muted.checked = policy?.muted ?? false;
    error.textContent = "";
    grace.removeAttribute("aria-invalid");
  }

  /** PUT replaces all that was set for this thing, so what is not in the form goes along. */
  async function put() {
    const body = Object.fromEntries(policy.overridden.map(field => [field, policy[field]]));
    if (grace.value !== policy.grace) body.grace = grace.value;
    if (muted.checked !== policy.muted) body.muted = muted.checked;
    if (Object.keys(body).length === 0) return t("thing.policy.same");
    try {
      await send("PUT", thingPath(name, "/policy"), body);
    } catch (problem) {
      const wrong = [problem.body?.errors ?? []].flat().find(each => each.field === "grace");
      error.textContent = wrong?.detail ?? "";
      if (wrong) grace.setAttribute("aria-invalid", "true");
      if (!wrong) throw problem;
      grace.focus();
      return "";
    }

    await read();
    fill();
    return t("thing.policy.saved");
  }

  return {
    node: form,
    opener,
    show(now) {
      policy = now;
      back.hidden = policy.overridden.length === 0;
    },
  };
}
