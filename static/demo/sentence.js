/** Which sentence of a source an answer's sentence rests on. Pure. */

const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’.-]*/gu;
const COMMON = new Set("a an and are as at be by for from has in is it of on or that the this to was with you your".split(" "));

/** The sentence that a marker closes: the last one of the text before it. @param {string} before @returns {string} */
export function claim(before) {
  const plain = before.replace(/\s*\[\d{1,3}\]/g, "").replace(/[\s.!?]+$/, "");
  const start = Math.max(...[...plain.slice(-600).matchAll(/[.!?]\s|\n/g)].map((m) => m.index + m[0].length), 0);
  return plain.slice(-600).slice(start).trim();
}

/** Where in the source the best sentence stands: [from, to], or null where none has anything to do with the claim.
 * @param {string} content @param {string} text @returns {[number, number] | null} */
export function support(content, text) {
  const wanted = words(text);
  if (!wanted.size) return null;
  let best = null;
  let most = 0;
  for (const [from, to] of sentences(content)) {
    const own = words(content.slice(from, to));
    let shared = 0;
    for (const word of wanted) if (own.has(word)) shared += 1;
    const score = (2 * shared) / (wanted.size + own.size);
    if (score > most) {
      most = score;
      best = /** @type {[number, number]} */ ([from, to]);
    }
  }
  return most >= 0.2 ? best : null;
}

/** A text's sentences and lines as [from, to]. @param {string} text @returns {[number, number][]} */
export function sentences(text) {
  /** @type {[number, number][]} */
  const found = [];
  let from = 0;
  for (const end of text.matchAll(/[.!?…]["”’)*_]*(?=\s)|\n|$/g)) {
    const to = end.index + end[0].length;
    const lead = text.slice(from, to).search(/\S/);
    if (lead >= 0) found.push([from + lead, from + text.slice(from, to).trimEnd().length]);
    from = to;
  }
  return found;
}

function words(text) {
  const all = (text.toLowerCase().match(WORD) ?? []).map((word) => word.replace(/[.'’-]+$/, ""));
  const telling = all.filter((word) => !COMMON.has(word));
  return new Set(telling.length ? telling : all);
}
