// What is packaged does start the server: the bundle runs against the least of an editor that it needs.
"use strict";

const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const test = require("node:test");
const { serverOf } = require("../src/server");

const home = path.join(__dirname, "..");
const read = (name) => JSON.parse(fs.readFileSync(path.join(home, name), "utf8"));
const made = read("package.json");
const usual = made.contributes.configuration.properties["policyengine.command"].default;

test("the language is that of the editor unless the settings say another", () => {
  assert.deepEqual(serverOf(usual, "auto", "zh-cn").args, ["lsp", "--lang", "zh"]);
  assert.deepEqual(serverOf(usual, "auto", "de").args, ["lsp", "--lang", "en"]);
  assert.deepEqual(serverOf(["/x/policyengine", "lsp"], "en", "zh-tw"), {
    command: "/x/policyengine",
    args: ["lsp", "--lang", "en"],
  });
});

test("every text is there in Chinese", () => {
  assert.deepEqual(Object.keys(read("package.nls.zh-cn.json")), Object.keys(read("package.nls.json")));
  const source = fs.readFileSync(path.join(home, "src", "extension.js"), "utf8");
  for (const text of Object.keys(read("l10n/bundle.l10n.zh-cn.json"))) {
    assert.ok(source.includes(JSON.stringify(text)), text);
  }
  for (const [, name] of JSON.stringify(made).matchAll(/"%(\w+)%"/g)) {
    assert.ok(name in read("package.nls.json"), name);
  }
});

test("the command that is the default answers as a language server", async () => {
  const { command, args } = serverOf(usual, "auto", "en");
  const server = spawn(command, [...args, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const asked = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(asked)}\r\n\r\n${asked}`);
  let answer = "";
  for await (const part of server.stdout) {
    answer += part;
    if (answer.includes('"hoverProvider"')) break;
  }
  server.kill();
  assert.match(answer, /"renameProvider"/);
});

test("the bundle loads in an editor", () => {
  const Module = require("node:module");
  const load = Module._load;
  // An editor of which everything is a class: enough for what is defined while the bundle loads.
  const editor = new Proxy({}, { get: (known, name) => (known[name] ??= class {}) });
  Module._load = (name, ...rest) => (name === "vscode" ? editor : load(name, ...rest));
  try {
    const { activate, deactivate } = require("../dist/extension.js");
    assert.equal(typeof activate, "function");
    assert.equal(typeof deactivate, "function");
  } finally {
    Module._load = load;
  }
});
