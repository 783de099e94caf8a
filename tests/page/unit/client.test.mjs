/** The client against a small server: what a page of one's own may do wrong. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { Client } from "../../../static/demo/client.js";

const frame = (type, id) => `data: ${JSON.stringify({ type, id, session_id: "s", data: {} })}\n\n`;

/** A server that gives each stream the same frames and holds it open. */
async function serving(run) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    if (request.url.endsWith("/ticket")) {
      const error = { code: "tickets_not_configured", message: "Tickets need TICKET_SECRET." };
      return response.writeHead(501).end(JSON.stringify({ error }));
    }
    if (request.method === "POST") return response.writeHead(201).end('{"session_id":"s","created_at":"now"}');
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(frame("hello") + frame("token", "1-1") + frame("token", "1-2") + frame("live"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await run(`http://127.0.0.1:${server.address().port}`, asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a handler that throws is reported, and the stream goes on over the same connection", () =>
  serving(async (base, asked) => {
    const reported = [];
    globalThis.reportError = (error) => reported.push(error.message);
    const seen = [];
    await new Promise((resolve) => {
      const following = new Client({ base }).follow("s", {
        onEvent: ({ id }) => {
          seen.push(id);
          throw new Error(`the page cannot show ${id}`);
        },
        onStatus: ({ state }) => {
          if (state === "live" || state === "waiting") following.close();
          if (state === "closed") resolve();
        },
      });
    });
    delete globalThis.reportError;
    assert.deepEqual(seen, ["1-1", "1-2"]);
    assert.deepEqual(reported, ["the page cannot show 1-1", "the page cannot show 1-2"]);
    assert.equal(asked.length, 1);
  }));

test("a base may end with a slash", () =>
  serving(async (base, asked) => {
    await new Client({ base: `${base}/` }).createSession();
    assert.deepEqual(asked, ["/api/session"]);
  }));

test("where the server gives no tickets a socket is not tried for ever", () =>
  serving(async (base) => {
    const status = await new Promise((resolve) => {
      const following = new Client({ base, key: "k" }).follow("s", {
        transport: "ws",
        onStatus: (told) => {
          if (told.state === "waiting") following.close();
          if (told.state === "closed") resolve(told);
        },
      });
    });
    assert.equal(status.problem?.code, "tickets_not_configured");
  }));
