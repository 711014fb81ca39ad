/** `t2s data split`: divides what was kept again, without checking it again; or a file in Spider's form. */
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { readJsonLines, writeJson } from "../../../base/files.ts";
import type { Split } from "../../../data/example.ts";
import { identifySpiderItems } from "../../../data/spider.ts";
import { type SplitBy, type SplitOptions, splitKeyOf, splitPairs } from "../../../data/split.ts";
import { checkOption, defaultConfig, valueOfFlag } from "../../../pipeline/config.ts";
import type { Config, OptionName } from "../../../pipeline/options.ts";
import { recordOutputs } from "../../../pipeline/run.ts";
import {
  embedderOf,
  hasGivenSplit,
  readClean,
  SPLIT_OUTPUTS,
  summaryOf,
  writeSplits,
} from "../../../pipeline/stages/clean.ts";
import { saveVersions } from "../../../pipeline/versions/save.ts";
import { type Io, ioOf } from "../../io.ts";
import { contextOf } from "../run.ts";

type Flags = {
  readonly by: string;
  readonly devShare?: string;
  readonly testShare?: string;
  readonly seed?: string;
  readonly out?: string;
};

export function registerSplit(data: Command): void {
  data
    .command("split")
    .description(
      "Divides the kept pairs again into train, dev and test, without checking them again; splits given in data/raw stay. With FILES in Spider's form, divides those instead.",
    )
    .argument("[files...]", "lists of {db_id, question, query}; no project is needed")
    .option(
      "--by <what>",
      "template: no SQL template on two sides; database: no database",
      "template",
    )
    .option("--dev-share <share>", "share kept for choices")
    .option("--test-share <share>", "share kept for the report alone")
    .option("--seed <n>", "seed")
    .option("--out <folder>", "where the parts of FILES go")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data split --seed 7\n  t2s data split train_spider.json --by database --out parts --json",
    )
    .action(async (files: string[], flags: Flags, self: Command) => {
      const io = ioOf(self);
      const by = splitByOf(flags.by);
      await (files.length > 0 ? splitFiles(files, by, flags, io) : splitProject(by, flags, io));
    });
}

function splitByOf(text: string): SplitBy {
  if (text === "template" || text === "database") return text;
  throw new UserError("usage", `--by is ${text}; template or database is wanted`);
}

const FLAG_OPTIONS = {
  devShare: ["data.devShare", "--dev-share"],
  testShare: ["data.testShare", "--test-share"],
  seed: ["data.seed", "--seed"],
} as const satisfies Record<string, readonly [OptionName, string]>;

function optionsOf(by: SplitBy, flags: Flags, config: Config): SplitOptions {
  const read = (key: keyof typeof FLAG_OPTIONS): number => {
    const [name, flag] = FLAG_OPTIONS[key];
    const text = flags[key];
    return text === undefined
      ? config[name]
      : (checkOption(name, valueOfFlag(name, text), flag) as number);
  };
  return { by, devShare: read("devShare"), testShare: read("testShare"), seed: read("seed") };
}

async function splitProject(by: SplitBy, flags: Flags, io: Io): Promise<void> {
  const context = contextOf(io);
  const examples = readClean(context);
  const options = optionsOf(by, flags, context.config);
  if (hasGivenSplit(context)) {
    io.progress.note("the splits are given in data/raw and stay as they are");
    return showResult(examples, "given", io);
  }
  const divided = splitPairs(
    examples.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    options,
  );
  const before = new Map(examples.map(({ id, split }) => [id, split]));
  if (divided.every(({ id, split }) => before.get(id) === split))
    io.progress.note("split · up to date");
  else {
    await writeSplits(context, divided, embedderOf(context));
    const rejected = readJsonLines(join(context.project.cleanFolder, "rejected.jsonl"));
    const summary = summaryOf(divided, rejected.length);
    await recordOutputs("clean", SPLIT_OUTPUTS, context, { summary });
    await saveVersions(context, "t2s data split");
  }
  showResult(divided, by, io);
}

async function splitFiles(
  files: readonly string[],
  by: SplitBy,
  flags: Flags,
  io: Io,
): Promise<void> {
  if (flags.out === undefined)
    throw new UserError(
      "usage",
      "--out is missing; the folder for train.json, dev.json and test.json is wanted",
    );
  const out = resolve(flags.out);
  if (
    files.some(
      (file) =>
        resolve(file) === join(out, basename(file)) &&
        /^(train|dev|test)\.json$/.test(basename(file)),
    )
  )
    throw new UserError("usage", `--out ${flags.out} would overwrite a file that is to be divided`);
  const items = files.flatMap((file) => identifySpiderItems(file));
  const divided = splitPairs(items, optionsOf(by, flags, defaultConfig));
  for (const name of ["train", "dev", "test"] as const)
    writeJson(
      join(out, `${name}.json`),
      divided.filter(({ split }) => split === name).map(({ item }) => item),
    );
  showResult(divided, by, io);
}

type Divided = Parameters<typeof splitKeyOf>[0] & { readonly dbId: string; readonly split: Split };

function showResult(examples: readonly Divided[], by: SplitBy | "given", io: Io): void {
  const of = (name: Split) => examples.filter(({ split }) => split === name);
  const templates = (name: Split) =>
    new Set(of(name).map((one) => `${one.dbId} ${one.kind} ${splitKeyOf(one)}`)).size;
  const counts = (count: (name: Split) => number) => ({
    train: count("train"),
    dev: count("dev"),
    test: count("test"),
  });
  const pairs = counts((name) => of(name).length);
  const result = { ...pairs, templates: counts(templates), by };
  io.result(
    result,
    (["train", "dev", "test"] as const)
      .map((name) => `${name.padEnd(5)} ${pairs[name]} pairs, ${result.templates[name]} templates`)
      .join("\n"),
  );
}
