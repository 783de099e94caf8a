/** Figures as people read them. Pure. */

/** 7 → "7 ms", 1234 → "1.23 s". @param {number} ms */
export function duration(ms) {
  if (ms < 1) return "<1 ms";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
}

/** 0.914 → "91%", 0.001 → "<1%"; only what is certain is 100, only what is nothing is 0. @param {number} unit 0..1 */
export function percent(unit) {
  if (unit > 0 && unit < 0.005) return "<1%";
  return `${Math.min(Math.round(unit * 100), unit < 1 ? 99 : 100)}%`;
}

/** 0 → "$0", 0.00042 → "$0.00042". @param {number} usd */
export function money(usd) {
  if (usd === 0) return "$0";
  return usd < 0.01 ? `$${Number(usd.toPrecision(2))}` : `$${usd.toFixed(2)}`;
}

/** 12345 → "12,345". By hand: the first `toLocaleString` of a page takes 30 ms. @param {number} whole */
export function count(whole) {
  return String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The beginning of a text, cut between words. @param {string} text @param {number} most characters */
export function beginning(text, most) {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  const space = cut.lastIndexOf(" ");
  return `${(space > most * 0.8 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

/** Markdown's text without its most frequent signs. @param {string} text */
export function bare(text) {
  return text.replace(/\*\*([^*\n]+)\*\*|`([^`\n]+)`/g, "$1$2");
}

/** A page's address without its scheme, for people. @param {string} url */
export function place(url) {
  return url.replace(/^https?:\/\//, "").replace(/\/$/, "");
}
