/**
 * Makes a test suite for one database: neighbours of the golds, then perturbed copies of the database until each
 * neighbour is told apart from its gold by one of them or the time is over, then the fewest of these. What is done is
 * kept in a folder beside the result, so that a run that was stopped goes on. After Zhong, Yu, Klein (EMNLP 2020); the
 * copies are drawn around what the golds touch instead of at random.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { backup } from "node:sqlite";
import { UserError } from "../../base/errors.ts";
import { asDiskError, writeJson } from "../../base/files.ts";
import { hashOfJson, sha256OfFile } from "../../base/hash.ts";
import { type Progress, silent } from "../../base/progress.ts";
import { createExecutor } from "../../db/executor.ts";
import { openTrusted } from "../../db/sqlite.ts";
import { introspect } from "../../schema/introspect.ts";
import { distill } from "./distill.ts";
import { domainsOf } from "./domains.ts";
import { focusesOf } from "./focus.ts";
import { askSource, drawCandidates } from "./grow.ts";
import { planOf } from "./plan.ts";
import { SourceRows } from "./source-rows.ts";
import { readSuite, type Suite, SUITE_FILE, type SuiteDatabase } from "./suite-file.ts";
import { suiteOf } from "./suite-report.ts";
import { candidateFile, readRecord, type Work, type WorkRecord, writeRecord } from "./work.ts";
import { ddlOf } from "./write-database.ts";

export type SuiteJob = {
  /** The SQLite file; it is copied and never written. */
  readonly file: string;
  readonly dbId: string;
  readonly golds: readonly string[];
  /** The suite goes to DIR/DB of this folder. */
  readonly out: string;
};

export type SuiteOptions = {
  /** Most databases, the copy of the source counted. */
  readonly databasesMax?: number;
  /** The time for drawing; what was found by then is the suite. */
  readonly minutes?: number;
  readonly seed?: number;
  readonly neighboursPerGold?: number;
  readonly workers?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
};

/** Raised with every release that makes other suites of the same input. */
const METHOD = 1;
const WORK = "making";

/**
 * Makes the suite DIR/DB/*.sqlite with DIR/DB/suite.json, or gives the one that is there when nothing changed. Raises
 * UserError("data-invalid") when no gold has neighbours, UserError("usage") when the folder holds databases of others,
 * UserError("stopped") at an abort, after which the same call goes on.
 */
export async function makeSuite(job: SuiteJob, options: SuiteOptions = {}): Promise<Suite> {
  const { databasesMax = 10, minutes = 5, seed = 1, neighboursPerGold = 40 } = options;
  const { workers = 2, progress = silent, signal } = options;
  const startedMs = performance.now();
  const target = join(job.out, job.dbId);
  ensureOwn(target, job);
  const folder = join(target, WORK);
  const sourceFile = join(folder, "source.sqlite");
  await copyDatabase(job.file, sourceFile);
  const sourceSha256 = await sha256OfFile(sourceFile);
  const golds = [...new Set(job.golds)].sort();
  const settings = { METHOD, databasesMax, seed, neighboursPerGold };
  const key = hashOfJson({ ...settings, golds, sourceSha256 });
  const known = finishedSuite(job, key);
  if (known !== undefined) return known;

  const { tables } = introspect(sourceFile, { dbId: job.dbId }).database;
  progress.step("making neighbours");
  const onProgress = (done: number, total: number) => progress.update(done, total);
  const plan = planOf(golds, { tables, seed, neighboursPerGold, onProgress });
  progress.done(`${plan.pairs.length} of ${plan.golds.length} golds`);
  if (plan.pairs.length === 0)
    throw new UserError("data-invalid", `no gold of ${job.dbId} has neighbours`);
  const endMs = startedMs + 60_000 * minutes;
  const rows = new SourceRows(sourceFile, { tables });
  const work: Work = {
    folder,
    sourceFile,
    seed,
    tables,
    plan,
    progress,
    rows,
    ddl: ddlOf(sourceFile),
    domains: domainsOf(
      tables,
      rows,
      plan.golds.flatMap((gold) => focusesOf(gold, tables)),
    ),
    executor: createExecutor({ workers }),
    isOver: () => signal?.aborted === true || performance.now() > endMs,
  };
  try {
    const before = readRecord(folder, key);
    const asked = await askSource(work, before);
    const drawn = await drawCandidates(work, asked);
    const seconds = before.seconds + (performance.now() - startedMs) / 1000;
    const record = { ...drawn, seconds };
    if (signal?.aborted) writeRecord(folder, record);
    signal?.throwIfAborted();
    return finish(job, work, record, { databasesMax, sourceSha256 });
  } finally {
    rows.close();
    await work.executor.close();
  }
}

const SUITE_DATABASE = /^suite-\d+\.sqlite$/;

/** A folder with databases that no suite lists is somebody else's; the source itself may lie there. */
function ensureOwn(target: string, { file, dbId }: SuiteJob): void {
  mkdirSync(join(target, WORK), { recursive: true });
  if (existsSync(join(target, SUITE_FILE))) return;
  const foreign = readdirSync(target).find(
    (name) =>
      name.endsWith(".sqlite") && !(name === `${dbId}.sqlite` && isSame(file, join(target, name))),
  );
  if (foreign !== undefined)
    throw new UserError(
      "usage",
      `${join(target, foreign)} belongs to no suite; name an empty folder with --out`,
    );
}

const isSame = (a: string, b: string): boolean =>
  existsSync(b) && realpathSync(a) === realpathSync(b);

/** A copy with all that is committed, whatever others write meanwhile. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const connection = openTrusted(from);
  try {
    rmSync(to, { force: true });
    await backup(connection, to);
  } catch (error) {
    throw asDiskError(error, to);
  } finally {
    connection.close();
  }
}

/** The suite that is there, if it was made from the same and more time would not help. */
function finishedSuite({ out, dbId }: SuiteJob, key: string): Suite | undefined {
  if (!existsSync(join(out, dbId, SUITE_FILE))) return undefined;
  const suite = readSuite(out, dbId);
  const isWhole = suite.databases.every(({ file }) => existsSync(join(out, dbId, file)));
  if (suite.key !== key || !isWhole || !suite.isComplete) return undefined;
  rmSync(join(out, dbId, WORK), { recursive: true, force: true });
  return suite;
}

type Finish = { readonly databasesMax: number; readonly sourceSha256: string };

/** Chooses the fewest databases, puts them in their place and describes them. */
function finish(
  job: SuiteJob,
  work: Work,
  record: WorkRecord,
  { databasesMax, sourceSha256 }: Finish,
): Suite {
  const target = join(job.out, job.dbId);
  const sets = record.candidates.map(({ kills }) => new Set(kills));
  const chosen = distill(sets, databasesMax - 1).map((i) => record.candidates[i]);
  const perturbed = chosen.map(({ seed, rows, kills }, i): SuiteDatabase => ({
    file: `suite-${String(i + 1).padStart(2, "0")}.sqlite`,
    seed,
    rows,
    kills: kills.length,
  }));
  for (const name of readdirSync(target)) if (SUITE_DATABASE.test(name)) rmSync(join(target, name));
  chosen.forEach(({ seed }, i) =>
    copyFileSync(candidateFile(work.folder, seed), join(target, perturbed[i].file)),
  );
  const own = join(target, `${job.dbId}.sqlite`);
  if (!isSame(job.file, own)) renameSync(work.sourceFile, own);
  const suite = suiteOf(work, record, { dbId: job.dbId, sourceSha256, chosen, perturbed });
  writeJson(join(target, SUITE_FILE), suite);
  if (record.isDone) rmSync(work.folder, { recursive: true, force: true });
  else writeRecord(work.folder, record);
  return suite;
}
