/** One retrieval log as a row that opens to show what lies beneath. */

import { el, icon } from "./dom.js";
import { bare, beginning, duration, percent, place } from "./format.js";
import { bar, facts, plain } from "./log-facts.js";

export const TYPES = { routing: "Routing", cache: "Cache", vector_search: "Search", documents: "Evidence" };
const STATUS = { success: "Succeeded", warning: "Warning", error: "Failed" };
const SIGNS = { success: "check", warning: "warning", error: "error" };

/** Whether a log tells of something that went wrong. @param {any} log */
export function amiss({ status }) {
  return status === "warning" || status === "error";
}

/** @param {any} log @param {number} ms since the question */
export function row(log, ms) {
  const summary = el(
    "summary",
    {},
    icon(log.type),
    el("span", { class: "row-type" }, TYPES[log.type] ?? log.type, ...aside(log)),
    el("bdi", { class: "row-title" }, log.title),
    status(log),
    el("time", { class: "row-time" }, `+${duration(ms)}`),
  );
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(beneath(log));
  });
  const props = { class: `row type-${log.type}`, "data-type": log.type, "data-status": log.status, "data-ms": String(ms) };
  return el("li", props, details);
}

/** Success is a sign; what went wrong is said in a word as well. */
function status(log) {
  const said = STATUS[log.status] ?? log.status;
  const sign = icon(SIGNS[log.status] ?? "check");
  if (amiss(log)) return el("span", { class: "row-status" }, sign, said);
  sign.setAttribute("class", "icon row-status");
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", said);
  sign.removeAttribute("aria-hidden");
  return sign;
}

/** What sets a row of its type apart, beside the type. */
function aside({ type, data }) {
  if (type !== "cache" || data.status !== "hit") return [];
  if (data.kind !== "semantic") return [el("span", { class: "row-aside" }, "the same question")];
  return [el("span", { class: "row-aside" }, `in other words, ${percent(data.similarity ?? 0)} alike`)];
}

function beneath(log) {
  const terms = facts(log).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, plain(value))]);
  const chunks = (log.chunks ?? []).map(chunk);
  return el(
    "div",
    { class: "row-body" },
    terms.length > 0 && el("dl", {}, ...terms),
    chunks.length > 0 && el("ol", { class: "chunks" }, ...chunks),
  );
}

function chunk({ content, similarity, source, metadata = {} }) {
  const title = [metadata.title, metadata.heading].filter(Boolean).join(" › ") || place(source);
  return el(
    "li",
    { class: "chunk" },
    el(
      "div",
      { class: "chunk-head" },
      el("bdi", { class: "chunk-title" }, title),
      bar(similarity),
      el("span", {}, percent(similarity)),
    ),
    el("p", { class: "chunk-text", dir: "auto" }, beginning(bare(content), 320)),
  );
}
