/** The page's wiring: the conversation on one side, what shows it on the other. */

import { AgentStrip, AGENTS, badge } from "./agents.js";
import "./chat-thread.js";
import { Client } from "./client.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Developer } from "./developer.js";
import { copy, el } from "./dom.js";
import { EXAMPLES } from "./examples.js";
import { KeyDialog } from "./key-dialog.js";
import { Notice } from "./notice.js";
import "./retrieval-log.js";
import { sessionFromPage, keepSession, link, tabStorage, preference, prefer } from "./session.js";
import { SourcePanel } from "./source-panel.js";
import { tell } from "./words.js";

const find = (selector) => /** @type {any} */ (document.querySelector(selector));
const client = new Client();
const thread = find("chat-thread");
const log = find("retrieval-log");
const panel = find("#panel");
const spoken = find("#announcer");

let conversation = /** @type {Conversation | null} */ (null);
let following = /** @type {import("./client.js").Following | null} */ (null);
let selected = /** @type {string | null} */ (null); // null: whatever run is the newest
let framed = 0;
let before = false; // whether the steps were open where a source has taken their place

const announce = (text) => {
  spoken.textContent = "";
  requestAnimationFrame(() => (spoken.textContent = text));
};
const agents = new AgentStrip(find(".agents"));
const connection = new Connection(find("#connection"), announce);
const developer = new Developer(find("#developer"));
const source = new SourcePanel(find("#source"), (open) => {
  if (open && panel.dataset.shows === "log") before = document.body.dataset.panel === "open";
  panel.dataset.shows = open ? "source" : "log";
  showPanel(open || before);
});
const composer = new Composer(find("#composer"), (message) => ask(message));
const notice = new Notice(find("#notice"), announce);
const keys = new KeyDialog(
  find("#key"),
  tabStorage(),
  (key) => {
    client.key = key;
    open(sessionFromPage());
    requestAnimationFrame(() => composer.focus()); // once the dialog has closed
  },
  () => notice.show({ code: "unauthorized" }),
);

// ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────────

function changed() {
  framed ||= requestAnimationFrame(paint);
}

function paint() {
  framed = 0;
  if (!conversation) return;
  const { state, times, pending } = conversation;
  const run = (selected && conversation.run(selected)) || state.runs.at(-1) || null;
  const more = thread.show(conversation, run?.run_id ?? null);
  const later = thread.made > 0; // a new turn is work enough for a frame: its steps come with the next
  if (later || log.show(run, run && times.get(run.run_id)) || more) changed();
  agents.show(run);
  if (developer.show(conversation)) changed();
  const empty = state.runs.length === 0 && pending.length === 0;
  find("#welcome").hidden = !empty;
  thread.hidden = empty;
  const active = conversation.active;
  const stop = find("#stop");
  if (!active && document.activeElement === stop) composer.focus();
  stop.hidden = !active;
  thread.settle();
  developer.settle();
}

const narrow = matchMedia("(max-width: 53.75em)"); // where the steps and the drawer take the same place

function showPanel(open) {
  if (open && narrow.matches) find("#developer").hidden = true;
  document.body.dataset.panel = open ? "open" : "closed";
  find("#toggle-panel").setAttribute("aria-expanded", String(open && panel.dataset.shows === "log"));
  find("#toggle-developer").setAttribute("aria-expanded", String(!find("#developer").hidden));
}

/** An answer is announced once, when it has ended. */
function ended(run) {
  requestAnimationFrame(() => {
    const who = AGENTS[run.agent]?.name ?? "The assistant";
    const words = { completed: `${who} answered: ${thread.plain(run.run_id)}`, cancelled: "The answer was stopped." };
    announce(words[run.status] ?? tell(run.error ?? {}));
  });
}

// ── What can be done ─────────────────────────────────────────────────────────────────────────────────────────────

async function ask(message) {
  if (!conversation) return;
  selected = null;
  source.close();
  notice.hide();
  composer.focus();
  const pending = await conversation.ask(message);
  if (pending.problem) announce(tell(pending.problem));
}

async function stop() {
  const run = conversation?.active;
  composer.focus();
  if (!run) return;
  try {
    await client.stop(run.run_id);
  } catch (problem) {
    notice.show(problem, "The answer could not be stopped. ");
  }
}

async function onresend(pending) {
  composer.focus();
  const sent = await conversation?.send(pending);
  if (sent?.problem) announce(tell(sent.problem));
}

thread.actions = {
  onselect: (runId) => {
    selected = runId;
    source.close();
    showPanel(true);
    changed();
  },
  onretry: ask,
  onsource: (cited, claim, opener) => source.open(cited, claim, opener),
  onresend,
  ondrop: (pending) => {
    conversation?.drop(pending);
    composer.focus(); // the button that had it is gone
  },
};

// ── The session ──────────────────────────────────────────────────────────────────────────────────────────────────

async function open(sessionId) {
  following?.close();
  source.close();
  notice.hide();
  selected = null;
  thread.clear();
  conversation = null;
  try {
    sessionId ??= (await client.createSession()).session_id;
  } catch (problem) {
    connection.show({ state: "closed" });
    refused(problem);
    return;
  }
  const opened = new Conversation(client, sessionId, tabStorage(), changed);
  opened.ended = ended;
  conversation = opened;
  keepSession(sessionId);
  following = client.follow(sessionId, {
    after: "0-0",
    transport: connection.transport,
    onEvent: (event) => opened.take(event),
    onControl: (frame) => frame.type === "snapshot" && opened.replace(frame),
    onStatus: (status) => opened === conversation && showStatus(opened, status),
  });
  opened.resend();
  document.body.dataset.session = sessionId;
  changed();
}

function showStatus(opened, status) {
  connection.show(status);
  if (status.state === "live") {
    opened.live = true;
    notice.hide();
  }
  if (status.state !== "closed" || !status.problem) return;
  if (status.problem.code === "session_not_found") opened.forget();
  refused(status.problem);
}

/** The server will not have us: say why, and where it is for want of a key, ask for one. */
function refused(problem) {
  if (problem.code === "unauthorized") keys.ask();
  else notice.show(problem);
}

async function forget() {
  const id = conversation?.id;
  if (!id) return;
  try {
    following?.close();
    await client.deleteSession(id);
  } catch (problem) {
    if (problem.status !== 404) {
      await open(id);
      return notice.show(problem, "The conversation could not be deleted. ");
    }
  }
  conversation?.forget();
  await open();
  announce("The conversation was deleted. This is a new one.");
}

// ── Buttons ──────────────────────────────────────────────────────────────────────────────────────────────────────

const on = (selector, action) => find(selector).addEventListener("click", action);
on("#stop", stop);
on("#new", async () => (await open(), composer.focus()));
on("#notice-new", async () => (await open(), composer.focus()));
on("#share", (event) => copy(link(conversation?.id ?? ""), event.currentTarget));
on("#delete", () => find("#confirm").showModal());
on("#confirm-no", () => find("#confirm").close());
on("#confirm-yes", async () => {
  find("#confirm").close();
  await forget();
  composer.focus();
});
on("#toggle-panel", () => {
  const open = find("#toggle-panel").getAttribute("aria-expanded") === "true";
  source.close();
  showPanel(!open);
});
on("#toggle-developer", () => showDeveloper(find("#developer").hidden));
on("#close-developer", () => showDeveloper(false));
on(".line-retry", () => following?.retry());
on("#theme", () => {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const now = document.documentElement.dataset.theme ?? system;
  document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  prefer("theme", document.documentElement.dataset.theme);
});

function showDeveloper(open) {
  if (open && narrow.matches) source.close();
  find("#developer").hidden = !open;
  showPanel(!open && document.body.dataset.panel === "open");
  if (open) find("#close-developer").focus();
  else find("#toggle-developer").focus();
  changed();
}

panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || !narrow.matches) return;
  showPanel(false);
  find("#toggle-panel").focus();
});
find("#developer").addEventListener("keydown", (event) => {
  if (event.key === "Escape") showDeveloper(false);
});
find("#connection").addEventListener("change", () => {
  prefer("transport", connection.transport);
  following?.use(connection.transport);
});
globalThis.addEventListener("hashchange", () => open(sessionFromPage()));

for (const { agent, questions } of EXAMPLES) {
  const asks = questions.map((text) => {
    const button = el("button", { type: "button", class: "example" }, text);
    button.addEventListener("click", () => ask(text));
    return el("li", {}, button);
  });
  find("#examples").append(el("section", { class: `agent-${agent}` }, el("h2", {}, badge(agent)), el("ul", {}, ...asks)));
}

const transport = preference("transport");
if (transport === "ws" || transport === "sse") connection.transport = transport;
showPanel(false);
client.key = keys.kept;
open(sessionFromPage());
