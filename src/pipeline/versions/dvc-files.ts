/**
 * The files by which DVC knows a project: dvc.yaml (the stages data and clean), dvc.lock (what each was last run on and
 * wrote), a `.dvc` file beside each file of pairs that people brought, and `.dvc/`. What else stands in them is the
 * user's and stays. Only a stage that is up to date gets a new entry in dvc.lock, so that DVC says of the others what
 * this program says.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { Document } from "yaml";
import { writeFileAtomic } from "../../base/files.ts";
import { objectPath, saveFile, saveTree } from "../../data/versions/objects.ts";
import type { DvcFile, DvcLock } from "../../data/versions/versions.ts";
import { CONFIG_FILE, readConfig } from "../config.ts";
import type { Config, OptionName } from "../options.ts";
import type { Project } from "../project.ts";
import { readRecords, type StageContext } from "../run.ts";
import { curatedFiles } from "../stages/data.ts";
import {
  type Locks,
  PAIR_STAGES,
  type PairStage,
  readYaml,
  writeLock,
  writeYaml,
} from "./dvc-lock.ts";

/** Whose options they read: the whole group, so that DVC sees an option that is set for the first time. */
const OPTION_GROUP = "data";

const fileOf = ({ folder }: Project, ...names: string[]) => join(folder, ...names);
/** A path within the project, as DVC writes it. */
export const pathIn = ({ folder }: Project, file: string): string =>
  relative(folder, file).replaceAll(sep, "/");

/** What the stage reads and writes, relative to the project; undefined when it has not run. */
function pathsOf(project: Project, stage: PairStage) {
  const outsOf = (name: PairStage) => {
    const clean = pathIn(project, project.cleanFolder);
    const outputs = Object.keys(readRecords(project)[name]?.outputs ?? {});
    return [...new Set(outputs.map((path) => (path.startsWith(`${clean}/`) ? clean : path)))];
  };
  const outs = outsOf(stage);
  if (outs.length === 0) return undefined;
  const curated = curatedFiles(project).map((file) => pathIn(project, file));
  const raw = `${pathIn(project, project.rawFolder)}/`;
  const others =
    stage === "data"
      ? []
      : [
          ...outsOf("data").filter((path) => path.startsWith(raw)),
          pathIn(project, project.reviewFile),
        ];
  const deps = [pathIn(project, project.snapshotFile), ...curated, ...others].filter((path) =>
    existsSync(fileOf(project, path)),
  );
  return { deps: deps.sort(), outs: outs.sort() };
}

/** The entry of dvc.lock for a stage that is up to date; keeps the content of what it wrote. */
export function lockOf(context: StageContext, stage: PairStage): DvcLock | undefined {
  const { project } = context;
  const paths = pathsOf(project, stage);
  if (paths === undefined) return undefined;
  const entryOf = (path: string): DvcFile => {
    const file = fileOf(project, path);
    if (!statSync(file).isDirectory())
      return { path, hash: "md5", ...saveFile(project.objectsFolder, file) };
    const tree = saveTree(project.objectsFolder, file);
    const { hash: md5 = "", size = 0, files = [] } = tree ?? {};
    return { path, hash: "md5", md5, size, nfiles: files.length };
  };
  const params = paramsIn(project);
  return {
    cmd: commandOf(context, stage),
    deps: paths.deps.map(entryOf),
    ...(params && { params }),
    outs: paths.outs.map(entryOf),
  };
}

/** The command that makes it again: what was given as a flag stands in it. A word before it, such as npx, stays. */
function commandOf({ project, config }: StageContext, stage: PairStage): string {
  const inFile = existsSync(fileOf(project, CONFIG_FILE)) ? readConfig(project.folder) : config;
  const flags = (Object.keys(config) as OptionName[])
    .filter((name) => name.startsWith(`${OPTION_GROUP}.`))
    .filter((name) => String(config[name]) !== String(inFile[name]))
    .map((name) => ` --${name} ${quoted(config[name])}`);
  const before = String(readYaml(project, "dvc.yaml").getIn(["stages", stage, "cmd"]) ?? "");
  const prefix = /^(.*?)\bt2s run\b/.exec(before)?.[1] ?? "";
  return `${prefix}t2s run ${stage}${flags.join("")}`;
}

const quoted = (value: Config[OptionName]): string =>
  /^[\w.,-]+$/.test(String(value)) ? String(value) : `'${String(value).replaceAll("'", `'\\''`)}'`;

function paramsIn(project: Project): object | undefined {
  const document = readYaml(project, CONFIG_FILE);
  return document.has(OPTION_GROUP)
    ? { [CONFIG_FILE]: { [OPTION_GROUP]: plain(document.get(OPTION_GROUP, true)) } }
    : undefined;
}

const plain = (node: unknown): unknown =>
  node === null || node === undefined ? null : (node as { toJSON(): unknown }).toJSON();

/**
 * Writes all of them. `locks` has the stages that are up to date. Left alone where someone has given a whole folder of
 * pairs to DVC: no file may belong to two.
 */
export function writeDvcFiles(context: StageContext, locks: Locks): void {
  const { project } = context;
  const taken = ["data.dvc", "data/raw.dvc", "data/clean.dvc"].filter((name) =>
    existsSync(fileOf(project, name)),
  );
  if (taken.length > 0)
    return context.progress.note(
      `  ${taken.join(", ")}: DVC has the whole folder already, so dvc.yaml is left as it is`,
    );
  writeDvcFolder(project);
  const document = readYaml(project, "dvc.yaml");
  for (const stage of PAIR_STAGES) writeStage(project, document, stage, locks[stage]);
  if (document.has("stages")) writeYaml(project, "dvc.yaml", document);
  writeLock(project, locks);
  writePointers(project, outsIn(document));
}

function writeStage(
  project: Project,
  document: Document,
  stage: PairStage,
  lock: DvcLock | undefined,
): void {
  const paths = pathsOf(project, stage);
  if (paths === undefined) return;
  const at = ["stages", stage];
  const cmd = lock?.cmd ?? document.getIn([...at, "cmd"]) ?? `t2s run ${stage}`;
  const params = paramsIn(project) === undefined ? [] : [{ [CONFIG_FILE]: [OPTION_GROUP] }];
  const entry = { cmd, deps: paths.deps, params, outs: paths.outs };
  for (const [key, value] of Object.entries(entry))
    document.setIn([...at, key], document.createNode(value));
  if (params.length === 0) document.deleteIn([...at, "params"]);
}

/** Every path that a stage of dvc.yaml writes. */
function outsIn(document: Document): Set<string> {
  type Out = string | Readonly<Record<string, unknown>>;
  const { stages } = (document.toJS() ?? {}) as { stages?: Record<string, { outs?: Out[] }> };
  const outs = Object.values(stages ?? {}).flatMap((stage) => stage?.outs ?? []);
  return new Set(outs.flatMap((out) => (typeof out === "string" ? out : Object.keys(out))));
}

/** `.dvc/` as `dvc init` makes it; one that is there is the user's. */
function writeDvcFolder(project: Project): void {
  if (!existsSync(fileOf(project, ".dvc", "config"))) {
    writeFileAtomic(fileOf(project, ".dvc", ".gitignore"), "/config.local\n/tmp\n/cache\n");
    const scm = isInGit(project.folder) ? "" : "    no_scm = True\n";
    writeFileAtomic(fileOf(project, ".dvc", "config"), `[core]\n    analytics = false\n${scm}`);
  }
  const ignore = fileOf(project, ".dvcignore");
  const ignored = existsSync(ignore) ? readFileSync(ignore, "utf8") : "";
  if (!ignored.split("\n").includes("*.partial"))
    writeFileAtomic(ignore, `${ignored.replace(/\n?$/, ignored && "\n")}*.partial\n`);
}

const isInGit = (folder: string): boolean =>
  existsSync(join(folder, ".git")) || (dirname(folder) !== folder && isInGit(dirname(folder)));

/** `X.jsonl.dvc` beside each file of pairs that no stage makes. A pointer whose file was removed here goes with it. */
function writePointers(project: Project, outs: ReadonlySet<string>): void {
  for (const file of curatedFiles(project)) {
    if (outs.has(pathIn(project, file))) continue;
    const name = `${pathIn(project, file)}.dvc`;
    const document = readYaml(project, name);
    const { md5, size } = saveFile(project.objectsFolder, file);
    if (document.getIn(["outs", 0, "md5"]) === md5) continue;
    if (!document.has("outs"))
      document.contents = document.createNode({ outs: [{ hash: "md5", path: basename(file) }] });
    document.setIn(["outs", 0, "md5"], md5);
    document.setIn(["outs", 0, "size"], size);
    writeYaml(project, name, document);
  }
  const raw = existsSync(project.rawFolder) ? readdirSync(project.rawFolder) : [];
  for (const pointer of raw.filter((name) => name.endsWith(".jsonl.dvc"))) {
    const name = pathIn(project, join(project.rawFolder, pointer));
    const isGone = !existsSync(fileOf(project, name.slice(0, -".dvc".length)));
    const md5 = String(readYaml(project, name).getIn(["outs", 0, "md5"]));
    if (isGone && existsSync(objectPath(project.objectsFolder, md5))) rmSync(fileOf(project, name));
  }
}
