import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sha256 } from "../base/hash.ts";
import { type Progress, silent } from "../base/progress.ts";
import { defaultConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { readRecords, reasonToRun, runStages, type Stage, type StageContext } from "./run.ts";

let folder: string;
let ran: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "t2s-run-"));
  writeFileSync(join(folder, "input.txt"), "one");
  ran = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contextWith = (options: Partial<StageContext> = {}): StageContext => ({
  project: projectAt(folder),
  config: defaultConfig,
  progress: silent,
  ...options,
});
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** Copies a file of the project, with a mark. */
const copying = (name: Stage["name"], from: string, to: string): Stage => ({
  name,
  help: "",
  inputs: async () => (existsSync(join(folder, from)) ? sha256(read(from)) : null),
  async run() {
    ran.push(name);
    writeFileSync(join(folder, to), `${read(from)} ${name}`);
    return { outputs: [to], summary: `wrote ${to}` };
  },
});
const schema = copying("schema", "input.txt", "schema.txt");
const data = copying("data", "schema.txt", "data.txt");
const both = [schema, data];

test("stages run in their order, each after what it reads, and once", async () => {
  expect(await reasonToRun(schema, contextWith())).toBe("it has not run yet");
  const seconds = await runStages(both, contextWith());
  expect(ran).toEqual(["schema", "data"]);
  expect(read("data.txt")).toBe("one schema data");
  expect(Object.keys(seconds)).toEqual(["schema", "data"]);
  expect(await runStages(both, contextWith())).toEqual({});
  expect(ran).toEqual(["schema", "data"]);
});

test("a stage that is skipped says so with what it said when it ran", async () => {
  await runStages(both, contextWith());
  const notes: string[] = [];
  const progress: Progress = { ...silent, note: (text) => void notes.push(text) };
  await runStages(both, contextWith({ progress }));
  expect(notes).toEqual([
    "schema · up to date · wrote schema.txt",
    "data · up to date · wrote data.txt",
  ]);
});

test.each([
  ["its inputs changed", "schema", () => writeFileSync(join(folder, "input.txt"), "two")],
  ["schema.txt was changed", "schema", () => writeFileSync(join(folder, "schema.txt"), "x")],
  ["schema.txt is missing", "schema", () => rmSync(join(folder, "schema.txt"))],
])("when %s, the stage %s runs again", async (reason, name, change) => {
  await runStages(both, contextWith());
  ran = [];
  change();
  expect(await reasonToRun(schema, contextWith())).toBe(reason);
  await runStages(both, contextWith());
  expect(ran).toContain(name);
  expect(read("data.txt")).toBe(`${read("input.txt")} schema data`);
});

test("what a stage writes anew as it was does not run the next", async () => {
  await runStages(both, contextWith());
  ran = [];
  rmSync(join(folder, "schema.txt"));
  await runStages(both, contextWith());
  expect(ran).toEqual(["schema"]);
});

test("force runs what is up to date", async () => {
  await runStages(both, contextWith());
  await runStages([data], contextWith(), true);
  expect(ran).toEqual(["schema", "data", "data"]);
});

test("a stage that throws leaves the records of before, and those after it do not run", async () => {
  await runStages(both, contextWith());
  const before = readRecords(projectAt(folder));
  const failing: Stage = { ...schema, run: () => Promise.reject(new Error("no disk")) };
  writeFileSync(join(folder, "input.txt"), "two");
  ran = [];
  await expect(runStages([failing, data], contextWith())).rejects.toThrow("no disk");
  expect(readRecords(projectAt(folder))).toEqual(before);
  expect(ran).toEqual([]);
  expect(await reasonToRun(schema, contextWith())).toBe("its inputs changed");
});

test("an input that changes while its stage runs makes it run again", async () => {
  const disturbed: Stage = {
    ...schema,
    async run(context) {
      const result = await schema.run(context);
      writeFileSync(join(folder, "input.txt"), "two");
      return result;
    },
  };
  await runStages([disturbed], contextWith());
  expect(await reasonToRun(schema, contextWith())).toBe("its inputs changed");
});

test("after an abort no further stage starts", async () => {
  const abort = new AbortController();
  const aborting: Stage = {
    ...schema,
    async run(context) {
      abort.abort(new Error("stopped"));
      return schema.run(context);
    },
  };
  const context = contextWith({ signal: abort.signal });
  await expect(runStages([aborting, data], context)).rejects.toThrow("stopped");
  expect(ran).toEqual(["schema"]);
  expect(Object.keys(readRecords(projectAt(folder)))).toEqual(["schema"]);
});
