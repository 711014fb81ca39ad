/**
 * Stage `clean`: data/raw → data/clean. Pairs whose split is given (the bundled company's) keep it; else all are divided
 * by template. What is set aside stands in rejected.jsonl with its reason, what is doubtful in warnings.jsonl, how near
 * training comes to dev and test in leaks.jsonl; card.md says how the pairs were made.
 */
import { existsSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { UserError } from "../../base/errors.ts";
import { readJsonLines, writeFileAtomic, writeJsonLines } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { renderCard } from "../../data/card.ts";
import { type CleanOptions, cleanPairs, type Rejection } from "../../data/clean.ts";
import { type Embedder, openEmbedder } from "../../data/embed.ts";
import type { Example, Split } from "../../data/example.ts";
import { findLeaks, type Leak } from "../../data/leaks.ts";
import { type CheckedPair, executePairs, parsePairs } from "../../data/pairs.ts";
import { indexCells, loadCells } from "../../link/cells.ts";
import { applyReview } from "../review.ts";
import { roundTripInputs, withRoundTrip } from "../round-trip.ts";
import { hashOfOutput, type Stage, type StageContext } from "../run.ts";
import { curatedFiles, withDatabase } from "./data.ts";
import { databaseOf, loadDatabase } from "./schema.ts";

/** Fewer training pairs than this teach nothing. */
const FEWEST_TRAIN = 20;

const SYNTHETIC = "data/raw/synthetic.jsonl";
const SPLITS: readonly Split[] = ["train", "dev", "test"];

/** Whether people have said which pairs the report is made on. */
export const hasGivenSplit = ({ project }: StageContext): boolean =>
  curatedFiles(project).some((file) => parsePairs(file).some(({ split }) => split === "test"));

/** Embeddings of this project's questions. */
export const embedderOf = ({ project }: StageContext): Embedder =>
  openEmbedder(join(project.folder, "data", "cache", "embeddings.jsonl"));

export const cleanStage: Stage = {
  name: "clean",
  help: "checks the pairs and divides them by template",
  async inputs(context) {
    const { config, project } = context;
    return {
      snapshot: await hashOfOutput(project, relative(project.folder, project.snapshotFile)),
      synthetic: await hashOfOutput(project, SYNTHETIC),
      curated: await Promise.all(curatedFiles(project).map((file) => sha256OfFile(file))),
      review: (await hashOfOutput(project, "data/review.jsonl")) ?? undefined,
      shares: [config["data.devShare"], config["data.testShare"], config["data.seed"]],
      roundTrip: roundTripInputs(context),
    };
  },
  async run(context) {
    const { config, project } = context;
    const database = await loadDatabase(context);
    const made = await readRaw(context);
    const { pairs, rejected: inReview } = await applyReview(context, made);
    const embedder = embedderOf(context);
    const options: CleanOptions = {
      database,
      split: hasGivenSplit(context)
        ? "given"
        : {
            devShare: config["data.devShare"],
            testShare: config["data.testShare"],
            seed: config["data.seed"],
          },
      cells: indexCells(await loadCells(databaseOf(context), database)),
      embed: embedder.embed,
    };
    const cleaned = await withRoundTrip(context, (roundTrip) =>
      cleanPairs(pairs, { ...options, ...(roundTrip && { roundTrip }) }),
    );
    const { train, dev, test, warnings } = cleaned;
    const rejected = [...inReview, ...cleaned.rejected];
    const answerable = test.filter(({ kind }) => kind === "answer").length;
    if (train.length < FEWEST_TRAIN || answerable === 0)
      throw new UserError(
        "data-too-few",
        `${train.length} pairs for training and ${answerable} answerable ones for the report are left of ${made.length}; at least ${FEWEST_TRAIN} and 1 are wanted`,
      );
    const at = (name: string) => join(project.cleanFolder, name);
    writeJsonLines(at("rejected.jsonl"), rejected);
    writeJsonLines(at("warnings.jsonl"), warnings);
    await writeSplits(context, [...train, ...dev, ...test], embedder);
    return {
      outputs: [...SPLIT_OUTPUTS, "data/clean/rejected.jsonl", "data/clean/warnings.jsonl"],
      summary: summaryOf([...train, ...dev, ...test], rejected.length),
    };
  },
};

/** How the pairs are divided, and how many are none. */
export function summaryOf(
  examples: readonly { readonly split: Split }[],
  setAside: number,
): string {
  const count = (wanted: Split) => examples.filter(({ split }) => split === wanted).length;
  return `${count("train")} for training, ${count("dev")} for choices, ${count("test")} for the report, ${setAside} set aside`;
}

/** What writeSplits writes, relative to the project. */
export const SPLIT_OUTPUTS: readonly string[] = [
  ...SPLITS.map((split) => `data/clean/${split}.jsonl`),
  "data/clean/leaks.jsonl",
  "data/clean/card.md",
];

/** The pairs by their split, with the report of leaks and the card that follow from it. */
export async function writeSplits(
  context: StageContext,
  examples: readonly Example[],
  embedder: Embedder,
): Promise<Leak[]> {
  const { project } = context;
  const database = await loadDatabase(context);
  const at = (name: string) => join(project.cleanFolder, name);
  const leaks = await findLeaks(examples, database, embedder.embed);
  embedder.save();
  for (const split of SPLITS)
    writeJsonLines(
      at(`${split}.jsonl`),
      examples.filter((example) => example.split === split),
    );
  writeJsonLines(at("leaks.jsonl"), leaks);
  const rejected = readJsonLines<Rejection>(at("rejected.jsonl"));
  writeFileAtomic(at("card.md"), renderCard({ database, examples, rejected, leaks }));
  return leaks;
}

/** Every pair of data/raw, executed. */
async function readRaw(context: StageContext): Promise<CheckedPair[]> {
  const database = await loadDatabase(context);
  const synthetic = join(context.project.folder, SYNTHETIC);
  const files = [...curatedFiles(context.project), ...(existsSync(synthetic) ? [synthetic] : [])];
  if (files.length === 0)
    throw new UserError(
      "not-found",
      `there are no pairs in ${context.project.rawFolder}; run \`t2s data generate\`, or put JSON lines there`,
    );
  return withDatabase(context, async (run) => {
    const groups: CheckedPair[][] = [];
    for (const file of files) {
      const method = file === synthetic ? "imported" : `curated:${basename(file, ".jsonl")}`;
      groups.push(await executePairs(parsePairs(file), { database, run, method }));
    }
    return groups.flat();
  });
}

/** The pairs of data/clean. Raises `not-found` when there are none. */
export function readClean({ project }: StageContext): Example[] {
  const files = SPLITS.map((split) => join(project.cleanFolder, `${split}.jsonl`));
  if (!files.every((file) => existsSync(file)))
    throw new UserError("not-found", "there are no pairs yet; run `t2s data clean` first");
  return files.flatMap((file) => readJsonLines<Example>(file));
}
