/** `t2s data leaks`: how near training comes to dev, test and public evaluation sets. */
import { join } from "node:path";
import type { Command } from "commander";
import { writeJsonLines } from "../../../base/files.ts";
import {
  type Contamination,
  type ContaminationKind,
  findContamination,
  readPublicItems,
} from "../../../data/contamination.ts";
import type { Example } from "../../../data/example.ts";
import { countLeaks, findLeaks, LEAK_FLAGS, type LeakCounts } from "../../../data/leaks.ts";
import { recordOutputs } from "../../../pipeline/run.ts";
import { embedderOf, readClean } from "../../../pipeline/stages/clean.ts";
import { loadDatabase } from "../../../pipeline/stages/schema.ts";
import { ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

export function registerLeaks(data: Command): void {
  data
    .command("leaks")
    .description(
      "For each pair of dev and test, the nearest training pair by SQL and by question; each in data/clean/leaks.jsonl.",
    )
    .option(
      "--public <files...>",
      "public sets in Spider's or BIRD's form that training must not hold",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data leaks --json\n  t2s data leaks --public dev.json mini_dev_sqlite.json",
    )
    .action(async (options: { public?: string[] }, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      const examples = readClean(context);
      const sets = (options.public ?? []).map((file) => ({ file, items: readPublicItems(file) }));
      const embedder = embedderOf(context);
      const leaks = await findLeaks(examples, await loadDatabase(context), embedder.embed);
      embedder.save();
      writeJsonLines(join(context.project.cleanFolder, "leaks.jsonl"), leaks);
      await recordOutputs("clean", ["data/clean/leaks.jsonl"], context);
      const train = examples.filter(({ split }) => split === "train");
      const result = {
        ...countLeaks(leaks),
        flagged: leaks.filter(({ flags }) => flags.length > 0),
        file: "data/clean/leaks.jsonl",
        public: sets.map(({ file, items }) => comparison(file, train, items)),
      };
      io.result(result, textOf(result));
    });
}

type Comparison = {
  readonly file: string;
  readonly items: number;
  /** Training pairs of each kind. */
  readonly pairs: Readonly<Record<ContaminationKind, number>>;
  readonly found: readonly Contamination[];
};

function comparison(
  file: string,
  train: readonly Example[],
  items: ReturnType<typeof readPublicItems>,
): Comparison {
  const found = findContamination(train, items);
  const count = (kind: ContaminationKind) =>
    new Set(found.filter(({ kinds }) => kinds.includes(kind)).map(({ id }) => id)).size;
  const pairs = {
    "same-question": count("same-question"),
    "near-question": count("near-question"),
    "same-words": count("same-words"),
    "same-sql": count("same-sql"),
  };
  return { file, items: items.length, pairs, found };
}

function textOf(result: LeakCounts & { readonly public: readonly Comparison[] }): string {
  const kinds = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ");
  return [
    `${result.items} held-out pairs; in training: ${LEAK_FLAGS.map((flag) => `${flag} ${result.flags[flag]}`).join(", ")}`,
    `nearest training pair, median: SQL ${result.nearest.sql}, question ${result.nearest.question} (1 = the same)`,
    ...result.public.map(
      ({ file, items, pairs }) =>
        `${file} (${items} questions); training pairs there: ${kinds(pairs)}`,
    ),
  ].join("\n");
}
