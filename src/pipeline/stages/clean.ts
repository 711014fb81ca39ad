/**
 * Stage `clean`: data/raw → data/clean. Pairs whose split is given (the bundled company's) keep it; else all are divided
 * by template. What is set aside stands in rejected.jsonl with its reason; card.md says how the pairs were made.
 */
import { join } from "node:path";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic, writeJsonLines } from "../../base/files.ts";
import { sha256OfFile } from "../../base/hash.ts";
import { renderCard } from "../../data/card.ts";
import { cleanPairs } from "../../data/clean.ts";
import { parsePairs } from "../../data/pairs.ts";
import { applyReview } from "../review.ts";
import { hashOfOutput, type Stage } from "../run.ts";
import { curatedFiles, readCurated, readSynthetic } from "./data.ts";
import { loadDatabase } from "./schema.ts";

/** Fewer training pairs than this teach nothing. */
const FEWEST_TRAIN = 20;

export const cleanStage: Stage = {
  name: "clean",
  help: "checks the pairs and divides them by template",
  async inputs({ config, project }) {
    return {
      synthetic: await hashOfOutput(project, "data/raw/synthetic.jsonl"),
      curated: await Promise.all(curatedFiles(project).map((file) => sha256OfFile(file))),
      review: (await hashOfOutput(project, "data/review.jsonl")) ?? undefined,
      shares: [config["data.devShare"], config["data.testShare"], config["data.seed"]],
    };
  },
  async run(context) {
    const { config, project } = context;
    const hasTest = curatedFiles(project).some((file) =>
      parsePairs(file).some(({ split }) => split === "test"),
    );
    const made = [...(await readCurated(context)), ...(await readSynthetic(context))];
    const { examples, rejected: inReview } = await applyReview(context, made);
    const split = hasTest
      ? "given"
      : {
          devShare: config["data.devShare"],
          testShare: config["data.testShare"],
          seed: config["data.seed"],
        };
    const { train, dev, test, rejected: atChecks } = cleanPairs(examples, split);
    const rejected = [...inReview, ...atChecks];
    const answerable = test.filter(({ kind }) => kind === "answer").length;
    if (train.length < FEWEST_TRAIN || answerable === 0)
      throw new UserError(
        "data-too-few",
        `${train.length} pairs for training and ${answerable} answerable ones for the report are left of ${made.length}; at least ${FEWEST_TRAIN} and 1 are wanted`,
      );
    const at = (name: string) => join(project.cleanFolder, name);
    writeJsonLines(at("train.jsonl"), train);
    writeJsonLines(at("dev.jsonl"), dev);
    writeJsonLines(at("test.jsonl"), test);
    writeJsonLines(at("rejected.jsonl"), rejected);
    writeFileAtomic(
      at("card.md"),
      renderCard({
        database: await loadDatabase(context),
        examples: [...train, ...dev, ...test],
        rejected,
      }),
    );
    const outputs = ["train.jsonl", "dev.jsonl", "test.jsonl", "rejected.jsonl", "card.md"].map(
      (name) => `data/clean/${name}`,
    );
    return {
      outputs,
      summary: `${train.length} for training, ${dev.length} for choices, ${test.length} for the report, ${rejected.length} set aside`,
    };
  },
};
