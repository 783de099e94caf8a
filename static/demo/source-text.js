/**
 * A source's text as running text and tables, with where in it each begins. Pure, and linear in the text's length.
 *
 * @typedef {{text: string, start: number}} Piece
 * @typedef {{text: string, start: number, rows?: undefined} | {rows: Piece[][]}} Part
 */

/** @param {string} content @returns {Part[]} */
export function parts(content) {
  let start = 0;
  const lines = content.split("\n").map((text) => {
    const line = { text, start };
    start += text.length + 1;
    return line;
  });
  /** @type {Part[]} */
  const found = [];
  for (let at = 0; at < lines.length; ) {
    let to = at;
    if (isRow(lines[at]) && isRule(lines[at + 1])) {
      for (to = at + 2; isRow(lines[to]); ) to += 1;
      found.push({ rows: lines.slice(at, to).filter((_, n) => n !== 1).map(cells) });
    } else {
      do to += 1;
      while (to < lines.length && !(isRow(lines[to]) && isRule(lines[to + 1])));
      const text = content.slice(lines[at].start, lines[to]?.start ?? content.length);
      const lead = text.length - text.trimStart().length;
      if (text.trim()) found.push({ text: text.trim(), start: lines[at].start + lead });
    }
    at = to;
  }
  return found;
}

/** A text for a few lines: a table's rows with a dot between their cells. @param {string} content */
export function flat(content) {
  const row = (/** @type {Piece[]} */ pieces) => `${pieces.map((piece) => piece.text).join(" · ")};`;
  return parts(content).flatMap((part) => (part.rows ? part.rows.map(row) : part.text)).join("\n");
}

/** @param {Piece | undefined} line */
function isRow(line) {
  const text = line?.text.trim() ?? "";
  return text.length > 2 && text.startsWith("|") && text.endsWith("|");
}

/** @param {Piece | undefined} line */
function isRule(line) {
  return isRow(line) && /^[-:| \t]+$/.test(line?.text ?? "");
}

/** @param {Piece} line @returns {Piece[]} */
function cells({ text, start }) {
  const whole = text.trim();
  let at = start + text.indexOf("|") + 1;
  return whole.slice(1, -1).split("|").map((cell) => {
    const piece = { text: cell.trim(), start: at + cell.length - cell.trimStart().length };
    at += cell.length + 1;
    return piece;
  });
}
