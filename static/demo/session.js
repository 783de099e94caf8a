/** Which session this page shows, and what it remembers over a reload. A link's session goes before the one kept. */

const PREFIX = "orchestratai.";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The session that the page's address names, or else the one kept from before. */
export function sessionFromPage() {
  const named = new URLSearchParams(location.hash.slice(1)).get("session");
  const id = named ?? preference("session");
  return id && UUID.test(id) ? id : undefined;
}

/** Keep the session over a reload, here and in the address if that names one. @param {string} id */
export function keepSession(id) {
  prefer("session", id);
  if (location.hash.includes("session=")) history.replaceState(null, "", `#session=${id}`);
}

/** An address that opens the session elsewhere. The id stays after the `#`, so no server logs it. @param {string} id */
export function link(id) {
  return `${location.origin}${location.pathname}#session=${id}`;
}

/** @param {string} name @returns {string | null} */
export function preference(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // storage is off
  }
}

/** @param {string} name @param {string} value */
export function prefer(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // storage is off: it lasts as long as the page
  }
}

/** This tab's storage, or one that forgets with the page. @returns {Storage} */
export function tabStorage() {
  try {
    sessionStorage.getItem(PREFIX);
    return sessionStorage;
  } catch {
    const kept = new Map();
    const getItem = (name) => kept.get(name) ?? null;
    return /** @type {any} */ ({ getItem, setItem: (n, v) => kept.set(n, v), removeItem: (n) => kept.delete(n) });
  }
}
