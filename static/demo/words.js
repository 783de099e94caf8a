/** What went wrong, in the person's words, with what to do. Pure. */

import { beginning } from "./format.js";

const TURNING = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g; // marks that would turn our own words around as well
const LONGEST = 300;

const SAYINGS = {
  network: "The server cannot be reached. Check your connection, then try again.",
  rate_limited: "That was a lot of questions at once.",
  queue_full: "Several questions are waiting in this conversation already. Wait for an answer, then try again.",
  too_many_runs: "You have many questions waiting already. Wait for an answer, then try again.",
  too_many_streams: "This conversation is open in too many windows. Close some of them.",
  overloaded: "The server has more to do than it can. Try again in a little while.",
  session_busy: "An answer is still being written. Wait for it or stop it, then try again.",
  session_not_found: "This conversation no longer exists. Start a new one to go on.",
  unauthorized: "This server asks for a key, and none came or it is not valid. Start a new conversation, or reload the page, to enter one.",
  payload_too_large: "That message is too long. Shorten it to 2,000 characters.",
  validation_error: "The message could not be accepted",
  idempotency_conflict: "This question was already sent in other words. Send it once more as a new one.",
  shutting_down: "The server is restarting. Try again in a few seconds.",
  store_unavailable: "The server cannot save anything at the moment. Try again in a few seconds.",
  store_full: "The server has run out of space. Tell whoever runs it.",
  forbidden_origin: "This page is not allowed to talk to the server. Ask whoever runs it to allow this address.",
  model_unavailable: "The language model cannot be reached at the moment. Try again in a little while.",
  model_rate_limited: "The language model is busy. Try again in a little while.",
  model_timeout: "The language model took too long. Try again.",
  model_stream_broken: "The language model broke off in mid-answer. Try again.",
  model_rejected: "The language model refused this question. Ask it in other words.",
  index_unavailable: "The documents cannot be searched at the moment. Try again in a little while.",
  run_timeout: "The answer took too long and was given up. Try again, or ask something narrower.",
  ticket_refused: "The pass for this conversation has expired. Reload the page to get a new one.",
  request_timeout: "The question took too long to reach the server. Check your connection, then try again.",
  internal_error: "The server made a mistake. Try again; if it happens again, tell whoever runs it.",
  unanswered: "The server does not answer at the moment. Try again in a little while.",
  run_lost: "The server lost this answer twice and gave up. Try again.",
};

/** What an HTTP status means where no code came with it, as from a proxy in between. @type {Record<number, string>} */
const STATUSES = {
  401: "unauthorized",
  413: "payload_too_large",
  429: "rate_limited",
  502: "unanswered",
  503: "unanswered",
  504: "unanswered",
};

/**
 * @param {{code?: string, status?: number, message?: string, retryAfter?: number, retryable?: boolean}} problem
 * @param {number} [seconds] how long is left to wait; 0: no longer @returns {string}
 */
export function tell(problem, seconds = problem.retryAfter) {
  const code = problem.code === "http_error" ? STATUSES[problem.status ?? 0] : problem.code;
  const known = SAYINGS[code ?? ""];
  const wait = seconds ? ` Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.` : seconds === 0 ? " Try again now." : "";
  if (code === "rate_limited") return `${known}${wait || " Try again in a moment."}`;
  const message = beginning((problem.message ?? "").replace(TURNING, ""), LONGEST);
  if (code === "validation_error") return `${known}: ${message}`;
  if (known) return known;
  return `${message || "Something went wrong."}${wait || (problem.retryable ? " Try again." : "")}`;
}
