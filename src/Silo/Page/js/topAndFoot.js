// The first line and the last one: who serves this, where else to look, what one can do.

import { readMutes, testNotification } from "./actions.js";
import { el, setText } from "./dom.js";
import { exact, inLanguage, languages, secondsOf, t } from "./text.js";

const DEFAULT_CLUSTER = "iot-orleans";

export function mountTop(header, { store }) {
  const mutes = el("a", { href: "?mutes=", "data-to": "mutes" }, t("top.mutes"));
  const { service } = store;
  header.append(
    el("span", null, el("b", null, "IoTOrleans"), placeOf(service) && ` · ${placeOf(service)}`),
    el("nav", { "aria-label": t("top.label") }, mutes, el("a", { href: "/dashboard/" }, t("top.dashboard"))));
  readMutes(store).catch(() => {}); // Without their number the link is as good.
  store.subscribe(changed => {
    if (changed.has("mutes")) setText(mutes, store.mutes.length > 0 ? t("top.mutes.n", { n: store.mutes.length }) : t("top.mutes"));
  });
}

export function mountFoot(footer, { store }) {
  const { service } = store;
  const live = el("span");
  const grace = secondsOf(service.grace);
  footer.append(
    el("ul", null, [
      t("footer.version", { version: service.version }),
      placeOf(service),
      grace > 0 && t("footer.grace", { grace: exact(grace) }),
      store.may("write") && el("button", { type: "button", class: "link", onclick: testNotification }, t("footer.test")),
      !store.may("write") && t("footer.read"),
      service.user && t("footer.user", { user: service.user }),
      ...languages().filter(language => language !== inLanguage()).map(language => el("a", { href: `?lang=${language}`, lang: language }, t(`footer.language.${language}`))),
      el("a", { href: "/dashboard/" }, t("top.dashboard")),
      el("a", { href: "/openapi/v1.json" }, t("top.api")),
    ].filter(Boolean).map(item => el("li", null, item))), live);
  const show = () => setText(live, t(`live.${store.live}`));
  store.subscribe(changed => { if (changed.has("live")) show(); });
  show();
}

/** Empty for the cluster that everybody has: its name says nothing. */
const placeOf = ({ cluster, region }) => [cluster !== DEFAULT_CLUSTER && cluster, region].filter(Boolean).join(" / ");
