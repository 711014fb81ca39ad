/**
 * Keeps what data/raw and data/clean hold: their files by content, a line in data/versions.jsonl where that content was
 * not there before, and the files by which DVC knows it. The line comes after the content, so that a kill at any moment
 * leaves versions that are whole; the next call does what is left.
 */
import { existsSync } from "node:fs";
import { readJsonLines } from "../../base/files.ts";
import { splitsOf } from "../../data/versions/diff.ts";
import type { Pair } from "../../data/pairs.ts";
import {
  objectPath,
  readTree,
  saveTree,
  type StoredTree,
  type TreeFile,
} from "../../data/versions/objects.ts";
import {
  appendToLog,
  type DvcLock,
  lastOf,
  nextName,
  readLog,
  type Version,
  type VersionKind,
  type VersionLog,
  versionsIn,
} from "../../data/versions/versions.ts";
import type { Project } from "../project.ts";
import { readRecords, reasonToRun, type Stage, type StageContext } from "../run.ts";
import { cleanStage } from "../stages/clean.ts";
import { dataStage } from "../stages/data.ts";
import { lockOf, pathIn, writeDvcFiles } from "./dvc-files.ts";
import type { Locks, PairStage } from "./dvc-lock.ts";
import { finishCheckout } from "./restore.ts";

export type Saved = {
  readonly log: VersionLog;
  /** What was not kept before this call. */
  readonly created: readonly Version[];
  /** What stands in the folders now. */
  readonly current: Readonly<Partial<Record<VersionKind, Version>>>;
};

/** Saves both folders; `by` is the command that changed them beside the stages. A checkout that was killed is finished first. */
export async function saveVersions(context: StageContext, by?: string): Promise<Saved> {
  const { project } = context;
  finishCheckout(project);
  const locks: Locks = {
    ...(await lockIfUpToDate(dataStage, "data", context)),
    ...(await lockIfUpToDate(cleanStage, "clean", context)),
  };
  const raw = saveFolder(project, "raw", locks.data, by);
  const cleaned = saveFolder(project, "cleaned", locks.clean, by);
  if (raw || cleaned) writeDvcFiles(context, locks);
  return {
    log: readLog(project.versionsFile),
    created: [raw, cleaned].flatMap((saved) => (saved?.isNew ? saved.version : [])),
    current: {
      ...(raw && { raw: raw.version }),
      ...(cleaned && { cleaned: cleaned.version }),
    },
  };
}

async function lockIfUpToDate(
  stage: Stage,
  name: PairStage,
  context: StageContext,
): Promise<Locks> {
  const lock =
    (await reasonToRun(stage, context)) === undefined ? lockOf(context, name) : undefined;
  return lock ? { [name]: lock } : {};
}

const folderOf = (project: Project, kind: VersionKind): string =>
  kind === "raw" ? project.rawFolder : project.cleanFolder;

type SavedFolder = { readonly version: Version; readonly isNew: boolean };

function saveFolder(
  project: Project,
  kind: VersionKind,
  lock: DvcLock | undefined,
  by: string | undefined,
): SavedFolder | undefined {
  const folder = folderOf(project, kind);
  const tree = saveTree(project.objectsFolder, folder);
  if (tree === undefined) return undefined;
  const log = readLog(project.versionsFile);
  const before = lastOf(log, kind);
  const parent = kind === "cleaned" && lock ? lastOf(log, "raw") : before;
  const known = versionsIn(log).filter((it) => it.kind === kind && it.hash === tree.hash);
  const same =
    lock === undefined || kind === "raw" ? known : known.filter((it) => it.parent === parent?.name);
  const last = same.find((version) => version.name === before?.name) ?? same[same.length - 1];
  if (last !== undefined) return { version: last, isNew: false };
  const stageName = kind === "raw" ? "data" : "clean";
  const record = readRecords(project)[stageName];
  const changes = changesOf(project, before, tree);
  const version: Version = {
    name: nextName(log, kind),
    kind,
    hash: tree.hash,
    at: new Date().toISOString(),
    ...countsOf(project, kind, tree.files),
    parent: parent?.name ?? null,
    madeBy:
      by === undefined && lock && record && isByStage(lock, pathIn(project, folder), changes)
        ? `${lock.cmd}: ${record.summary}`
        : `${by ?? "no stage"}: ${changes.map(({ how, relpath }) => `${how} ${relpath}`).join(", ")}`,
    ...(lock && { stage: { record, lock } }),
  };
  appendToLog(project.versionsFile, version);
  return { version, isNew: true };
}

const SPLIT_FILES = ["train.jsonl", "dev.jsonl", "test.jsonl"];

/** The files of a version that hold its pairs. */
const pairFilesIn = (kind: VersionKind, files: readonly TreeFile[]): TreeFile[] =>
  files.filter(({ relpath }) =>
    kind === "raw" ? /^[^/]*\.jsonl$/.test(relpath) : SPLIT_FILES.includes(relpath),
  );

const pairsIn = (
  { objectsFolder }: Project,
  kind: VersionKind,
  files: readonly TreeFile[],
): Pair[] =>
  pairFilesIn(kind, files).flatMap(({ md5 }) =>
    readJsonLines<Pair>(objectPath(objectsFolder, md5)),
  );

/** All pairs of a version. */
export const readVersion = (project: Project, { kind, hash }: Version): Pair[] =>
  pairsIn(project, kind, readTree(project.objectsFolder, hash));

function countsOf(project: Project, kind: VersionKind, files: readonly TreeFile[]) {
  const pairs = pairsIn(project, kind, files);
  return { n: pairs.length, ...(kind === "cleaned" && { splits: splitsOf(pairs) }) };
}

type Change = { readonly how: "added" | "changed" | "removed"; readonly relpath: string };

/** Which files are others than before. */
function changesOf(
  project: Project,
  before: Version | undefined,
  { files }: StoredTree,
): readonly Change[] {
  const isKept = before && existsSync(objectPath(project.objectsFolder, before.hash));
  const old = new Map(
    (isKept ? readTree(project.objectsFolder, before.hash) : []).map((it) => [it.relpath, it.md5]),
  );
  const now = new Set(files.map(({ relpath }) => relpath));
  return [
    ...files
      .filter(({ relpath, md5 }) => old.get(relpath) !== md5)
      .map(({ relpath }): Change => ({ how: old.has(relpath) ? "changed" : "added", relpath })),
    ...[...old.keys()]
      .filter((relpath) => !now.has(relpath))
      .map((relpath): Change => ({ how: "removed", relpath })),
  ];
}

/** Whether the stage wrote any of it: files of others may change while it stays up to date. */
function isByStage({ outs }: DvcLock, folder: string, changes: readonly Change[]): boolean {
  const paths = new Set(outs.map(({ path }) => path));
  return paths.has(folder) || changes.some(({ relpath }) => paths.has(`${folder}/${relpath}`));
}

/** The stage with its result kept as a version when it has ended. */
export const keptAsVersion = (stage: Stage): Stage => ({
  ...stage,
  after: async (context) => void (await saveVersions(context)),
});
