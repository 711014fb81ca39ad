/** `t2s deploy`: the tuned model where it is asked, with the accuracy of what was put there. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../../base/errors.ts";
import { DEPLOYMENT_FILE, deployToOllama, type Deployment } from "../../pipeline/deploy.ts";
import { FORMS } from "../../pipeline/forms.ts";
import { terminalTable } from "../../report/terminal.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

type OllamaFlags = {
  readonly url: string;
  readonly form: "adapter" | "merged-f16" | "merged-q8_0";
  readonly measure: readonly (typeof FORMS)[number][];
  readonly split: "dev" | "test";
  readonly mostDrop: number;
  readonly threads?: number;
};

export function registerDeploy(program: Command): void {
  const deploy = program
    .command("deploy")
    .description("Puts the tuned model where it is asked.")
    .addHelpText("after", "\nExample:\n  t2s deploy ollama my-sql");
  deploy
    .command("ollama")
    .description(
      "Makes a model in Ollama, measures it there by its own chat API beside the embedded engine, and gives it the name unless it answers worse.",
    )
    .argument("[name]", "what the model is called in Ollama", "sql")
    .option("--url <address>", "where Ollama listens", ollamaUrl())
    .addOption(
      new Option("--form <form>", "what gets the name").choices(FORMS.slice(1)).default("adapter"),
    )
    .option(
      "--measure <forms>",
      `comma-separated: which others are measured, of ${FORMS.join(", ")}; none for no other`,
      formsIn,
      FORMS,
    )
    .addOption(
      new Option("--split <split>", "whose questions are asked")
        .choices(["test", "dev"])
        .default("test"),
    )
    .option(
      "--most-drop <points>",
      "of EX in percentage points, below the embedded engine's",
      shareIn,
      0.02,
    )
    .option(
      "--threads <number>",
      "threads of Ollama; 1 or 2 on shared cores, where its own number collapses",
      countIn,
    )
    .addHelpText(
      "after",
      '\nExamples:\n  t2s deploy ollama my-sql\n  t2s deploy ollama my-sql --form merged-q8_0 --measure none --split dev\n  ollama run my-sql "open balance by customer"',
    )
    .action(async (name: string, flags: OllamaFlags, self: Command) => {
      const io = ioOf(self);
      const { url, measure, ...options } = flags;
      const deployment = await deployToOllama(contextOf(io), {
        ...options,
        name,
        baseUrl: url,
        measured: measure,
      });
      io.result(deployment, textOf(deployment));
      if (!deployment.isPromoted)
        throw new UserError(
          "below-bound",
          `${name} stays what it was: ${options.form} answers more than ${(100 * options.mostDrop).toFixed(1)} points worse in Ollama than in the embedded engine`,
        );
    });
}

/** As Ollama's own programs find it. */
function ollamaUrl(): string {
  const host = process.env.OLLAMA_HOST ?? "127.0.0.1:11434";
  return /^https?:/.test(host) ? host : `http://${host}`;
}

function formsIn(text: string): readonly (typeof FORMS)[number][] {
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const form = FORMS.find((known) => known === name.trim());
    if (form !== undefined) return form;
    throw new InvalidArgumentError(`${name} is none of ${FORMS.join(", ")}.`);
  });
}

function shareIn(text: string): number {
  const points = Number(text);
  if (points >= 0 && points <= 100) return points / 100;
  throw new InvalidArgumentError("A number from 0 to 100 is wanted.");
}

function countIn(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 256) return count;
  throw new InvalidArgumentError("A whole number from 1 to 256 is wanted.");
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function textOf({ name, form, isPromoted, forms, split, ollama }: Deployment): string {
  const points = (share: number | undefined) =>
    share === undefined ? "" : (100 * share).toFixed(1);
  const rows = forms.map((row) => [
    `${row.through === "ollama" ? "Ollama" : row.through}, ${row.form}`,
    String(row.n),
    percent(row.ex),
    `${percent(row.low)} – ${percent(row.high)}`,
    row.difference === undefined
      ? "–"
      : `${points(row.difference)} (${points(row.differenceLow)} – ${points(row.differenceHigh)})`,
    row.answersThatDiffer === undefined ? "–" : String(row.answersThatDiffer),
    row.tokensThatDiffer === undefined ? "–" : percent(row.tokensThatDiffer),
    row.refusalRecall === null ? "–" : percent(row.refusalRecall),
    row.msPerQuestion.toFixed(0),
    `${(row.bytes / 1e6).toFixed(0)} MB`,
  ]);
  const head = [
    "served",
    "n",
    "EX",
    "95 % interval",
    "paired difference",
    "answers that differ",
    "tokens",
    "refusal recall",
    "ms/question",
    "size",
  ];
  return [
    terminalTable(head, rows, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "",
    `${split} questions, strict, greedy, nothing bound; Ollama ${ollama} by its chat API, one question at a time. Differences in points, to the first row.`,
    isPromoted
      ? `${name} is ${form} now: ollama run ${name} "…". Noted in models/${DEPLOYMENT_FILE}.`
      : `${form} did not get the name ${name}.`,
  ].join("\n");
}
