// `npm test`: installs what is missing, fetches the default model once (tests themselves download nothing), runs the tests.
"use strict";
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const path = require("node:path");
const { ensureInstalled, root, run } = require("./install.cjs");

ensureInstalled();
run(process.execPath, [path.join(__dirname, "build.cjs")]);

const env = { ...process.env };
/** Sets a variable that tests look at, or says which tests will be left out. */
function provide(name, value, reason) {
  if (env[name]) return;
  if (value) env[name] = value;
  else process.stderr.write(`${name} is not set: ${reason}\n`);
}

function fetchModel() {
  process.stderr.write("Looking for the default model (92.9 MB, fetched once) …\n");
  const result = spawnSync(
    process.execPath,
    [path.join(root, "bin", "t2s.cjs"), "models", "--fetch", "--json"],
    { cwd: root, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" },
  );
  return result.status === 0 ? JSON.parse(result.stdout).path : undefined;
}

const browser = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
].find(existsSync);
if (!env.T2S_MODEL_FILE)
  provide("T2S_MODEL_FILE", fetchModel(), "tests of the real model are left out");
provide(
  "T2S_DATA",
  undefined,
  "tests on the Spider and company databases are left out (see CONTRIBUTING.md)",
);
provide("T2S_CHROMIUM", browser, "tests in a browser are left out (no Chromium found)");
provide(
  "T2S_PYTHON",
  undefined,
  "reading our files back with Python is left out (an interpreter with safetensors, gguf and numpy)",
);
provide(
  "T2S_OLLAMA",
  undefined,
  "talking to a real Ollama is left out (scripts/ollama.sh builds one)",
);
provide(
  "T2S_LLAMA_SERVER",
  undefined,
  "talking to a real llama-server is left out (scripts/llama-server.sh builds one)",
);
provide(
  "T2S_DVC",
  undefined,
  "what DVC says of a project's versions is left out (its program, scripts/reference/dvc.txt)",
);
provide(
  "T2S_SCHEMATHESIS",
  undefined,
  "what schemathesis makes up against the service is left out (its program, scripts/reference/schemathesis.txt)",
);
provide(
  "T2S_HADOLINT",
  undefined,
  "linting the Dockerfiles is left out (hadolint, scripts/reference/containers.txt)",
);
provide(
  "T2S_COMPOSE",
  undefined,
  "loading compose.yaml is left out (compose-go's command, .ci/run builds it)",
);

// npx puts the Node that npm installed first on the path.
run("npx", ["--no", "vitest", "run", ...process.argv.slice(2)], { env });
