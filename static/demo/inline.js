/**
 * Markdown inside a block as a tree: emphasis, code, links, citations. Pure, and linear in the text's length. HTML is
 * text, and a link that is not http, https or mailto stays the text it is.
 *
 * @typedef {{t: "text"|"code", v: string} | {t: "strong"|"em"|"del", c: Inline[]} | {t: "link", href: string, c: Inline[]}
 *   | {t: "cite", n: number} | {t: "br"}} Inline
 */

const SPECIAL = /[\\`*_~[\n]/g;
const ESCAPABLE = /[\\`*_~[\](){}#+\-.!|<>]/;
const WORD = /[\p{L}\p{N}]/u;
const CITE = /\[([1-9][0-9]{0,2})\]/y;
const MAX_DEPTH = 6;
const MAX_LABEL = 500;
const MAX_URL = 2000;

/** The address if following it can do no harm, else null. @param {string} url */
export function safeUrl(url) {
  try {
    const { protocol, href } = new URL(url);
    return protocol === "https:" || protocol === "http:" || protocol === "mailto:" ? href : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} source @param {boolean} [open] the text may go on: what is begun and not closed counts as meant
 * @param {number} [depth] @returns {Inline[]}
 */
export function inline(source, open = false, depth = 0) {
  /** @type {Inline[]} */
  const out = [];
  const hopeless = new Set(); // delimiters that nothing closes from here on
  let text = "";
  let at = 0;
  const push = (node) => {
    if (text) out.push({ t: "text", v: text });
    text = "";
    out.push(node);
  };
  while (at < source.length) {
    SPECIAL.lastIndex = at;
    const found = SPECIAL.exec(source)?.index ?? source.length;
    text += source.slice(at, found);
    at = found;
    if (at >= source.length) break;
    const taken = take(source, at, { open, depth, hopeless, before: source[at - 1] ?? " " });
    if (taken?.node) push(taken.node);
    else text += taken ? taken.text : source[at];
    at = taken ? taken.to : at + 1;
  }
  if (text) out.push({ t: "text", v: text });
  return out;
}

/** What begins at a special character, or null where it is only itself. */
function take(source, at, context) {
  const char = source[at];
  if (char === "\n") return hardBreak(source, at);
  if (char === "\\") {
    return ESCAPABLE.test(source[at + 1] ?? "") ? { text: source[at + 1], to: at + 2 } : null;
  }
  if (char === "`") return code(source, at, context);
  if (char === "[") return cite(source, at) ?? link(source, at, context);
  return emphasis(source, at, context);
}

function hardBreak(source, at) {
  const hard = source.slice(at - 2, at) === "  ";
  return hard ? { node: { t: "br" }, to: at + 1 } : { text: " ", to: at + 1 };
}

function code(source, at, { open, hopeless }) {
  const ticks = /^`+/.exec(source.slice(at, at + 32))[0];
  const begin = at + ticks.length;
  let end = hopeless.has(ticks) ? -1 : source.indexOf(ticks, begin);
  while (end >= 0 && source[end + ticks.length] === "`") {
    let past = end;
    while (source[past] === "`") past += 1;
    end = source.indexOf(ticks, past);
  }
  if (end < 0) hopeless.add(ticks);
  if (end < 0 && (!open || begin >= source.length)) return { text: ticks, to: begin };
  const body = source.slice(begin, end < 0 ? undefined : end).replace(/\n/g, " ");
  const trimmed = /^ .*[^ ].* $/.test(body) ? body.slice(1, -1) : body;
  return { node: { t: "code", v: trimmed }, to: end < 0 ? source.length : end + ticks.length };
}

function cite(source, at) {
  CITE.lastIndex = at;
  const match = CITE.exec(source);
  if (!match || source[CITE.lastIndex] === "(") return null;
  return { node: { t: "cite", n: Number(match[1]) }, to: CITE.lastIndex };
}

function link(source, at, { depth }) {
  if (depth >= MAX_DEPTH) return null;
  const middle = source.slice(at, at + MAX_LABEL).indexOf("](");
  if (middle < 0) return null;
  const begin = at + middle + 2;
  const rest = source.slice(begin, begin + MAX_URL);
  const end = rest.indexOf(")");
  const line = rest.indexOf("\n");
  if (end < 0 || (line >= 0 && line < end)) return null;
  const href = safeUrl(rest.slice(0, end).trim().split(/\s+"/)[0]);
  if (!href) return { text: source.slice(at, begin + end + 1), to: begin + end + 1 };
  const c = inline(source.slice(at + 1, at + middle), false, MAX_DEPTH);
  return { node: { t: "link", href, c }, to: begin + end + 1 };
}

function emphasis(source, at, { open, depth, hopeless, before }) {
  const char = source[at];
  const delimiter = source[at + 1] === char ? char + char : char;
  const begin = at + delimiter.length;
  const literal = { text: delimiter, to: begin };
  if (delimiter === "~" || depth >= MAX_DEPTH || hopeless.has(delimiter)) return literal;
  if (!/\S/.test(source[begin] ?? " ") || (char === "_" && WORD.test(before))) return literal;
  let end = closing(source, begin + 1, delimiter);
  const begun = open && delimiter === "**";
  if (end < 0 && !begun) {
    hopeless.add(delimiter);
    return literal;
  }
  if (end < 0) end = source.length;
  const t = delimiter === "~~" ? "del" : delimiter.length === 2 ? "strong" : "em";
  const c = inline(source.slice(begin, end), open, depth + 1);
  return { node: { t, c }, to: Math.min(end + delimiter.length, source.length) };
}

function closing(source, from, delimiter) {
  const char = delimiter[0];
  for (let end = source.indexOf(delimiter, from); end >= 0; end = source.indexOf(delimiter, end + 1)) {
    const single = delimiter.length === 1;
    while (!single && source[end + 2] === char) end += 1; // of `***` the last two close
    const after = source[end + delimiter.length] ?? " ";
    if (single && (after === char || source[end - 1] === char)) {
      end += after === char ? 1 : 0;
      continue;
    }
    if (/\s/.test(source[end - 1]) || (char === "_" && WORD.test(after))) continue;
    return end;
  }
  return -1;
}
