// A fleet without things: how the first one connects. The addresses are those of this service.

import { el, setText } from "./dom.js";
import { t } from "./text.js";

const SQL = "SELECT * FROM '$aws/events/presence/+/+' WHERE eventType = 'connected' OR eventType = 'disconnected' OR eventType = 'connect_failed'";

export function mount(element, { store }) {
  let built = false;
  const show = () => {
    const { counts } = store;
    element.hidden = !(counts?.complete && counts.total === 0);
    if (element.hidden || built) return;
    built = true;
    build(element, store.service);
  };
  store.subscribe(changed => { if (changed.has("counts")) show(); });
  show();
}

function build(element, service) {
  element.append(el("section", { class: "empty", "aria-label": t("empty.title") },
    el("p", null, t("empty.what")),
    el("dl", null, ...waysIn(service).flatMap(({ name, text }) => [el("dt", null, t(name)), el("dd", null, copyable(text))])),
    isLocal(service) && el("p", { class: "sub" }, t("empty.lan"))));
}

/** What can be copied depends on which ways in are open. */
export function waysIn({ events, externalUrl, user }) {
  const ways = [];
  const local = isLocal({ events });
  if (events.mqtt) ways.push({ name: local ? "empty.mosquitto.local" : "empty.mosquitto", text: mosquitto(events.mqtt) });
  // Tasmota runs on another machine, and its usual builds have no TLS.
  if (events.mqtt && !local && !events.mqtt.tls) ways.push({ name: "empty.tasmota", text: tasmota(events.mqtt) });
  if (events.http) ways.push({ name: "empty.http", text: curl((externalUrl ?? location.origin).replace(/\/$/, ""), user !== null) });
  ways.push({ name: events.queue ? "empty.sql" : "empty.sql.later", text: SQL });
  return ways;
}

/** Only this machine reaches the broker. */
const isLocal = ({ events }) => events.mqtt?.addresses.every(address => /^(127\.|localhost$|::1$)/.test(addressOf(address)[0])) ?? false;

function mosquitto({ addresses, tls, username, passwordRequired }) {
  const [host, port] = addressOf(addresses[0]);
  const parts = ["mosquitto_sub", "-h", host];
  if (port !== (tls ? "8883" : "1883") || tls) parts.push("-p", port);
  if (tls) parts.push("--cafile", "ca.pem");
  parts.push("-i", "test-1");
  if (passwordRequired) parts.push("-u", username ?? "test-1", "-P", t("empty.password"));
  return [...parts, "-t", "x"].join(" ");
}

function tasmota({ addresses, username, passwordRequired }) {
  const [host, port] = addressOf(addresses[0]);
  const parts = [`MqttHost ${host}`];
  if (port !== "1883") parts.push(`MqttPort ${port}`);
  if (passwordRequired) parts.push(`MqttUser ${username ?? "test-1"}`, `MqttPassword ${t("empty.password")}`);
  return `Backlog ${parts.join("; ")}`;
}

const curl = (origin, needsKey) => `curl ${needsKey ? `-u :${t("empty.key")} ` : ""}-H 'Content-Type: application/json' -d '{"thingName":"test-1","connected":true}' ${origin}/events`;

/** "[::1]:1883" → ["::1", "1883"] */
function addressOf(address) {
  const colon = address.lastIndexOf(":");
  return [address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), address.slice(colon + 1)];
}

function copyable(text) {
  const code = el("code", { tabindex: "0" }, text);
  const label = el("span", { role: "status" }, t("empty.copy"));
  return [code, el("button", { type: "button", "aria-label": t("empty.copy.label"), onclick: async () => {
    setText(label, t(await copy(text, code) ? "empty.copied" : "empty.copy.by.hand"));
    setTimeout(() => setText(label, t("empty.copy")), 3000);
  } }, label)];
}

/** Over plain HTTP browsers offer no clipboard; there the text is selected and copied as from the keyboard. */
async function copy(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}
