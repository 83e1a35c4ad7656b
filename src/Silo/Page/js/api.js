// Requests to the service that this page came from.

import { t } from "./text.js";

/** What went wrong, in words for people. */
export class Problem extends Error {
  constructor(status, title, detail) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.detail = detail;
  }
}

/** An absolute address without credentials: a page that was opened as https://x:key@host/ cannot fetch relative ones. */
export function address(path, params) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(params ?? {}))
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== "") url.searchParams.append(name, one);
  return url;
}

export function get(path, params) {
  return request("GET", address(path, params));
}

export function send(method, path, body) {
  return request(method, address(path), body);
}

/** @returns parsed JSON, or null for an answer without a body. @throws {Problem} */
async function request(method, url, body) {
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: body === undefined ? { accept: "application/json" } : { accept: "application/json", "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, t("problem.unreachable"));
  }
  const json = await jsonOf(response);
  if (!response.ok) throw problemOf(response.status, json);
  // The sign-in page of a proxy, for example.
  if (json === null && await response.text().catch(() => "cut off") !== "") throw new Problem(response.status, t("problem.between"));
  return json;
}

const jsonOf = async response => /[/+]json/.test(response.headers.get("content-type") ?? "") ? response.json().catch(() => null) : null;

/** Why the service refuses a stream, which EventSource does not say; empty: it does not refuse it, or does not answer. */
export async function refusalOf(url) {
  const stop = new AbortController();
  try {
    const response = await fetch(url, { signal: stop.signal });
    return response.ok ? "" : problemOf(response.status, await jsonOf(response)).message;
  } catch {
    return "";
  } finally {
    stop.abort();
  }
}

function problemOf(status, json) {
  const known = { 401: "problem.key", 403: "problem.rights", 429: "problem.busy", 503: "problem.storage" }[status];
  const errors = [json?.errors ?? []].flat().map(error => error.detail ?? error.message ?? error.error).filter(Boolean).join(" "); // The detail has them in it.
  const problem = new Problem(status, json?.title ?? t("problem.status", { status }), [known && t(known), json?.detail || errors].filter(Boolean).join(" "));
  problem.body = json; // POST /notifications/test answers 502 with what each destination said.
  return problem;
}
