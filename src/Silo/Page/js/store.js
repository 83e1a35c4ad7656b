// What the page knows. Changes are collected and told to the sections at most once per frame.

import { steadily } from "./attention.js";
import { sync } from "./clock.js";

const COUNTS = ["asOf", "complete", "total", "connected", "grace", "offline", "recovering", "unknown", "muted", "listed"];
const SLOWEST_FRAME_MS = 1000; // A hidden tab has no frames, but its title and its icon must be right.

export class Store {
  service = null;
  counts = null;
  /** @type {Map<string, object>} things that are not well, and watched ones */
  rows = new Map();
  incidents = [];
  today = { backItems: [], keptQuiet: { today: 0, days: [], things: [] } };
  history = [];
  watcher = null;
  live = "loading";
  #parts = null;
  #changed = new Set();
  #listeners = new Set();
  #frame = 0;
  #timer = 0;

  /** @param {(changed: Set<string>) => void} listener is told which of these properties changed */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  /** The things with this status. */
  with(status) {
    return [...this.rows.values()].filter(row => row.status === status);
  }

  may(right) {
    return this.service?.rights?.includes(right) ?? false;
  }

  set(name, value) {
    if (Object.is(this[name], value)) return;
    this[name] = value;
    this.#touch(name);
  }

  /** An answer of GET /fleet. */
  takeFleet(fleet) {
    this.rows = new Map([...fleet.offlineItems, ...fleet.graceItems, ...fleet.recoveringItems].map(row => [row.thingName, row]));
    this.#touch("rows");
    this.#takeFigures(fleet);
  }

  /** Forgets rows that no news will come of. */
  keep(wanted) {
    const before = this.rows.size;
    for (const [name, row] of this.rows) if (!wanted(row)) this.rows.delete(name);
    if (this.rows.size !== before) this.#touch("rows");
  }

  /** An event of the stream. */
  take(event, data) {
    switch (event) {
      case "opened": this.#parts = data.resumed ? null : []; break;
      case "snapshot": this.#takePart(data); break;
      case "synced": this.#takeSynced(data); break;
      case "set": this.rows.set(data.thingName, data); this.#touch("rows"); break;
      case "gone": if (this.rows.delete(data.thingName)) this.#touch("rows"); break;
      case "counts": this.#takeCounts(data); break;
      case "today": this.set("today", data); break;
      case "incidents": this.set("incidents", data.items); break;
      case "tick": sync(data.time); this.#takeFigures(data); break;
    }
  }

  #takePart(data) {
    if (data.part === 1 || !this.#parts) this.#parts = [];
    for (const row of data.items) this.#parts.push(row);
  }

  #takeSynced(data) {
    if (this.#parts) {
      this.rows = new Map(this.#parts.map(row => [row.thingName, row]));
      this.#parts = null;
      this.#touch("rows");
    }
    this.#takeCounts(data);
  }

  #takeFigures(data) {
    this.#takeCounts(data);
    this.set("incidents", data.incidents ?? []);
    this.set("today", { backItems: data.backItems ?? [], keptQuiet: data.keptQuiet ?? { today: 0, days: [], things: [] } });
    this.set("history", data.history ?? []);
    this.set("watcher", data.watcher ?? null);
  }

  #takeCounts(data) {
    this.set("counts", Object.fromEntries(COUNTS.map(name => [name, data[name]])));
  }

  #touch(name) {
    this.#changed.add(name);
    if (this.#frame || this.#timer) return;
    this.#frame = requestAnimationFrame(() => this.#tell());
    this.#timer = setTimeout(() => this.#tell(), SLOWEST_FRAME_MS);
  }

  #tell() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = this.#timer = 0;
    const changed = this.#changed;
    this.#changed = new Set();
    steadily(() => {
      for (const listener of this.#listeners) {
        try {
          listener(changed);
        } catch (error) {
          console.error(error); // One section that cannot show something does not stop the others.
        }
      }
    });
  }
}
