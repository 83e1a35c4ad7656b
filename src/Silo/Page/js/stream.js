// The stream of changes: Server-Sent Events with a cursor. Says when it is lost, and opens it again.

import { address, refusalOf } from "./api.js";
import { every } from "./clock.js";

const LOST_AFTER_MS = 32_000; // Two ticks, which come every 15 s.
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];
const MOST_WATCHED = 200;
const LONGEST_ADDRESS = 6000; // The service takes a request line of 8 KiB.
const EVENTS = ["snapshot", "synced", "set", "gone", "counts", "today", "incidents", "tick"];

export class Stream {
  cursor = null;
  heardAt = performance.now();
  why = ""; // Why the service refuses it.
  #patientUntil = 0; // A new connection has time to say something.
  #source = null;
  #watched = new Map(); // who watches → names
  #failures = 0;
  #retry = 0;
  #reopen = 0;

  /**
   * @param {(event: string, data: any) => void} onEvent
   * @param {(lost: boolean) => void} onLost called when live updates are lost, and when they are back
   */
  constructor(onEvent, onLost) {
    this.onEvent = onEvent;
    this.onLost = onLost;
    this.lost = null; // Nothing heard yet.
    every(() => { if (this.#source && performance.now() > Math.max(this.heardAt + LOST_AFTER_MS, this.#patientUntil)) this.#fail(); });
    addEventListener("online", () => { if (this.lost) this.#open(); });
    addEventListener("pagehide", () => this.#source?.close());
    addEventListener("pageshow", event => { if (event.persisted) this.#open(); });
  }

  /** @param {string|null} cursor where GET /fleet ended; null: everything, from the start */
  open(cursor) {
    this.cursor = cursor;
    this.#open();
  }

  /** These things are on the screen: their changes come too while they are well. Each `who` has its own list. */
  watch(who, names) {
    const before = this.watched().join("\n");
    this.#watched.set(who, [...names]);
    if (this.watched().join("\n") === before || !this.#source) return;
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => this.#open(), 200);
  }

  watched() {
    let length = 0;
    const short = name => (length += encodeURIComponent(name).length + "&watch=".length) <= LONGEST_ADDRESS;
    return [...new Set([...this.#watched.values()].flat())].slice(0, MOST_WATCHED).filter(short);
  }

  #open() {
    clearTimeout(this.#retry);
    clearTimeout(this.#reopen);
    this.#source?.close();
    const source = this.#source = new EventSource(address("/fleet/stream", { cursor: this.cursor, watch: this.watched() }));
    this.#patientUntil = performance.now() + LOST_AFTER_MS / 2;
    this.onEvent("opened", { resumed: this.cursor !== null });
    for (const name of EVENTS) source.addEventListener(name, event => { if (source === this.#source) this.#take(name, event); });
    source.onerror = () => { if (source === this.#source) this.#fail(); };
  }

  #take(name, event) {
    this.heardAt = performance.now();
    this.cursor = event.lastEventId || null; // Empty: too many changes to go on from here.
    this.onEvent(name, JSON.parse(event.data));
    this.#failures = 0;
    this.#tell(false);
  }

  #fail() {
    this.#source.close();
    refusalOf(this.#source.url).then(why => { this.why = why; });
    this.#source = null;
    this.#tell(true);
    // All pages of a restarted silo do not come back in the same second.
    const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
    this.#retry = setTimeout(() => this.#open(), wait * (0.75 + Math.random() / 2));
  }

  #tell(lost) {
    if (lost === this.lost) return;
    this.lost = lost;
    this.onLost(lost);
  }
}
