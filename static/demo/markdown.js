/**
 * Markdown as a list of blocks: paragraphs, headings, lists, quotes, code, tables, rules. Pure. HTML is text.
 *
 * A block knows where in the text it begins and whether more text could still change it, so that a growing answer needs
 * only its last block read again.
 *
 * @typedef {{type: "p"|"h"|"list"|"quote"|"pre"|"table"|"hr", start: number, text?: string, level?: number,
 *   ordered?: boolean, first?: number, items?: Block[][], blocks?: Block[], language?: string, rows?: string[][]}} Block
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(\S.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^( {0,3})([-*+•]|\d{1,9}[.)])(\s+)(?=\S)/;
const QUOTE = /^ {0,3}> ?/;
const ROW = /^\s*\|.*\|\s*$/;
const DIVIDER = /^\s*\|(?:\s*:?-+:?\s*\|)+\s*$/;
const MAX_DEPTH = 5;
const MAX_COLUMNS = 20;

/** @param {string} text @param {number} [depth] @returns {Block[]} */
export function blocks(text, depth = 0) {
  const lines = text.split("\n");
  const starts = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length + 1;
  }
  /** @type {Block[]} */
  const found = [];
  let at = 0;
  while (at < lines.length) {
    if (!lines[at].trim()) {
      at += 1;
      continue;
    }
    const [block, next] = read(lines, at, depth);
    found.push({ ...block, start: starts[at] });
    at = next;
  }
  return found;
}

/** How many of the blocks no later text can change: those followed by one whose first line is whole. */
export function settled(found, text) {
  const last = found.at(-1);
  if (!last) return 0;
  return text.indexOf("\n", last.start) < 0 ? Math.max(0, found.length - 2) : found.length - 1;
}

function read(lines, at, depth) {
  const line = lines[at];
  const fence = FENCE.exec(line);
  if (fence) return readFence(lines, at, fence);
  const heading = HEADING.exec(line);
  if (heading) return [{ type: "h", level: heading[1].length, text: heading[2] }, at + 1];
  if (RULE.test(line)) return [{ type: "hr" }, at + 1];
  if (ROW.test(line) && DIVIDER.test(lines[at + 1] ?? "")) return readTable(lines, at);
  if (depth < MAX_DEPTH && QUOTE.test(line)) return readQuote(lines, at, depth);
  if (depth < MAX_DEPTH && ITEM.test(line)) return readList(lines, at, depth);
  return readParagraph(lines, at, depth);
}

function readFence(lines, at, fence) {
  const body = [];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const close = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(lines[next]);
    if (close && close[1][0] === fence[1][0] && close[1].length >= fence[1].length) {
      next += 1;
      break;
    }
    body.push(lines[next]);
  }
  return [{ type: "pre", language: fence[2], text: body.join("\n") }, next];
}

function readTable(lines, at) {
  const rows = [cells(lines[at])];
  let next = at + 2;
  while (next < lines.length && ROW.test(lines[next])) rows.push(cells(lines[next++]));
  return [{ type: "table", rows }, next];
}

function cells(line) {
  const inner = line.trim().slice(1, -1);
  return inner.split(/(?<!\\)\|/, MAX_COLUMNS).map((cell) => cell.trim());
}

function readQuote(lines, at, depth) {
  const body = [];
  let next = at;
  while (next < lines.length && QUOTE.test(lines[next])) body.push(lines[next++].replace(QUOTE, ""));
  return [{ type: "quote", blocks: blocks(body.join("\n"), depth + 1) }, next];
}

function readList(lines, at, depth) {
  const first = ITEM.exec(lines[at]);
  const ordered = /\d/.test(first[2]);
  const kind = (marker) => (/\d/.test(marker) ? "1" + marker.at(-1) : marker);
  const bodies = [];
  let next = at;
  while (next < lines.length) {
    const item = ITEM.exec(lines[next]);
    if (!item || kind(item[2]) !== kind(first[2]) || RULE.test(lines[next])) break;
    const [body, after] = readItem(lines, next, item);
    bodies.push(body);
    next = after;
    while (next < lines.length && !lines[next].trim()) next += 1; // blank lines between items
  }
  const items = bodies.map((body) => blocks(body.join("\n"), depth + 1));
  return [{ type: "list", ordered, first: ordered ? parseInt(first[2], 10) : 1, items }, next];
}

function readItem(lines, at, item) {
  const indent = item[0].length;
  const body = [lines[at].slice(indent)];
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next];
    const own = line.length - line.trimStart().length;
    if (!line.trim()) {
      const more = lines.slice(next + 1, next + 3).find((each) => each.trim());
      if (more === undefined || more.length - more.trimStart().length < Math.min(indent, 2)) break;
      body.push("");
    } else if (own >= Math.min(indent, 2)) body.push(line.slice(Math.min(own, indent)));
    else if (begins(line) || !lines[next - 1].trim()) break;
    else body.push(line); // a lazy line goes on with the item's paragraph
  }
  return [body, next];
}

function readParagraph(lines, at, depth) {
  const body = [lines[at]];
  let next = at + 1;
  while (next < lines.length && lines[next].trim() && !begins(lines[next], depth)) body.push(lines[next++]);
  return [{ type: "p", text: body.map((line) => line.replace(/^\s+/, "")).join("\n") }, next];
}

function begins(line, depth = 0) {
  if (FENCE.test(line) || HEADING.test(line) || RULE.test(line)) return true;
  return depth < MAX_DEPTH && (QUOTE.test(line) || ITEM.test(line));
}
