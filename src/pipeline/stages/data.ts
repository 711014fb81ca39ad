/** Stage `data`: pairs made from the schema alone, written to data/raw/synthetic.jsonl; and the import of pairs that people bring. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { writeJsonLines } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import type { Example, Split } from "../../data/example.ts";
import { type Pair, parsePairs, readPairs } from "../../data/pairs.ts";
import { splitKeyOf } from "../../data/split.ts";
import { synthesizeRefusals } from "../../data/synthesize/refuse.ts";
import { synthesize } from "../../data/synthesize/synthesize.ts";
import { createExecutor } from "../../db/executor.ts";
import type { Project } from "../project.ts";
import type { Stage, StageContext } from "../run.ts";
import { databaseFileOf, loadDatabase } from "./schema.ts";

const SYNTHETIC = "synthetic.jsonl";

/** Files of pairs in data/raw, the synthetic one left out. */
export const curatedFiles = ({ rawFolder }: Project): string[] =>
  existsSync(rawFolder)
    ? readdirSync(rawFolder)
        .filter((name) => name.endsWith(".jsonl") && name !== SYNTHETIC)
        .sort()
        .map((name) => join(rawFolder, name))
    : [];

/** Copies files of pairs into data/raw, each line with its split. The same content is written again only if it changed. */
export function importPairs(
  project: Project,
  files: Readonly<Record<Split, string | readonly string[]>>,
): void {
  for (const split of ["train", "dev", "test"] as const)
    for (const file of [files[split]].flat()) {
      const pairs = parsePairs(file).map((pair): Pair => ({ ...pair, split }));
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
  const file = databaseFileOf(context);
  const executor = createExecutor({ workers: 2, timeoutMs: 5_000 });
  try {
    return await work((sqls) => {
      context.signal?.throwIfAborted();
      return executor.runMany(file, sqls, { maxRows: 10_000, overflow: "truncate" });
    });
  } finally {
    await executor.close();
  }
}

/** The pairs of data/raw that people brought, checked by execution. */
export async function readCurated(context: StageContext): Promise<Example[]> {
  const database = await loadDatabase(context);
  const files = curatedFiles(context.project);
  return withDatabase(context, async (run) =>
    (
      await Promise.all(
        files.map((file) =>
          readPairs(file, { database, run, method: `curated:${basename(file, ".jsonl")}` }),
        ),
      )
    ).flat(),
  );
}

const hashesOf = async (files: readonly string[]) =>
  Promise.all(files.map((file) => sha256OfFile(file)));

export const dataStage: Stage = {
  name: "data",
  help: "makes verified pairs from the schema",
  async inputs({ config, project }) {
    return {
      snapshot: existsSync(project.snapshotFile) ? await sha256OfFile(project.snapshotFile) : null,
      curated: await hashesOf(curatedFiles(project)),
      count: config["data.count"],
      refusals: config["data.refusals"],
      seed: config["data.seed"],
    };
  },
  async run(context) {
    const { config, project, progress } = context;
    const database = await loadDatabase(context);
    const curated = await readCurated(context);
    const exclude = new Set(curated.filter(({ split }) => split !== "train").map(splitKeyOf));
    const seed = config["data.seed"];
    const [pairs, refusals] = await withDatabase(context, async (run) => [
      await synthesize(database, {
        count: config["data.count"],
        seed,
        run,
        exclude,
        onProgress: (done, total) => progress.update(done, total, "pairs"),
      }),
      await synthesizeRefusals(database, { count: config["data.refusals"], seed, run, exclude }),
    ]);
    writeJsonLines(join(project.rawFolder, SYNTHETIC), [...pairs.examples, ...refusals]);
    const perMinute = Math.round((60 * pairs.examples.length) / Math.max(0.001, pairs.seconds));
    return {
      outputs: [`data/raw/${SYNTHETIC}`],
      summary: `${pairs.examples.length} verified pairs of ${pairs.shapeIds} shapes (${perMinute} a minute), ${refusals.length} refusals, beside ${curated.length} written by hand`,
    };
  },
};
