/** Versions of a project's pairs: what is kept, put back and left after a kill; and what the real DVC says of it. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildDatabase } from "../../../test/fixtures/shop.ts";
import { silent } from "../../base/progress.ts";
import type { Example } from "../../data/example.ts";
import { diffPairs } from "../../data/versions/diff.ts";
import { objectPath, readTree, restoreTree, saveTree } from "../../data/versions/objects.ts";
import { findVersion, versionsIn } from "../../data/versions/versions.ts";
import { defaultConfig, readConfig, writeConfig } from "../config.ts";
import type { Config } from "../options.ts";
import { projectAt } from "../project.ts";
import { reasonToRun, runStages, type StageContext } from "../run.ts";
import { cleanStage } from "../stages/clean.ts";
import { dataStage } from "../stages/data.ts";
import { loadDatabase } from "../stages/schema.ts";
import { stages } from "../stages.ts";
import { checkoutVersion } from "./checkout.ts";
import { readVersion, saveVersions } from "./save.ts";

const root = mkdtempSync(join(tmpdir(), "t2s-versions-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const SETTINGS = { database: "sqlite:shop.sqlite", "data.count": 80, "data.refusals": 10 };
const contextOf = (folder: string): StageContext => ({
  project: projectAt(folder),
  progress: silent,
  config: readConfig(folder),
});
const runPairs = (context: StageContext) =>
  runStages(
    stages.filter(({ name }) => ["schema", "data", "clean"].includes(name)),
    context,
  );
const changeConfig = (folder: string, set: Partial<Config>) =>
  writeConfig(folder, { ...SETTINGS, ...set });
const MINE = { id: "m1", question: "How many customers?", sql: "SELECT count(*) FROM customer" };

/** A project whose pairs are made, with a file that a person brought: v1_raw, v2_cleaned. */
const made = join(root, "made");
beforeAll(async () => {
  mkdirSync(join(made, "data", "raw"), { recursive: true });
  buildDatabase(join(made, "shop.sqlite"));
  changeConfig(made, {});
  writeFileSync(join(made, "data", "raw", "mine.jsonl"), `${JSON.stringify(MINE)}\n`);
  await runPairs(contextOf(made));
});

let copies = 0;
/** A copy of the project of its own. */
function copy(): { folder: string; context: StageContext; at: (...names: string[]) => string } {
  const folder = join(root, `copy-${copies++}`);
  cpSync(made, folder, { recursive: true });
  return { folder, context: contextOf(folder), at: (...names) => join(folder, ...names) };
}
/** The same with two more: v3_raw, v4_cleaned of other settings. */
async function copyWithTwo() {
  const { folder, at } = copy();
  changeConfig(folder, { "data.seed": 7 });
  await runPairs(contextOf(folder));
  return { folder, at, context: contextOf(folder) };
}
const filesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
const namesOf = (versions: readonly { readonly name: string }[]) =>
  versions.map(({ name }) => name);

describe("what is kept", () => {
  test("raw and cleaned pairs are versions when their stages end, once", async () => {
    const { context } = copy();
    await runPairs(context);
    const { log, created, current } = await saveVersions(context);
    expect(created).toEqual([]);
    expect(versionsIn(log)).toMatchObject(
      [
        { name: "v1_raw", kind: "raw", parent: null, n: 91, madeBy: /^t2s run data: 80 / },
        { name: "v2_cleaned", kind: "cleaned", parent: "v1_raw", madeBy: /^t2s run clean: / },
      ].map((it) => ({ ...it, madeBy: expect.stringMatching(it.madeBy) })),
    );
    const [raw, cleaned] = versionsIn(log);
    expect(Object.values(cleaned.splits ?? {}).reduce((sum, n) => sum + n)).toBe(cleaned.n);
    expect(current).toEqual({ raw, cleaned });
  });

  test("other settings make versions beside them, an edit makes one that says so", async () => {
    const { context, at } = await copyWithTwo();
    appendFileSync(at("data", "clean", "card.md"), "more\n");
    writeFileSync(at("data", "clean", "train.jsonl.17.partial"), "left by a kill");
    const { created, log } = await saveVersions(context);
    expect(created).toMatchObject([
      { name: "v5_cleaned", parent: "v4_cleaned", madeBy: "no stage: changed card.md" },
    ]);
    expect(versionsIn(log).slice(2, 4)).toMatchObject([
      { name: "v3_raw", parent: "v1_raw" },
      { name: "v4_cleaned", parent: "v3_raw" },
    ]);
  });

  test("a project without pairs has none, and gets no file", async () => {
    const folder = join(root, "empty");
    mkdirSync(folder);
    const context = { ...contextOf(made), project: projectAt(folder), config: defaultConfig };
    expect(await saveVersions(context)).toEqual({ log: [], created: [], current: {} });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("names, numbers and hashes find a version; anything else names what there is", async () => {
    const { log } = await saveVersions(copy().context);
    const [raw, cleaned] = versionsIn(log);
    expect(
      ["v2", "v2_cleaned", cleaned.hash, cleaned.hash.slice(0, 8)].map(
        (it) => findVersion(log, it).name,
      ),
    ).toEqual(Array(4).fill("v2_cleaned"));
    expect(() => findVersion(log, "v9")).toThrow("there are v1_raw, v2_cleaned");
    const twice = [...log, { ...raw, hash: "0".repeat(32) }];
    expect(() => findVersion(twice, "v1")).toThrow("name it by its hash");
  });
});

test("a difference is by id, with counts by table and shape", async () => {
  const { context, at } = copy();
  const train = readFileSync(at("data", "clean", "train.jsonl"), "utf8")
    .trim()
    .split("\n");
  const pairs = train.map((line) => JSON.parse(line) as Example);
  const index = pairs.findIndex(({ sql }) => sql.includes('"order"'));
  const changed = { ...pairs[index], sql: "SELECT name FROM customer", shapeId: "new" };
  const rest = pairs.filter((_, at) => at !== index && at !== (index + 1) % pairs.length);
  const removed = pairs[(index + 1) % pairs.length];
  const added = { ...changed, id: "added" };
  const lines = [...rest, changed, added].map((pair) => `${JSON.stringify(pair)}\n`);
  writeFileSync(at("data", "clean", "train.jsonl"), lines.join(""));
  const { log } = await saveVersions(context);
  const [before, after] = ["v2", "v3"].map((name) =>
    readVersion(context.project, findVersion(log, name)),
  );
  const diff = diffPairs(before, after, await loadDatabase(context), true);
  expect(namesIn(diff.added)).toEqual(["added"]);
  expect(namesIn(diff.removed)).toEqual([removed.id]);
  expect(diff.changed).toEqual([
    { id: changed.id, before: { sql: pairs[index].sql }, after: { sql: changed.sql } },
  ]);
  expect(diff.unchanged).toBe(before.length - 2);
  expect(diff.shapes.new).toEqual({ before: 0, after: 2 });
  expect(diff.tables.order.after).toBeLessThan(diff.tables.order.before);
});
const namesIn = (pairs: readonly { readonly id: string }[]) => pairs.map(({ id }) => id);

describe("what is put back", () => {
  test("both folders, byte for byte, with what the stages knew of them", async () => {
    const { folder, context, at } = await copyWithTwo();
    const now = [filesOf(at("data", "raw")), filesOf(at("data", "clean"))];
    const result = await checkoutVersion(context, "v2");
    expect(namesOf(result.restored)).toEqual(["v1_raw", "v2_cleaned"]);
    expect(result.saved).toEqual([]);
    expect(result.reasons).toEqual({ data: "its inputs changed", clean: "its inputs changed" });
    for (const name of ["raw", "clean"])
      expect(filesOf(at("data", name))).toEqual(filesOf(join(made, "data", name)));
    expect(readFileSync(at("dvc.lock"), "utf8")).toBe(readFileSync(join(made, "dvc.lock"), "utf8"));
    changeConfig(folder, {});
    const asBefore = contextOf(folder);
    for (const stage of [dataStage, cleanStage])
      expect(await reasonToRun(stage, asBefore)).toBeUndefined();
    await checkoutVersion(context, "v4_cleaned");
    expect([filesOf(at("data", "raw")), filesOf(at("data", "clean"))]).toEqual(now);
  });

  test("what stood there and was not kept is a version first", async () => {
    const { context, at } = copy();
    writeFileSync(at("data", "clean", "train.jsonl"), "");
    writeFileSync(at("data", "raw", "more.jsonl"), `${JSON.stringify({ ...MINE, id: "m2" })}\n`);
    const { saved } = await checkoutVersion(context, "v2");
    expect(saved).toMatchObject([
      { name: "v3_raw", madeBy: "no stage: added more.jsonl" },
      { name: "v4_cleaned", madeBy: "no stage: changed train.jsonl" },
    ]);
    expect(existsSync(at("data", "raw", "more.jsonl"))).toBe(false);
    expect(existsSync(at("data", "raw", "more.jsonl.dvc"))).toBe(false);
    await checkoutVersion(context, "v4");
    expect(readFileSync(at("data", "clean", "train.jsonl"), "utf8")).toBe("");
    await checkoutVersion(context, "v3");
    expect(existsSync(at("data", "raw", "more.jsonl"))).toBe(true);
  });

  test("an object that is missing or damaged is an error before anything changes", async () => {
    const { context, at } = await copyWithTwo();
    const { objectsFolder } = context.project;
    const { log } = await saveVersions(context);
    const file = readTree(objectsFolder, findVersion(log, "v2").hash).find(
      ({ relpath }) => relpath === "train.jsonl",
    );
    const object = objectPath(objectsFolder, file?.md5 ?? "");
    const before = filesOf(at("data", "clean"));
    const content = readFileSync(object);
    rmSync(object);
    await expect(checkoutVersion(context, "v2")).rejects.toMatchObject({ code: "version-missing" });
    writeFileSync(
      object,
      content.map((byte) => byte ^ 1),
    );
    await expect(checkoutVersion(context, "v2")).rejects.toMatchObject({ code: "version-missing" });
    expect(filesOf(at("data", "clean"))).toEqual(before);
    expect(existsSync(context.project.checkoutFile)).toBe(false);
    expect((await saveVersions(context)).created).toEqual([]);
  });
});

test("a kill at any moment leaves versions that are whole, and the next call finishes what was begun", async () => {
  const { folder, context } = await copyWithTwo();
  const wanted = new Map([
    ["v2_cleaned", "v1_raw"],
    ["v4_cleaned", "v3_raw"],
  ]);
  for (let round = 0; round < 6; round++) {
    const child = spawn(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        join(import.meta.dirname, "../../../test/fixtures/checkout-in-child.ts"),
        folder,
        "v2",
        "v4",
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const exited = once(child, "exit");
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 10 + 37 * round));
    child.kill("SIGKILL");
    expect(await exited).toEqual([null, "SIGKILL"]);
    const { log, created, current } = await saveVersions(context);
    expect(created).toEqual([]);
    expect(wanted.get(current.cleaned?.name ?? "")).toBe(current.raw?.name);
    expect(versionsIn(log)).toHaveLength(4);
    for (const { hash } of versionsIn(log))
      restoreTree(context.project.objectsFolder, hash, join(root, `whole-${round}`));
  }
});

describe("DVC's files beside what is the user's own", () => {
  test("other stages, comments and a word before the command stay", async () => {
    const { context, at } = copy();
    const yaml = readFileSync(at("dvc.yaml"), "utf8");
    const own = "# ours\nvars: [a]\nstages:\n  mine: { cmd: echo } # kept\n";
    writeFileSync(
      at("dvc.yaml"),
      yaml.replace("stages:\n", own).replace("cmd: t2s", "cmd: npx t2s"),
    );
    await saveVersions(context);
    const after = readFileSync(at("dvc.yaml"), "utf8");
    expect(after).toContain("# ours");
    expect(after).toContain("mine: { cmd: echo } # kept");
    expect(after).toContain("cmd: npx t2s run data\n");
    expect(readFileSync(at("dvc.lock"), "utf8")).toContain("cmd: npx t2s run data\n");
  });

  test("a flag that the pairs were made with stands in the command", async () => {
    const { context, at } = copy();
    await runPairs({ ...context, config: { ...context.config, "data.count": 70 } });
    expect(readFileSync(at("dvc.yaml"), "utf8")).toContain("cmd: t2s run data --data.count 70\n");
  });

  test("a stage that is out of date keeps its entry in dvc.lock", async () => {
    const { context, at } = copy();
    const before = readFileSync(at("dvc.lock"), "utf8");
    appendFileSync(
      at("data", "raw", "mine.jsonl"),
      `${JSON.stringify({ ...MINE, id: "m3", split: "dev" })}\n`,
    );
    await saveVersions(context);
    expect(readFileSync(at("dvc.lock"), "utf8")).toBe(before);
  });

  test("where DVC has a whole folder already, nothing is written", async () => {
    const { context, at } = copy();
    rmSync(at("dvc.yaml"));
    writeFileSync(at("data", "raw.dvc"), "outs: []\n");
    const notes: string[] = [];
    const progress = { ...silent, note: (text: string) => void notes.push(text) };
    await saveVersions({ ...context, progress });
    expect(notes[0]).toContain("data/raw.dvc: DVC has the whole folder already");
    expect(existsSync(at("dvc.yaml"))).toBe(false);
  });

  test("YAML that is none is an error, and stays", async () => {
    const { context, at } = copy();
    writeFileSync(at("dvc.yaml"), "stages: [\n");
    await expect(saveVersions(context)).rejects.toThrow(/dvc\.yaml is not YAML: .*line 2/);
    expect(readFileSync(at("dvc.yaml"), "utf8")).toBe("stages: [\n");
  });
});

test("a folder's hash is the one that DVC 3.67 gave it", () => {
  const folder = join(root, "reference");
  mkdirSync(folder);
  writeFileSync(join(folder, "train.jsonl"), "hi\n");
  expect(saveTree(join(root, "objects"), folder)).toEqual({
    hash: "fa0f3179c06d581387f3135dc5367b19.dir",
    size: 3,
    files: [{ md5: "764efa883dda1e11db47671c4a3bbd9e", relpath: "train.jsonl" }],
  });
});

const dvcProgram = process.env.T2S_DVC ?? "";
describe.skipIf(dvcProgram === "")("the real DVC (T2S_DVC)", () => {
  const UP_TO_DATE = "Data and pipelines are up to date.\n";
  const home = join(root, "home");
  /** Runs DVC there; what it prints, when it ends with 0. */
  function dvc(folder: string, ...args: readonly string[]): string {
    const bin = join(root, "bin");
    const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");
    mkdirSync(bin, { recursive: true });
    writeFileSync(
      join(bin, "t2s"),
      `#!/bin/sh\nexec "${process.execPath}" --disable-warning=ExperimentalWarning "${main}" "$@"\n`,
    );
    chmodSync(join(bin, "t2s"), 0o755);
    const { status, stdout, stderr } = spawnSync(dvcProgram, args, {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: `${bin}:${process.env.PATH}`,
        HOME: home,
        DVC_SITE_CACHE_DIR: join(home, "site"),
        DVC_NO_ANALYTICS: "1",
      },
    });
    expect([status, status === 0 ? "" : stderr + stdout]).toEqual([0, ""]);
    return stdout;
  }
  const git = (folder: string, ...args: readonly string[]) =>
    spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: folder });

  test("everything is up to date, and nothing is run again", () => {
    const { folder } = copy();
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    expect(dvc(folder, "repro")).toContain("Stage 'clean' didn't change, skipping");
    expect(dvc(folder, "repro")).not.toContain("Running stage");
  });

  test("what is pushed to a remote comes back; checkout restores what was edited or removed", () => {
    const { folder, at } = copy();
    dvc(folder, "remote", "add", "-d", "store", join(folder, "..", "store"));
    expect(dvc(folder, "push")).toMatch(/^\d+ files pushed/m);
    expect(dvc(folder, "status", "-c")).toContain("are in sync");
    const before = filesOf(at("data", "clean"));
    writeFileSync(at("data", "clean", "train.jsonl"), "edited");
    rmSync(at("data", "raw", "mine.jsonl"));
    dvc(folder, "checkout", "--force");
    expect(filesOf(at("data", "clean"))).toEqual(before);
    for (const path of [
      ["data", "clean"],
      ["data", "raw", "synthetic.jsonl"],
      ["data", "raw", "mine.jsonl"],
      [".dvc", "cache"],
    ])
      rmSync(at(...path), { recursive: true });
    dvc(folder, "pull");
    expect(filesOf(at("data", "clean"))).toEqual(before);
    expect(filesOf(at("data", "raw"))).toEqual(filesOf(join(made, "data", "raw")));
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
  });

  test("it sees a change of the options, runs the stages with t2s, and both agree afterwards", async () => {
    const { folder, at } = copy();
    changeConfig(folder, { "data.count": 70 });
    expect(dvc(folder, "status")).toMatch(
      /data:\n\tchanged deps:\n\t\tt2s\.yaml:\n\t\t\tmodified: +data/,
    );
    expect(dvc(folder, "repro")).toContain("Running stage 'data'");
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    const context = contextOf(folder);
    for (const stage of [dataStage, cleanStage])
      expect(await reasonToRun(stage, context)).toBeUndefined();
    const { created, log } = await saveVersions(context);
    expect([created, namesOf(versionsIn(log))]).toEqual([
      [],
      ["v1_raw", "v2_cleaned", "v3_raw", "v4_cleaned"],
    ]);
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    expect(readFileSync(at("dvc.yaml"), "utf8")).toBe(readFileSync(join(made, "dvc.yaml"), "utf8"));
  });

  test("a version that was put back is the one that DVC knows, under its own settings", async () => {
    const { folder, context } = await copyWithTwo();
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    await checkoutVersion(context, "v2");
    expect(dvc(folder, "data", "status")).toMatch(/No changes|No scm|^$/m);
    dvc(folder, "checkout");
    expect((await saveVersions(context)).current.cleaned?.name).toBe("v2_cleaned");
    changeConfig(folder, {});
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
  });

  test("under Git it is as well", async () => {
    const repository = join(root, "repository");
    mkdirSync(repository);
    git(repository, "init", "--quiet");
    const folder = join(repository, "project");
    cpSync(made, folder, { recursive: true });
    for (const name of [".dvc", "dvc.lock", "dvc.yaml"])
      rmSync(join(folder, name), { recursive: true });
    await saveVersions(contextOf(folder));
    expect(readFileSync(join(folder, ".dvc", "config"), "utf8")).not.toContain("no_scm");
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    git(repository, "add", "--all");
    git(repository, "commit", "--quiet", "--message", "pairs");
    expect(dvc(folder, "status")).toBe(UP_TO_DATE);
    expect(dvc(folder, "repro")).not.toContain("Running stage");
  });

  test("a folder of unlike names has the hash that `dvc add` gives it", () => {
    const { folder, at, context } = copy();
    const names = [
      "Z",
      "a-b",
      "a b.txt",
      "é",
      "漢",
      "\uff5e",
      "😀",
      "sub/c.txt",
      'q"uote',
      "back\\slash",
    ];
    for (const name of names) {
      mkdirSync(at("odd", "sub"), { recursive: true });
      writeFileSync(at("odd", name), name);
    }
    writeFileSync(at("odd", "sub.txt"), "");
    dvc(folder, "add", "--quiet", "odd");
    const tree = saveTree(context.project.objectsFolder, at("odd"));
    expect(readFileSync(at("odd.dvc"), "utf8")).toContain(`md5: ${tree?.hash}\n`);
    expect(tree?.files).toHaveLength(names.length + 1);
  });
});
