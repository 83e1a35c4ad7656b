// What a link with ?thing=…&mute=8h opens. Scanners follow links, so the link only asks, and the button does it.

import { button, saying } from "./actions.js";
import { el } from "./dom.js";
import { muteWords, OFFERED } from "./muting.js";
import { t } from "./text.js";

/** @param end what was asked for; null: it could not be read */
export function muteForm(name, end, onMute, onCancel) {
  const { line, say } = saying();
  const comment = el("input", { class: "field", maxlength: 256, "aria-label": t("mutes.field.comment"), placeholder: t("mutes.field.comment"), autocomplete: "off" });
  const buttons = (end ? [end] : OFFERED).map(each => button(muteWords(each), () => onMute(each, comment.value), say, { class: "main" }));
  return el("form", { class: "ask", "aria-label": t("thing.ask", { name }), onsubmit: event => { event.preventDefault(); buttons[0].click(); } },
    el("p", null, end ? t("thing.ask", { name }) : t("thing.ask.how", { name })), comment,
    el("div", { class: "buttons" }, ...buttons, el("button", { type: "button", onclick: onCancel }, t("thing.cancel"))), line);
}
