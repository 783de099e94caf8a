import assert from "node:assert/strict";
import test from "node:test";
import { inline, safeUrl } from "../../../static/demo/inline.js";
import { blocks, settled } from "../../../static/demo/markdown.js";

const kinds = (text) => blocks(text).map((block) => block.type);
const text = (v) => ({ t: "text", v });

test("blocks are told apart", () => {
  const source = "# Title\n\nSome\ntext\n\n- one\n- two\n  - deeper\n\n1. first\n\n> said\n\n```js\nlet x;\n\n```\n---\n| a | b |\n|---|---|\n| 1 | 2 |";
  assert.deepEqual(kinds(source), ["h", "p", "list", "list", "quote", "pre", "hr", "table"]);
});

test("a list keeps its depth, its start and its items' paragraphs", () => {
  const [list] = blocks("3. one\n   more\n\n   apart\n   - inner\n4. two");
  assert.equal(list.first, 3);
  assert.deepEqual(list.items.map((item) => item.map((block) => block.type)), [["p", "p", "list"], ["p"]]);
});

test("HTML is text", () => {
  assert.deepEqual(kinds("<script>alert(1)</script>"), ["p"]);
  assert.deepEqual(inline("<b onclick=x>hi</b>"), [text("<b onclick=x>hi</b>")]);
});

test("emphasis, code, links and citations", () => {
  assert.deepEqual(inline("a **b *c*** `d*` ~~e~~ [f](https://g.example/) [1] \\*h"), [
    text("a "),
    { t: "strong", c: [text("b "), { t: "em", c: [text("c")] }] },
    text(" "),
    { t: "code", v: "d*" },
    text(" "),
    { t: "del", c: [text("e")] },
    text(" "),
    { t: "link", href: "https://g.example/", c: [text("f")] },
    text(" "),
    { t: "cite", n: 1 },
    text(" *h"),
  ]);
});

test("a name_with_underscores and 2 * 3 * 4 stay as they are", () => {
  assert.deepEqual(inline("snake_case_name 2 * 3 * 4"), [text("snake_case_name 2 * 3 * 4")]);
});

test("what is begun and may go on counts as meant", () => {
  assert.deepEqual(inline("a **bo", true), [text("a "), { t: "strong", c: [text("bo")] }]);
  assert.deepEqual(inline("a **bo", false), [text("a **bo")]);
});

for (const url of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "java\tscript:x", "data:text/html,x", "vbscript:x", "//evil.example", "file:///etc/passwd", "blob:x"]) {
  test(`${JSON.stringify(url)} is not followed`, () => {
    assert.equal(safeUrl(url), null);
    assert.ok(!JSON.stringify(inline(`[x](${url})`)).includes('"link"'));
  });
}

test("addresses that do no harm are followed", () => {
  assert.equal(safeUrl("https://a.example/b"), "https://a.example/b");
  assert.equal(safeUrl("mailto:a@b.example"), "mailto:a@b.example");
});

/** What a growing text comes to when only what is not settled is read again. */
function grown(pieces) {
  const out = [];
  let whole = "";
  let stable = 0;
  for (const piece of pieces) {
    whole += piece;
    const rest = whole.slice(stable);
    const found = blocks(rest);
    const done = settled(found, rest);
    out.push(...found.slice(0, done).map((block) => bare(block)));
    if (done > 0) stable += found[done].start;
  }
  return [...out, ...blocks(whole.slice(stable)).map((block) => bare(block))];
}

const bare = (block) => JSON.parse(JSON.stringify(block, (key, value) => (key === "start" ? undefined : value)));

test("a text read as it grows comes to the same blocks as read at once", () => {
  const parts = ["# h\n", "para", " graph\n", "\n", "- item", "\n", "  more\n", "1. one\n", "```", "\n", "code\n", "> q\n", "| a | b |\n", "|---|---|\n", "---\n", "**b** ", "    in", "\n\n", "* x\n", "```js\n", "\t- t\n", "| 1 |"];
  let seed = 42;
  const random = (n) => ((seed = (seed * 1103515245 + 12345) % 2 ** 31) >> 8) % n;
  for (let round = 0; round < 3000; round += 1) {
    const source = Array.from({ length: 1 + random(25) }, () => parts[random(parts.length)]).join("");
    const pieces = source.match(new RegExp(`[^]{1,${1 + random(7)}}`, "g"));
    assert.deepEqual(grown(pieces), blocks(source).map(bare), JSON.stringify(source));
  }
});

test("the worst that can be written is read in no time", () => {
  const worst = ["*", "**", "[", "[](", "`", "_a", "~~", "> ", "- ", "\\", "![", "|", "*a **b ", "[a](b", "``a`", "1. ", "\n- ", "\n> ", "\n    ", "\n|a|"];
  for (const each of worst) {
    const source = each.repeat(20000);
    const begin = performance.now();
    for (const block of blocks(source)) if (block.text) inline(block.text);
    const took = performance.now() - begin;
    assert.ok(took < 1500, `${JSON.stringify(each)} took ${took} ms`);
  }
});
