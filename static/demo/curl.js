/** The command line that would do what the page does. Pure. */

/** A word for a POSIX shell. @param {string} text */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** @param {string} origin @param {string} sessionId @param {string} message */
export function askLine(origin, sessionId, message) {
  const body = JSON.stringify({ message, session_id: sessionId });
  return `curl ${quote(`${origin}/api/chat`)} -H 'Content-Type: application/json' -H 'Prefer: respond-async' -d ${quote(body)}`;
}

/** @param {string} origin @param {string} sessionId @param {string} after */
export function followLine(origin, sessionId, after) {
  return `curl -N ${quote(`${origin}/api/session/${sessionId}/events?after=${after}`)}`;
}
