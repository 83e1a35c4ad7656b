// The search and the filters of All things. Each filter is a link: it can be sent to a colleague.

import { el, setText, shape } from "./dom.js";
import * as route from "./route.js";
import { number, t } from "./text.js";

const STATUSES = ["offline", "grace", "recovering", "connected", "unknown"];
const MOST_KNOWN = 200;

/** @param {(q: string) => void} onSearch while somebody types */
export function filters({ onSearch }) {
  const search = el("input", {
    type: "search", placeholder: t("things.search"), "aria-label": t("things.search.label"), autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", maxlength: 384, oninput: () => onSearch(search.value),
  });
  const links = new Map([null, ...STATUSES].map(status => [status, statusLink(status)]));
  const active = el("span", { class: "active" });
  const { menu, learn } = attributeMenu();
  const node = el("search", { class: "filters" }, search, ...[...links.values()].map(link => link.node), active, menu);

  return {
    node,
    search,
    learn,

    show(where) {
      if (document.activeElement !== search || (where.q ?? "") === "") search.value = where.q ?? "";
      for (const [status, link] of links) link.show(where);
      active.replaceChildren(...where.attribute.map(attribute => activeFilter(where, attribute)));
    },

    showCounts(counts) {
      if (!counts) return;
      for (const [status, link] of links) link.count(status === null ? counts.total : counts[status]);
    },
  };
}

function statusLink(status) {
  const count = el("span", { class: "n" });
  const node = el("a", { href: `?status=${status ?? ""}` }, status && shape(status), t(status === null ? "things.all" : `status.${status}`), " ", count);
  return {
    node,
    show(where) {
      const on = status === null ? where.status.length === 0 : where.status.includes(status);
      if (on) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    },
    count(n) {
      setText(count, number(n));
    },
  };
}

/** A filter that is on; its link takes it out. */
function activeFilter(where, attribute) {
  const [name, value] = split(attribute);
  const text = t("things.attribute", { name, value });
  const others = where.attribute.filter(one => one !== attribute);
  const href = `?${(others.length > 0 ? others : [""]).map(one => `attribute=${encodeURIComponent(one)}`).join("&")}`;
  return el("a", { "aria-current": "true", "aria-label": t("things.without", { what: text }), href }, el("bdi", null, text), " ×");
}

/** Chooses an attribute. It offers what the things that were shown so far have; a large fleet may have more, so any can be typed. */
function attributeMenu() {
  const known = new Map(); // name → values
  const names = el("datalist", { id: "attribute-names" });
  const values = el("datalist", { id: "attribute-values" });
  const offer = (list, options) => list.replaceChildren(...[...options].sort().map(value => el("option", { value })));
  const name = el("input", { list: names.id, required: true, class: "field", "aria-label": t("things.attribute.name"), placeholder: t("things.attribute.name"),
    autocomplete: "off", oninput: () => offer(values, known.get(name.value) ?? []) });
  const value = el("input", { list: values.id, required: true, class: "field", "aria-label": t("things.attribute.value"),
    placeholder: t("things.attribute.value"), autocomplete: "off" });
  const menu = el("details", { class: "menu" }, el("summary", null, t("things.attributes")),
    el("form", { onsubmit: submit }, name, value, el("button", null, t("things.filter")), names, values));

  function submit(event) {
    event.preventDefault();
    const attribute = `${name.value}:${value.value}`;
    route.go({ attribute: [...new Set([...route.current().attribute, attribute])], page: null });
    menu.open = false;
    menu.firstElementChild.focus();
  }

  menu.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.firstElementChild.focus();
  });

  return {
    menu,
    learn(items) {
      for (const [attribute, one] of items.flatMap(item => Object.entries(item.attributes))) {
        const those = known.get(attribute) ?? new Set();
        if (those.size < MOST_KNOWN && known.size < MOST_KNOWN) known.set(attribute, those.add(one));
      }
      offer(names, known.keys());
    },
  };
}

const split = attribute => {
  const colon = attribute.indexOf(":");
  return colon < 0 ? [attribute, ""] : [attribute.slice(0, colon), attribute.slice(colon + 1)];
};
