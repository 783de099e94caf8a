/** The command line that would do what the page does. Pure. */

/** A word for a POSIX shell. @param {string} text */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Where the server asks for a key, the lines take it from a variable, so that it is neither shown nor copied. */
const AUTHORISED = ` -H "Authorization: Bearer $ORCHESTRATAI_KEY"`;

/** @param {string} origin @param {string} sessionId @param {string} message @param {boolean} [keyed] */
export function askLine(origin, sessionId, message, keyed = false) {
  const body = JSON.stringify({ message, session_id: sessionId });
  const headers = ` -H 'Content-Type: application/json' -H 'Prefer: respond-async'${keyed ? AUTHORISED : ""}`;
  return `curl ${quote(`${origin}/api/chat`)}${headers} -d ${quote(body)}`;
}

/** @param {string} origin @param {string} sessionId @param {string} after @param {boolean} [keyed] */
export function followLine(origin, sessionId, after, keyed = false) {
  return `curl -N ${quote(`${origin}/api/session/${sessionId}/events?after=${after}`)}${keyed ? AUTHORISED : ""}`;
}
