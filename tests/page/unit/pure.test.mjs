import assert from "node:assert/strict";
import test from "node:test";
import { backoff, frames, newKey } from "../../../static/demo/client.js";
import { askLine, followLine, quote } from "../../../static/demo/curl.js";
import { bare, beginning, count, duration, money, percent } from "../../../static/demo/format.js";
import { claim, sentences, support } from "../../../static/demo/sentence.js";
import { flat, parts } from "../../../static/demo/source-text.js";
import { marks, note, scale, spans } from "../../../static/demo/timeline.js";
import { tell } from "../../../static/demo/words.js";

test("a stream cut anywhere gives the same frames", () => {
  const stream = 'retry: 1000\nevent: hello\ndata: {"a":1}\n\nid: 1-1\nevent: token\ndata: {"b":"x: y"}\n\n: note\n\ndata: 2\n\n';
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const read = frames();
    assert.deepEqual([...read(stream.slice(0, cut)), ...read(stream.slice(cut))], ['{"a":1}', '{"b":"x: y"}', "2"]);
  }
});

test("waits grow, are spread, and stay within half a minute", () => {
  assert.equal(backoff(0, () => 0), 250);
  assert.equal(backoff(0, () => 1), 500);
  assert.equal(backoff(3, () => 1), 4000);
  assert.equal(backoff(99, () => 1), 30000);
});

test("keys are long and never the same", () => assert.equal(new Set(Array.from({ length: 1000 }, newKey)).size, 1000));

test("a question with quotes is one word for the shell", () => {
  assert.equal(quote("it's"), `'it'\\''s'`);
  assert.ok(askLine("http://a", "s", `it's "so" $HOME`).endsWith(`-d '{"message":"it'\\''s \\"so\\" $HOME","session_id":"s"}'`));
  assert.equal(followLine("http://a", "s", "0-0"), "curl -N 'http://a/api/session/s/events?after=0-0'");
});

test("where a key is asked for, the lines name it and do not hold it", () => {
  assert.match(askLine("http://a", "s", "Hi", true), / -H "Authorization: Bearer \$ORCHESTRATAI_KEY" -d /);
  assert.match(followLine("http://a", "s", "0-0", true), / -H "Authorization: Bearer \$ORCHESTRATAI_KEY"$/);
});

test("a text is cut between words, a giant word within", () => {
  assert.equal(beginning("one two three", 20), "one two three");
  assert.equal(beginning("one two three four", 14), "one two three…");
  assert.equal(beginning("W".repeat(30), 10), `${"W".repeat(10)}…`);
});

test("figures", () => {
  assert.deepEqual([0.2, 7.4, 1234, 61000].map(duration), ["<1 ms", "7 ms", "1.23 s", "61.0 s"]);
  assert.deepEqual([0, 0.00042, 1.5].map(money), ["$0", "$0.00042", "$1.50"]);
  assert.deepEqual([1, 0.9999, 0.914, 0.0001, 0].map(percent), ["100%", "99%", "91%", "<1%", "0%"]);
  assert.deepEqual([7, 1234, 1234567].map(count), ["7", "1,234", "1,234,567"]);
  assert.equal(bare("Open **Settings** and `x`"), "Open Settings and x");
});

const SOURCE = "Refunds take time. The first payment of an annual plan can be refunded in full within 30 days. Renewals: 14 days.\n- Seats are never refunded";

test("a claim is the sentence before its marker", () => {
  assert.equal(claim("First one [1]. The second e.g. here"), "here");
  assert.equal(claim("First one. It can be refunded within 30 days. [1]"), "It can be refunded within 30 days");
});

test("the sentence that supports a claim is found, and none where nothing does", () => {
  const of = (text) => SOURCE.slice(...support(SOURCE, text));
  assert.equal(of("You can have an annual plan's first payment back in full within 30 days"), "The first payment of an annual plan can be refunded in full within 30 days.");
  assert.equal(of("Seats are not refunded"), "- Seats are never refunded");
  assert.equal(support(SOURCE, "Bananas grow in Ecuador"), null);
  assert.equal(support(SOURCE, ""), null);
  assert.equal(sentences(SOURCE).length, 4);
});

const at = (ms) => new Date(Date.UTC(2026, 10, 23) + ms).toISOString();

test("a run's times are its events', and a restart begins the first word anew", () => {
  const times = new Map();
  const event = (type, ms) => note(times, { type, run_id: "r", timestamp: at(ms) });
  event("run.started", 0);
  event("token", 40);
  event("run.restarted", 1000);
  event("token", 1050);
  event("run.completed", 1200);
  const run = { started_at: at(0), status: "completed", logs: [
    { type: "routing", timestamp: at(10), data: {} },
    { type: "vector_search", timestamp: at(30), data: { latency: 8 } },
  ] };
  assert.deepEqual(marks(run, times.get("r")), { firstToken: 1050, end: 1200 });
  assert.deepEqual(spans(run, times.get("r")).map(({ kind, from, to }) => [kind, from, to]), [
    ["routing", 0, 10], ["vector_search", 22, 30], ["waiting", 30, 1050], ["answer", 1050, 1200],
  ]);
});

test("a long answer leaves half of the picture to what came before it", () => {
  const short = scale(100, 60);
  assert.deepEqual([short.split, short.at(0), short.at(60), short.at(100)], [undefined, 0, 0.6, 1]);
  const long = scale(4000, 50);
  assert.deepEqual([long.split, long.at(0), long.at(25), long.at(50), long.at(2025), long.at(4000)], [0.5, 0, 0.25, 0.5, 0.75, 1]);
  assert.equal(scale(10).at(5), 0.5);
});

test("errors say what to do", () => {
  assert.match(tell({ code: "http_error", status: 429, retryAfter: 3 }), /lot of questions.*in 3 seconds/);
  assert.match(tell({ code: "http_error", status: 502, message: "The server answered 502." }), /does not answer/);
  assert.match(tell({ code: "rate_limited", retryAfter: 12 }, 0), /Try again now\.$/);
  assert.match(tell({ code: "rate_limited", retryAfter: 12 }), /in 12 seconds/);
  assert.match(tell({ code: "rate_limited", retryAfter: 1 }), /in 1 second\./);
  assert.match(tell({ code: "network" }), /Check your connection/);
  assert.equal(tell({ message: "Odd.", retryable: true }), "Odd. Try again.");
});

const TABLE = "Prices:\n\n| Plan | Price |\n|---|---:|\n| Team | 15 EUR |\n| Free |  |\n\nAfter | it.";

test("a source's tables are told from its text, each cell with its place", () => {
  const [before, table, after] = parts(TABLE);
  assert.equal(before.text.trim(), "Prices:");
  assert.deepEqual(table.rows.map((row) => row.map((cell) => cell.text)), [["Plan", "Price"], ["Team", "15 EUR"], ["Free", ""]]);
  for (const { text, start } of table.rows.flat()) assert.equal(TABLE.slice(start, start + text.length), text);
  assert.equal(after.text, "After | it.");
  assert.equal(TABLE.slice(after.start), after.text);
  assert.deepEqual(parts("| no table |").map((part) => part.text), ["| no table |"]);
});

test("a table in a few lines has no bars", () => {
  assert.equal(flat(TABLE), "Prices:\nPlan · Price;\nTeam · 15 EUR;\nFree · ;\nAfter | it.");
});

test("a text of bars and dashes is taken apart quickly", () => {
  for (const evil of ["|-".repeat(50000), "|\n".repeat(50000), `${"|".repeat(50000)}\n${"|".repeat(50000)}x`, `| ${" ".repeat(50000)}x`]) {
    const begun = performance.now();
    parts(evil);
    flat(evil);
    assert.ok(performance.now() - begun < 2000);
  }
});

test("a server's message is told in a few lines and cannot turn our words around", () => {
  assert.equal(tell({ message: "\u202eodd\u2066", retryable: true }), "odd Try again.");
  assert.ok(tell({ message: "W".repeat(5000) }).length < 310);
  assert.equal(tell({ code: "validation_error", message: "\u202eno" }), "The message could not be accepted: no");
});
