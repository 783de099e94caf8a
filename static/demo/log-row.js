/** One retrieval log as a row that opens to show what lies beneath. */

import { badge } from "./agents.js";
import { css, el, icon } from "./dom.js";
import { bare, count, duration, percent, place } from "./format.js";
import { safeUrl } from "./inline.js";

export const TYPES = { routing: "Routing", cache: "Cache", vector_search: "Search", documents: "Evidence" };
const STATUS = { success: "Succeeded", warning: "Warning", error: "Failed" };
const SIGNS = { success: "check", warning: "warning", error: "error" };

/** @param {any} log @param {number} ms since the question */
export function row(log, ms) {
  const summary = el(
    "summary",
    {},
    el("span", { class: "row-sign" }, icon(log.type)),
    el(
      "span",
      { class: "row-text" },
      el("span", { class: "row-type" }, TYPES[log.type] ?? log.type),
      el("bdi", { class: "row-title" }, log.title),
    ),
    el("span", { class: "row-status", role: "img", "aria-label": STATUS[log.status] ?? log.status }, icon(SIGNS[log.status])),
    el("time", { class: "row-time" }, `+${duration(ms)}`),
  );
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(beneath(log));
  });
  const props = { class: `row type-${log.type}`, "data-type": log.type, "data-status": log.status, "data-ms": String(ms) };
  return el("li", props, details);
}

function beneath(log) {
  const facts = { routing, vector_search: search, cache, documents }[log.type]?.(log.data) ?? [];
  const chunks = (log.chunks ?? []).map(chunk);
  return el(
    "div",
    { class: "row-body" },
    el("dl", {}, ...facts.filter(([, value]) => value !== undefined).flatMap(([term, value]) => fact(term, value))),
    chunks.length > 0 && el("ol", { class: "chunks" }, ...chunks),
  );
}

function fact(term, value) {
  return [el("dt", {}, term), el("dd", {}, value instanceof Node ? value : el("bdi", {}, String(value)))];
}

function routing(data) {
  const sure = (each) => el("span", {}, badge(each.target_agent), " ", percent(each.confidence));
  return [
    ["Goes to", sure(data)],
    ["Runner-up", data.runner_up ? sure(data.runner_up) : "none"],
    ["Intent", data.intent],
    ["Reason", data.reasoning],
  ];
}

function search(data) {
  return [
    ["Looked up", data.query],
    ["Collection", data.collection],
    ["Found", `${count(data.chunks_retrieved)} in ${duration(data.latency)}`],
  ];
}

function cache(data) {
  return [
    ["Result", data.status === "hit" ? `Hit, ${data.kind ?? "exact"}` : "Miss"],
    ["Nearest", data.similarity === undefined ? undefined : `${percent(data.similarity)} similar`],
    ["Hit rate", percent(data.hit_rate)],
    ["Answers kept", count(data.size)],
  ];
}

const VERDICTS = {
  answerable: "The evidence suffices",
  partial: "It answers a part",
  underspecified: "The question leaves open what is meant",
  unanswerable: "It is not in the documents",
};

function documents(data) {
  const pages = (data.sources ?? []).map((url) => el("li", {}, address(url)));
  return [
    ["Verdict", VERDICTS[data.verdict] ?? data.verdict],
    ["Pages", pages.length ? el("ul", { class: "pages" }, ...pages) : "none"],
  ];
}

/** A page's address as a link, where following it can do no harm. @param {string} url */
export function address(url) {
  const href = safeUrl(url);
  const text = el("bdi", {}, place(url));
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text) : text;
}

function chunk({ content, similarity, source, metadata = {} }) {
  const bar = el("span", { class: "bar", "aria-hidden": "true" });
  css(bar, "--share", String(similarity));
  const title = [metadata.title, metadata.heading].filter(Boolean).join(" › ") || place(source);
  const text = bare(content);
  return el(
    "li",
    { class: "chunk" },
    el("div", { class: "chunk-head" }, el("bdi", { class: "chunk-title" }, title), bar, el("span", {}, percent(similarity))),
    el("p", { class: "chunk-text", dir: "auto" }, text.length > 320 ? `${text.slice(0, 320).trimEnd()}…` : text),
  );
}

