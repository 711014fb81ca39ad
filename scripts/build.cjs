// Compiles src/ and company/ to dist/, puts the files that are not TypeScript beside them, and builds web/ into dist/web.
// Called by npm's `prepare`.
"use strict";
const { cpSync, existsSync, rmSync } = require("node:fs");
const path = require("node:path");
const { root, run } = require("./install.cjs");

const tsc = path.join(root, "node_modules", "typescript", "bin", "tsc");
if (!existsSync(tsc)) process.exit(0); // installed without dev dependencies: dist/ came with the package
rmSync(path.join(root, "dist"), { recursive: true, force: true });
run(process.execPath, [tsc, "-p", "tsconfig.build.json"]);
const isData = (file) => !file.endsWith(".ts");
cpSync(path.join(root, "company"), path.join(root, "dist", "company"), {
  recursive: true,
  filter: isData,
});
const vite = path.join(root, "node_modules", "vite", "bin", "vite.js");
run(process.execPath, [vite, "build", "web", "--logLevel", "warn"]);
