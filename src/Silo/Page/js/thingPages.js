// Reads a page of the list. With a filter the service looks at 2,000 things in a request, so a page may take several.

import { get } from "./api.js";

const PAGE = 100;
const LONGEST_MS = 8000; // Then somebody decides whether to look on.
const LOOKED_AT = 2000;

/**
 * @param where what route.current() says
 * @param {(looked: number, items: object[]) => void} onProgress what is found so far
 * @param {() => boolean} wanted false: somebody asked for something else meanwhile
 * @returns {Promise<{items: object[], next: string?, looked: number, stopped: boolean}>}
 */
export async function readPage(where, onProgress, wanted) {
  const filter = { status: where.status, attribute: where.attribute };
  // Whoever types the whole name sees it at once, also among ten million.
  const exact = where.q && !where.page ? get("/devices", { ...filter, thingName: where.q }).catch(() => null) : null;
  const items = (await exact)?.items ?? [];
  const known = new Set(items.map(item => item.thingName));
  let cursor = where.page ?? null;
  const end = performance.now() + LONGEST_MS;
  let looked = 0;
  for (;;) {
    const answer = await get("/devices", { ...filter, prefix: where.q, cursor, limit: PAGE - items.length });
    items.push(...answer.items.filter(item => !known.has(item.thingName)));
    cursor = answer.nextCursor;
    looked += LOOKED_AT;
    if (cursor === null || items.length >= PAGE || !wanted()) return { items, next: cursor, looked, stopped: false };
    if (performance.now() > end) return { items, next: cursor, looked, stopped: true };
    onProgress(looked, [...items]);
  }
}
