// Where the panel of a thing opens, and where the focus goes when it closes.

import { lastLink } from "./route.js";

/** @param {Element} section the panel */
export function opened(section) {
  let opener = null;

  return {
    /** Beside the list in which it was clicked; else above all lists, for a link from elsewhere. */
    opened() {
      const clicked = lastLink();
      const from = clicked?.isConnected && !section.contains(clicked) ? clicked : null;
      if (from) opener = { link: from, thing: from.closest("[data-thing]")?.dataset.thing };
      const list = from?.closest("main > section, main > .two, main > div");
      if (list?.id === "things") list.before(section);
      else if (list) list.after(section);
      else if (!from && !opener) document.getElementById("offline").before(section);
      section.querySelector("h2").focus({ preventScroll: true });
      const box = section.getBoundingClientRect();
      if (box.top < 0 || box.top > innerHeight * 0.6) section.scrollIntoView({ block: "start" });
    },

    closed() {
      const link = opener?.link.isConnected ? opener.link
        : opener?.thing !== undefined ? document.querySelector(`[data-thing="${CSS.escape(opener.thing)}"] a`) : null;
      opener = null;
      link?.focus();
    },
  };
}
