/** The published command under the Node that the system has: it finds a Node that is recent enough and becomes it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "t2s-launcher-"));
const launcher = join(folder, "bin", "t2s.cjs");

/** The Node that a user's shell finds: outside node_modules, where npm puts its own. */
const systemNode =
  (process.env.PATH ?? "")
    .split(delimiter)
    .filter((path) => !path.includes("node_modules"))
    .map((path) => join(path, "node"))
    .find((file) => existsSync(file)) ?? process.execPath;
const versionOf = (executable: string) =>
  spawnSync(executable, ["-p", "process.versions.node"], { encoding: "utf8" })
    .stdout.trim()
    .split(".")
    .map(Number);
const isRecent = ([major, minor]: readonly number[]) => major > 24 || (major === 24 && minor >= 15);

/** A program in the place of the command line: says its version and arguments, and does what the first one says. */
const PROGRAM = `
const [what, value] = process.argv.slice(2);
if (what === "clean") process.on("SIGTERM", () => process.exit(3));
console.log(JSON.stringify({ version: process.versions.node, args: process.argv.slice(2) }));
if (what === "exit") process.exit(Number(value));
if (what === "stuck")
  process.send({ status: Number(value) }, () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
if (what === "kill") process.kill(process.pid, value);
setInterval(() => {}, 1000);
`;

beforeAll(() => {
  for (const path of ["bin", "dist/src/cli"]) mkdirSync(join(folder, path), { recursive: true });
  copyFileSync(join(root, "bin", "t2s.cjs"), launcher);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "dist", "src", "cli", "main.js"), PROGRAM);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[], file: string = launcher) =>
  spawnSync(systemNode, [file, ...args], { encoding: "utf8" });

/** Starts the launcher and waits until the program speaks. */
async function start(what: string): Promise<ChildProcess> {
  const child = spawn(systemNode, [launcher, what], { stdio: ["ignore", "pipe", "inherit"] });
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

test("whatever Node starts it, the program runs on one that is recent enough", () => {
  const { stdout } = run(["exit", "0", "--flag", "two words"]);
  const { version, args } = JSON.parse(stdout) as { version: string; args: string[] };
  expect(isRecent(version.split(".").map(Number))).toBe(true);
  expect(args).toEqual(["exit", "0", "--flag", "two words"]);
});

test.each([0, 1, 2])("exit status %i passes through", (status) => {
  expect(run(["exit", String(status)]).status).toBe(status);
});

test.each([0, 1])("a program that says status %i and does not end is ended", (status) => {
  expect(run(["stuck", String(status)])).toMatchObject({ status, signal: null });
});

test("a program that is killed by a signal ends the launcher by the same signal", () => {
  expect(run(["kill", "SIGKILL"]).signal).toBe("SIGKILL");
});

test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
  "%s reaches the program and ends both",
  async (signal) => {
    const child = await start("wait");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([null, signal]);
  },
);

test("a program that ends by itself on a signal keeps its exit status", async () => {
  const child = await start("clean");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([3, null]);
});

test("what is missing is said in a line with what to do", () => {
  const bare = join(folder, "bare");
  mkdirSync(join(bare, "bin"), { recursive: true });
  copyFileSync(launcher, join(bare, "bin", "t2s.cjs"));
  symlinkSync(join(root, "node_modules"), join(bare, "node_modules"), "junction");
  const { status, stderr } = run([], join(bare, "bin", "t2s.cjs"));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^text2sql-tuner is not built: run `npm ci`/);
});

test.skipIf(isRecent(versionOf(systemNode)))(
  "an old Node with none beside it is told which one is needed",
  () => {
    const alone = mkdtempSync(join(tmpdir(), "t2s-alone-"));
    copyFileSync(launcher, join(alone, "t2s.cjs"));
    const { status, stderr } = run([], join(alone, "t2s.cjs"));
    rmSync(alone, { recursive: true });
    expect(status).toBe(1);
    expect(stderr).toMatch(/needs Node 24\.15 or later; this is \d+\.\d+\.\d+ on /);
  },
);
