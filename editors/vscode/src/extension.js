// Starts `policyengine lsp` for the rulebooks of a workspace. All that is said comes from there.
"use strict";

const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");
const { serverOf } = require("./server");

let client;

async function start() {
  const settings = vscode.workspace.getConfiguration("policyengine");
  const server = serverOf(settings.get("command"), settings.get("language"), vscode.env.language);
  client = new LanguageClient(
    "policyengine",
    "policyengine",
    { ...server, transport: TransportKind.stdio },
    {
      documentSelector: [{ scheme: "file", pattern: "**/*.{yaml,yml}" }],
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.{yaml,yml}") },
    },
  );
  try {
    await client.start();
  } catch (fault) {
    client = undefined;
    await tellWhatToDo(fault);
  }
}

async function tellWhatToDo(fault) {
  const settings = vscode.l10n.t("Open the settings");
  const chosen = await vscode.window.showErrorMessage(
    vscode.l10n.t(
      "policyengine cannot be started ({0}): install it with pip install 'dispute-policyengine[lsp]', or say in the settings where it is.",
      String(fault.message ?? fault),
    ),
    settings,
  );
  if (chosen === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "policyengine.command");
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running !== undefined) {
    await running.stop();
  }
}

async function restart() {
  await stop();
  await start();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("policyengine.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("policyengine")) {
        await restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
