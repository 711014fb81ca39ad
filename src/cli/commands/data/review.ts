/** `t2s data review`: a person looks at pairs, in the terminal or by file, and accepts, fixes or rejects them. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { UserError } from "../../../base/errors.ts";
import { writeFileAtomic } from "../../../base/files.ts";
import { appendDecision, appendDecisions } from "../../../data/review/decisions.ts";
import { formatOf, readReviewFile, reviewFileText } from "../../../data/review/file.ts";
import {
  allItems,
  firstOpen,
  parseFilter,
  type ReviewItem,
  reviewItems,
} from "../../../data/review/queue.ts";
import { readReview } from "../../../pipeline/review.ts";
import type { StageContext } from "../../../pipeline/run.ts";
import { withDatabase } from "../../../pipeline/stages/data.ts";
import { loadDatabase } from "../../../pipeline/stages/schema.ts";
import { saveVersions } from "../../../pipeline/versions/save.ts";
import { type Io, ioOf } from "../../io.ts";
import { reviewInTerminal } from "../../review/session.ts";
import { contextOf } from "../run.ts";

type ReviewOptions = {
  readonly filter: readonly string[];
  readonly limit?: string;
  readonly export?: string;
  readonly apply?: string;
  readonly by?: string;
};

/** Broken lines that an error names; --json has all. */
const NAMED = 5;

export function registerReview(data: Command): void {
  data
    .command("review")
    .description(
      "Shows pairs one by one to accept, fix or reject; or writes them to a file and takes its decisions. The stage clean applies them.",
    )
    .option(
      "--filter <what>",
      "split=…, method=…, table=…, id=…, unreviewed, reviewed, failed or failed=executed|rows|discriminating; may be given several times",
      (text: string, before: readonly string[]) => [...before, text],
      [] as readonly string[],
    )
    .option("--limit <n>", "most pairs")
    .option("--export <file>", "write the pairs to a .csv or .jsonl file with an empty decision")
    .option("--apply <file>", "take the decisions of such a file; all of its lines, or none")
    .option("--by <name>", "who reviews; stands beside each decision")
    .addHelpText(
      "after",
      "\nExamples:\n  t2s data review --filter split=test --filter unreviewed\n  t2s data review --export review.csv --limit 100\n  t2s data review --apply review.csv",
    )
    .action(async (options: ReviewOptions, self: Command) => {
      const io = ioOf(self);
      const context = contextOf(io);
      if (options.export !== undefined && options.apply !== undefined)
        throw new UserError("usage", "--export and --apply are two commands; give one of them");
      if (options.apply !== undefined) return applyFile(options.apply, options, context, io);
      const items = await chosenItems(context, options);
      if (options.export !== undefined) return exportFile(options.export, items, options, io);
      return reviewHere(items, options, context, io);
    });
}

const chosenItems = async (
  context: StageContext,
  { filter }: ReviewOptions,
): Promise<ReviewItem[]> =>
  reviewItems(readReview(context), parseFilter(filter), await loadDatabase(context));

function limitOf({ limit }: ReviewOptions): number {
  const value = limit === undefined ? Number.MAX_SAFE_INTEGER : Number(limit);
  if (Number.isInteger(value) && value > 0) return value;
  throw new UserError("usage", `--limit is ${limit}; a whole number from 1 is wanted`);
}

/** Where to begin: at what is asked for, if decided pairs are asked for; else at the first open one. */
function startOf(items: readonly ReviewItem[], { filter }: ReviewOptions): number {
  const { decided, id } = parseFilter(filter);
  return decided || id !== undefined ? 0 : firstOpen(items);
}

function exportFile(
  file: string,
  items: readonly ReviewItem[],
  options: ReviewOptions,
  io: Io,
): void {
  const start = startOf(items, options);
  const chosen = items.slice(start, Math.min(items.length, start + limitOf(options)));
  if (existsSync(file))
    throw new UserError("usage", `${file} is there already; its decisions would be lost`);
  if (chosen.length === 0) throw new UserError("not-found", "no pair is left to review");
  writeFileAtomic(file, reviewFileText(chosen, formatOf(file)));
  io.result({ file, pairs: chosen.length }, `${chosen.length} pairs in ${file}`);
}

async function applyFile(
  file: string,
  { by }: ReviewOptions,
  context: StageContext,
  io: Io,
): Promise<void> {
  if (!existsSync(file)) throw new UserError("not-found", `there is no ${file}`);
  const items = allItems(readReview(context));
  const at = new Date().toISOString();
  const { decisions, undecided, broken } = await withDatabase(context, (run) =>
    readReviewFile(readFileSync(file), formatOf(file), items, run, at),
  );
  const applied = broken.length === 0 ? decisions.map((it) => ({ ...(by && { by }), ...it })) : [];
  if (applied.length > 0) {
    appendDecisions(context.project.reviewFile, applied);
    await saveVersions(context);
  }
  const count = (name: string) => applied.filter(({ decision }) => decision === name).length;
  const counts = { accept: count("accept"), fix: count("fix"), reject: count("reject") };
  if (broken.length === 0 || io.json)
    io.result(
      { applied: applied.length, ...counts, undecided, broken },
      `${applied.length} decisions taken (${counts.accept} accepted, ${counts.fix} fixed, ${counts.reject} rejected), ${undecided} lines without one\n${NEXT}`,
    );
  if (broken.length > 0)
    throw new UserError(
      "data-invalid",
      `${broken.length} of ${broken.length + decisions.length} decisions in ${file} cannot be used, and none was taken: ${broken
        .slice(0, NAMED)
        .map(({ line, problem }) => `line ${line}: ${problem}`)
        .join("; ")}${broken.length > NAMED ? "; …" : ""}`,
    );
}

const NEXT = "`t2s run clean` applies them";

async function reviewHere(
  items: readonly ReviewItem[],
  options: ReviewOptions,
  context: StageContext,
  io: Io,
): Promise<void> {
  const limit = limitOf(options);
  const [input, output] = [process.stdin, process.stderr];
  if (!input.isTTY || !output.isTTY)
    throw new UserError(
      "usage",
      "a review needs a terminal, and this is none; `t2s data review --export FILE.csv` writes the pairs to a file, --apply takes its decisions",
    );
  const { by } = options;
  const file = context.project.reviewFile;
  const counts = await withDatabase(context, (run) =>
    reviewInTerminal(items, {
      terminal: { input, output },
      run: async (sql) => (await run([sql]))[0],
      decide: (decision) =>
        appendDecision(file, { ...decision, at: new Date().toISOString(), ...(by && { by }) }),
      start: startOf(items, options),
      limit,
    }),
  );
  const open = reviewItems(readReview(context), { decided: false }, await loadDatabase(context));
  const { accept, fix, reject, skip } = counts;
  const taken = accept + fix + reject;
  if (taken > 0) await saveVersions(context);
  io.result(
    { accept, fix, reject, skip, open: open.length },
    `${accept} accepted, ${fix} fixed, ${reject} rejected, ${skip} skipped; ${open.length} pairs without a decision${taken > 0 ? `\n${NEXT}` : ""}`,
  );
}
