// The page's reducer folds what streaming/fold.py folds, to the same state.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { empty, fold, newer } from "../../../static/demo/fold.js";

const golden = new URL("../../golden/", import.meta.url);
const logs = readdirSync(golden).filter((name) => name.endsWith(".jsonl"));
const events = (name) => readFileSync(new URL(name, golden), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

test("there are logs to fold", () => assert.ok(logs.length >= 6));

for (const name of logs) {
  const state = () => JSON.parse(readFileSync(new URL(name.replace(".jsonl", ".state.json"), golden), "utf8"));
  test(`${name} folds to its state`, () => assert.deepEqual(fold(events(name)), state()));
  test(`${name} folded twice over is the same`, () => {
    assert.deepEqual(fold([...events(name), ...events(name)]), state());
  });
  test(`${name} folded in two parts is the same`, () => {
    const all = events(name);
    for (let cut = 0; cut <= all.length; cut += 1) {
      assert.deepEqual(fold(all.slice(cut), fold(all.slice(0, cut))), state());
    }
  });
}

test("ids are compared as numbers, generation first", () => {
  assert.ok(newer("10-1", "9-99"));
  assert.ok(newer("9-10", "9-9"));
  assert.ok(!newer("9-9", "9-9"));
  assert.deepEqual(empty(), { last_id: "0-0", runs: [] });
});

if (process.env.FOLD_LOGS) {
  test("logs made up by pytest fold to the states that Python came to", () => {
    const made = JSON.parse(readFileSync(process.env.FOLD_LOGS, "utf8"));
    for (const { log, state } of made) assert.deepEqual(fold(log), state);
  });
}
