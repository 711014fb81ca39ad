// Installs what is missing, exactly as the lock file says. Runs on the system's Node (20 or later).
"use strict";
const { existsSync, statSync } = require("node:fs");
const { spawnSync } = require("node:child_process");
const path = require("node:path");

const root = path.join(__dirname, "..");

/** Runs a command in the project's root with its output shown; ends this process when the command fails. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
    ...options,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status === null ? 1 : result.status);
}

/** npm writes node_modules/.package-lock.json last: older than the lock file means an install is due. */
function isInstalled() {
  const written = path.join(root, "node_modules", ".package-lock.json");
  return (
    existsSync(written) &&
    statSync(written).mtimeMs >= statSync(path.join(root, "package-lock.json")).mtimeMs - 1000
  );
}

function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write("Installing packages (once, about a minute) …\n");
  run("npm", ["ci", "--loglevel=error"]);
}

module.exports = { root, run, ensureInstalled };
