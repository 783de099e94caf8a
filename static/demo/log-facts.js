/**
 * What a retrieval log says beneath its title, as terms and values. A field that is not known here is shown all the
 * same, under its own name, so that a newer server's logs lose nothing.
 *
 * @typedef {[term: string, value: Node | string | undefined]} Fact  a fact without a value is left out
 */

import { AGENTS, badge } from "./agents.js";
import { css, el } from "./dom.js";
import { beginning, count, duration, percent, place } from "./format.js";
import { safeUrl } from "./inline.js";

const MOST = 12; // of a list's or an object's parts shown
const LONGEST = 400; // characters of a value shown
const DEEPEST = 2;

const VERDICTS = {
  answerable: "The evidence suffices",
  partial: "It answers a part",
  underspecified: "The question leaves open what is meant",
  unanswerable: "It is not in the documents",
};
const HITS = { exact: "Hit: the same question", semantic: "Hit: the same question in other words" };

/** What each type's known fields say. @type {Record<string, {fields: string[], tell: (data: any) => Fact[]}>} */
const KNOWN = {
  routing: { fields: ["target_agent", "confidence", "runner_up", "intent", "reasoning"], tell: routing },
  vector_search: { fields: ["query", "collection", "chunks_retrieved", "latency"], tell: search },
  cache: { fields: ["status", "kind", "similarity", "hit_rate", "size"], tell: cache },
  documents: { fields: ["verdict", "reasoning", "sources"], tell: documents },
};

/** @param {any} log @returns {[string, Node | string][]} */
export function facts({ type, data = {} }) {
  const { fields, tell } = KNOWN[type] ?? { fields: [], tell: () => [] };
  const others = Object.keys(data).filter((name) => !fields.includes(name));
  const all = [...tell(data), ...others.map((name) => /** @type {Fact} */ ([words(name), value(data[name])]))];
  return /** @type {[string, Node | string][]} */ (all.filter(([, each]) => each !== undefined && each !== ""));
}

/** A page's address as a link, where following it can do no harm. @param {string} url */
export function address(url) {
  const href = safeUrl(url);
  const text = el("bdi", {}, place(url));
  return href ? el("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text) : text;
}

/** A share of one as a bar; its figure stands beside it. @param {number} share 0..1 */
export function bar(share) {
  const element = el("span", { class: "bar", "aria-hidden": "true" });
  css(element, "--share", String(share));
  return element;
}

/** @returns {Fact[]} */
function routing(data) {
  return [
    ["Goes to", sure(data)],
    ["Runner-up", data.runner_up ? sure(data.runner_up) : "none"],
    ["Intent", data.intent],
    ["Reason", data.reasoning],
  ];
}

/** @returns {Fact[]} */
function search(data) {
  return [
    ["Looked up", data.query],
    ["Collection", data.collection],
    ["Found", `${count(data.chunks_retrieved)} in ${duration(data.latency)}`],
  ];
}

/** @returns {Fact[]} */
function cache({ status, kind, similarity, hit_rate, size }) {
  const near = similarity === undefined ? undefined : el("span", { class: "near" }, bar(similarity), percent(similarity));
  return [
    ["Result", status === "hit" ? (HITS[kind ?? "exact"] ?? `Hit: ${kind}`) : "Miss: nothing asked before serves"],
    [status === "hit" ? "Likeness" : "Nearest", near],
    ["Hit rate", percent(hit_rate)],
    ["Answers kept", count(size)],
  ];
}

/** @returns {Fact[]} */
function documents({ verdict, reasoning, sources = [] }) {
  const pages = sources.map((url) => el("li", {}, address(url)));
  return [
    ["Verdict", VERDICTS[verdict] ?? verdict],
    ["Reason", reasoning],
    ["Pages", pages.length ? el("ul", { class: "pages" }, ...pages) : "none"],
  ];
}

function sure({ target_agent, confidence }) {
  return el("span", {}, badge(target_agent), " ", percent(confidence));
}

/** A field's name as words: `dropped_markers` → "Dropped markers". @param {string} name */
function words(name) {
  const spaced = beginning(name.replace(/[_-]+/g, " ").trim(), 60);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** Any JSON value for people to read; undefined where it says nothing. @returns {Node | string | undefined} */
function value(of, depth = 0) {
  if (of === null || of === undefined) return undefined;
  if (typeof of === "boolean") return of ? "yes" : "no";
  if (typeof of === "number") return Number.isInteger(of) ? count(of) : String(Number(of.toPrecision(4)));
  if (typeof of === "string") return Object.hasOwn(AGENTS, of) ? badge(of) : beginning(of, LONGEST);
  if (depth >= DEEPEST) return beginning(JSON.stringify(of), LONGEST);
  return Array.isArray(of) ? list(of, depth) : object(of, depth);
}

function list(all, depth) {
  if (all.length === 0) return "none";
  const shown = all.slice(0, MOST).map((each) => value(each, depth + 1) ?? "–");
  if (all.length > MOST) shown.push(`and ${count(all.length - MOST)} more`);
  if (shown.every((each) => typeof each === "string" && each.length < 20)) return shown.join(", ");
  return el("ul", { class: "pages" }, ...shown.map((each) => el("li", {}, plain(each))));
}

function object(of, depth) {
  if (of.target_agent !== undefined && typeof of.confidence === "number") return sure(of);
  const pairs = Object.entries(of).slice(0, MOST);
  const told = pairs.map(([name, each]) => el("li", {}, `${words(name)}: `, plain(value(each, depth + 1) ?? "–")));
  return told.length ? el("ul", { class: "pages" }, ...told) : undefined;
}

/** What comes from documents may be written from right to left: it keeps to itself. */
export function plain(each) {
  return each instanceof Node ? each : el("bdi", {}, String(each));
}
