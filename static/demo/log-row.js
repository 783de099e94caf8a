/** One retrieval log as a row that opens to show what lies beneath. */

import { el, icon } from "./dom.js";
import { bare, beginning, duration, percent, place } from "./format.js";
import { bar, facts, plain } from "./log-facts.js";
import { flat } from "./source-text.js";

export const TYPES = { routing: "Routing", cache: "Cache", vector_search: "Search", documents: "Evidence" };
const STATUS = { success: "Succeeded", warning: "Warning", error: "Failed" };
const SIGNS = { success: "check", warning: "warning", error: "error" };

const FINDINGS = { partial: "In part", underspecified: "Unclear", unanswerable: "Not found" };

/** Whether a log tells of something that went wrong; that the documents do not say it all is a finding. @param {any} log */
export function amiss(log) {
  return log.status === "error" || (log.status === "warning" && !finding(log));
}

/** What a step found, where its "warning" means that it worked and found less than was asked for. @param {any} log */
function finding({ type, status, data = {}, chunks }) {
  if (status !== "warning") return "";
  if (data.warning) return "";
  if (type === "documents") return FINDINGS[data.verdict] ?? "";
  return type === "vector_search" && !chunks?.length ? "Nothing found" : "";
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
    el("time", { class: "row-time" }, ms < 1 ? duration(ms) : `+${duration(ms)}`),
  );
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(beneath(log));
  });
  const props = { class: `row type-${log.type}`, "data-type": log.type, "data-status": log.status, "data-ms": String(ms) };
  return el("li", { ...props, "data-amiss": amiss(log) }, details);
}

/** Success is a sign; what was found wanting is said in a word, what went wrong in both. */
function status(log) {
  const found = finding(log);
  if (found) return el("span", { class: "row-status row-finding" }, found);
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
  if (data.kind !== "semantic") return [" ", el("span", { class: "row-aside" }, "the same question")];
  return [" ", el("span", { class: "row-aside" }, `in other words, ${percent(data.similarity ?? 0)} alike`)];
}

function beneath(log) {
  const terms = facts(log).flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, plain(value))]);
  const chunks = (log.chunks ?? []).map(chunk);
  return el(
    "div",
    { class: "row-body" },
    terms.length > 0 && el("dl", {}, ...terms),
    chunks.length > 0 && el("p", { class: "chunks-note" }, "In the order of their rank; the bars are their nearness in meaning."),
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
    el("p", { class: "chunk-text", dir: "auto" }, beginning(flat(bare(content)), 320)),
  );
}
