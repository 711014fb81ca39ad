// `npm start`: installs what is missing, builds when the sources are newer than the build, runs the demo.
"use strict";
const { existsSync, readdirSync, statSync } = require("node:fs");
const path = require("node:path");
const { ensureInstalled, root, run } = require("./install.cjs");

ensureInstalled();

const newest = (folder) =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath || entry.path, entry.name)).mtimeMs),
  );
const built = path.join(root, "dist", "src", "cli", "main.js");
if (
  !existsSync(built) ||
  statSync(built).mtimeMs <
    Math.max(...["src", "company", "web"].map((folder) => newest(path.join(root, folder))))
)
  run(process.execPath, [path.join(__dirname, "build.cjs")]);

// Signals reach the child through the terminal's process group; this process waits so that the shell's prompt comes last.
const child = require("node:child_process").spawn(
  process.execPath,
  [path.join(root, "bin", "t2s.cjs"), "demo", ...process.argv.slice(2)],
  { stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : code));
