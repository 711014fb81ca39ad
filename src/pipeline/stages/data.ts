/** Stage `data`: pairs made from the schema alone, written to data/raw/synthetic.jsonl; and the import of pairs that people bring. */
import { existsSync, readdirSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJson, writeJson, writeJsonLines } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { type Counts, countBy } from "../../data/stats/counts.ts";
import type { Example, Split } from "../../data/example.ts";
import { identityOf, type Pair, parsePairs } from "../../data/pairs.ts";
import { splitKeyOf } from "../../data/split.ts";
import { synthesizeRefusals } from "../../data/synthesize/refuse.ts";
import {
  NAMED_TARGETS,
  type Profile,
  readTarget,
  varietyOf,
} from "../../data/synthesize/profile.ts";
import { type Synthesis, synthesize } from "../../data/synthesize/synthesize.ts";
import { createExecutor } from "../../db/executor.ts";
import type { Project } from "../project.ts";
import type { Stage, StageContext } from "../run.ts";
import { databaseOf, loadDatabase } from "./schema.ts";

const SYNTHETIC = "synthetic.jsonl";

/** What synthesis gave, as `t2s data generate --json` prints it. */
export type SynthesisReport = {
  /** Answerable pairs, verified, none twice. */
  readonly pairs: number;
  readonly refusals: number;
  readonly refusalKinds: Counts;
  /** Drafts turned down, by reason. */
  readonly rejected: Counts;
  /** Of synthesis alone. */
  readonly seconds: number;
  readonly perMinute: number;
  readonly templates: number;
  readonly shapes: number;
  /** Of the questions; comparable between equally many. */
  readonly distinct2: number;
  readonly hardness: Counts;
  /** What was steered towards, by name and shares, and what came out. */
  readonly target: { readonly name: string; readonly wanted: Profile; readonly reached: Profile };
};

/** Not in data/raw, whose every file is read as pairs. */
const REJECTED = "data/rejected/synthetic.jsonl";
const REPORT = "data/rejected/synthetic-report.json";
const reportFileOf = ({ folder }: Project): string => join(folder, REPORT);

/** The report of the last synthesis. Raises UserError("not-found") when there is none. */
export function readSynthesisReport(project: Project): SynthesisReport {
  const file = reportFileOf(project);
  if (existsSync(file)) return readJson<SynthesisReport>(file);
  throw new UserError("not-found", `there is no ${file}; t2s run data --force makes it`);
}

/** Files of pairs in data/raw, the synthetic one left out. */
export const curatedFiles = ({ rawFolder }: Project): string[] =>
  existsSync(rawFolder)
    ? readdirSync(rawFolder)
        .filter((name) => name.endsWith(".jsonl") && name !== SYNTHETIC)
        .sort()
        .map((name) => join(rawFolder, name))
    : [];

/** Copies files of pairs into data/raw, each line with its split and licence. A file that is there stays. */
export function importPairs(
  project: Project,
  files: Readonly<Record<Split, string | readonly string[]>>,
  licence: string,
): void {
  for (const split of ["train", "dev", "test"] as const)
    for (const file of [files[split]].flat()) {
      const source = { method: `curated:${basename(file, ".jsonl")}`, licence };
      const pairs = parsePairs(file).map((pair): Pair => ({ ...pair, split, source }));
      const target = join(project.rawFolder, basename(file));
      if (!existsSync(target)) writeJsonLines(target, pairs);
    }
}

/**
 * Runs `work` with an executor on the project's database; the connection is kept between statements. With an aborted
 * signal the next statement raises its reason.
 */
export async function withDatabase<T>(
  context: StageContext,
  work: (
    run: (sqls: readonly string[]) => ReturnType<ReturnType<typeof createExecutor>["runMany"]>,
  ) => Promise<T>,
): Promise<T> {
  const database = databaseOf(context);
  const executor = createExecutor({ workers: 2, timeoutMs: 5_000 });
  try {
    return await work((sqls) => {
      context.signal?.throwIfAborted();
      return executor.runMany(database, sqls, { maxRows: 10_000, overflow: "truncate" });
    });
  } finally {
    await executor.close();
  }
}

/** A target's name, or its file's path from the project folder. */
function targetOf({ config, project }: StageContext): string {
  const name = config["data.target"];
  return NAMED_TARGETS.includes(name) || isAbsolute(name) ? name : join(project.folder, name);
}

async function targetHash(context: StageContext): Promise<string | null> {
  const name = targetOf(context);
  if (NAMED_TARGETS.includes(name)) return name;
  return existsSync(name) ? sha256OfFile(name) : null;
}

/** Pairs that people brought; synthesis leaves out the templates of those that are not for training. */
const curatedPairs = (project: Project): Pair[] =>
  curatedFiles(project).flatMap((file) => parsePairs(file));

const isHeldOut = ({ split = "train" }: Pair): boolean => split !== "train";

export const dataStage: Stage = {
  name: "data",
  help: "makes verified pairs from the schema",
  async inputs(context) {
    const { config, project } = context;
    return {
      snapshot: existsSync(project.snapshotFile) ? await sha256OfFile(project.snapshotFile) : null,
      heldOut: curatedPairs(project)
        .filter(isHeldOut)
        .map(({ sql, refusal }) => sql || refusal),
      count: config["data.count"],
      refusals: config["data.refusals"],
      target: await targetHash(context),
      seed: config["data.seed"],
    };
  },
  async run(context) {
    const { config, project, progress } = context;
    const database = await loadDatabase(context);
    const curated = curatedPairs(project);
    if (curated.length === 0 && database.tables.every(({ rowCount }) => rowCount === 0))
      throw new UserError(
        "data-too-few",
        "no table of the database has rows, and a pair is kept by what its SQL returns; a database with rows is wanted, or `t2s init --ddl`, which makes rows up",
      );
    const exclude = new Set(
      curated
        .filter(isHeldOut)
        .map((pair) => splitKeyOf({ ...pair, ...identityOf(pair, database) })),
    );
    const seed = config["data.seed"];
    const wanted = readTarget(targetOf(context));
    const [pairs, refusals] = await withDatabase(context, async (run) => [
      await synthesize(database, {
        count: config["data.count"],
        seed,
        run,
        exclude,
        target: wanted,
        variety: varietyOf(config["data.target"]),
        onProgress: (done, total) => progress.update(done, total, "pairs"),
      }),
      await synthesizeRefusals(database, { count: config["data.refusals"], seed, run, exclude }),
    ]);
    const report = reportOf(pairs, refusals, { name: config["data.target"], wanted });
    writeJsonLines(join(project.rawFolder, SYNTHETIC), [...pairs.examples, ...refusals]);
    writeJsonLines(join(project.folder, REJECTED), pairs.rejectedDrafts);
    writeJson(reportFileOf(project), report);
    return {
      outputs: [`data/raw/${SYNTHETIC}`, REJECTED, REPORT],
      summary: summaryOf(report, curated.length),
    };
  },
};

function reportOf(
  pairs: Synthesis,
  refusals: readonly Example[],
  target: Omit<SynthesisReport["target"], "reached">,
): SynthesisReport {
  const { examples, rejected, seconds, templateIds, shapeIds, distinct2, reached } = pairs;
  return {
    pairs: examples.length,
    refusals: refusals.length,
    refusalKinds: countBy(refusals, ({ source }) => source.method.replace(/^.*:/, "")),
    rejected,
    seconds: Math.round(seconds * 1000) / 1000,
    perMinute: Math.round((60 * examples.length) / Math.max(0.001, seconds)),
    templates: templateIds,
    shapes: shapeIds,
    distinct2: Math.round(distinct2 * 1000) / 1000,
    hardness: countBy(examples, ({ hardness }) => hardness),
    target: { ...target, reached },
  };
}

/** One line: how much, how fast, and how near to the target. */
function summaryOf(report: SynthesisReport, curated: number): string {
  const { pairs, shapes, perMinute, refusals, refusalKinds, target } = report;
  const kinds = Object.entries(refusalKinds).map(([kind, count]) => `${count} ${kind}`);
  const percent = (shares: Profile) =>
    Object.values(shares.hardness ?? {})
      .map((share) => Math.round(100 * share))
      .join("/");
  const aim = target.wanted.hardness ? ` (wanted ${percent(target.wanted)})` : "";
  return [
    `${pairs} verified pairs of ${shapes} shapes (${perMinute} a minute)`,
    `easy/medium/hard/extra ${percent(target.reached)} %${aim}`,
    `${refusals} refusals${kinds.length > 0 ? ` (${kinds.join(", ")})` : ""}`,
    `beside ${curated} written by hand`,
  ].join(", ");
}
