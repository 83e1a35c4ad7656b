// A list whose rows keep their node, so that focus, selection and a running click stay where they are.
// While somebody is in the list nothing moves: rows change in place, new ones wait behind a chip, lost ones stay, struck out.

import { isIn, onLeave } from "./attention.js";

const BATCH = 40; // Rows that are made within one frame; more come in the next ones, further down.
const lists = new WeakMap();

/**
 * Shows `items` as children of `parent`, in their order. Call it again with the new items: only what differs is touched.
 * @param {Element} parent
 * @param {any[]} items
 * @param {(item) => string} key the same for the same row, whatever changes in it
 * @param {(item) => Element} create makes a row
 * @param {(row: Element, item) => void} update shows the item in its row; called once after `create`, and for each other object
 * @param {(waiting: number) => void} [onWaiting] how many new rows wait behind the chip
 * @returns {{ waiting: number, show: () => void }} `show` puts all in their places now
 */
export function keyedList(parent, items, key, create, update, onWaiting = () => {}) {
  let list = lists.get(parent);
  if (!list) lists.set(parent, list = new KeyedList(parent));
  Object.assign(list, { items, key, create, update, onWaiting });
  list.render(isIn(list.area));
  return list;
}

class KeyedList {
  rows = new Map(); // key → { row, item }
  waiting = 0;
  held = false;
  frame = 0; // Set: not all rows are made yet.

  constructor(parent) {
    this.parent = parent;
    this.area = parent.closest("section") ?? parent; // The chip is in it, and its heading.
    onLeave(() => { if (this.held && !isIn(this.area)) this.render(false); });
  }

  show() {
    this.render(false);
  }

  render(held) {
    cancelAnimationFrame(this.frame);
    const wanted = new Map(this.items.map(item => [this.key(item), item]));
    for (const [key, entry] of this.rows) {
      const item = wanted.get(key);
      if (item !== undefined) delete entry.row.dataset.gone;
      else if (held) entry.row.dataset.gone = "";
      else this.remove(key, entry.row);
      if (item !== undefined && item !== entry.item) this.update(entry.row, entry.item = item);
    }
    // Nothing is in the list yet, or rows are still being added below: nothing can jump.
    this.held = held && this.rows.size > 0 && !this.frame;
    this.frame = 0;
    if (this.held) return this.wait([...wanted.keys()].filter(key => !this.rows.has(key)).length);
    this.arrange(wanted);
    this.wait(0);
  }

  arrange(wanted) {
    let place = this.parent.firstElementChild;
    let made = 0;
    for (const [key, item] of wanted) {
      let entry = this.rows.get(key);
      if (!entry) {
        if (++made > BATCH) return void (this.frame = requestAnimationFrame(() => this.render(false)));
        this.rows.set(key, entry = { row: this.create(item), item });
        this.update(entry.row, item);
        this.parent.insertBefore(entry.row, place);
      } else if (entry.row === place) {
        place = place.nextElementSibling;
      } else if (entry.row === place?.nextElementSibling) {
        // One row left its place to a later one: move that one, not all the others.
        const stray = place;
        place = entry.row.nextElementSibling;
        this.move(stray, null);
      } else {
        this.move(entry.row, place);
      }
    }
  }

  move(row, before) {
    const focused = row.contains(document.activeElement) ? document.activeElement : null;
    const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
    const selected = row.contains(anchorNode) || row.contains(focusNode);
    if (this.parent.moveBefore) this.parent.moveBefore(row, before); // Keeps the focus by itself, but not what is selected.
    else this.parent.insertBefore(row, before);
    if (selected) getSelection().setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
    if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
  }

  remove(key, row) {
    this.rows.delete(key);
    const next = row.contains(document.activeElement) ? row.nextElementSibling ?? row.previousElementSibling : null;
    row.remove();
    next?.querySelector("a, button")?.focus({ preventScroll: true });
  }

  wait(number) {
    this.waiting = number;
    this.onWaiting(number);
  }
}
