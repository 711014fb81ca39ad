/** `t2s bench serve`: what the project costs as a service on this machine. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { UserError } from "../../base/errors.ts";
import { readJsonLines } from "../../base/files.ts";
import type { Example } from "../../data/example.ts";
import type { Project } from "../../pipeline/project.ts";
import { terminalTable } from "../../report/terminal.ts";
import { type BenchServe, benchServe } from "../bench-serve.ts";
import { ioOf } from "../io.ts";
import { contextOf } from "./run.ts";

const QUESTIONS = 40;
const CLIENTS = "1,2,4,8,16,32";

export function registerBench(program: Command): void {
  const bench = program.command("bench").description("Measures speed and memory on this machine.");
  bench
    .command("serve")
    .description(
      "Starts the project as a service and asks it: cold start, time to the statement, the service's own share of a request, schemas of growing length, many clients, memory.",
    )
    .option("--questions <number>", "of the dev split, asked in each round", String(QUESTIONS))
    .option("--clients <numbers>", "clients at once, one round for each number", CLIENTS)
    .addHelpText(
      "after",
      "\nExamples:\n  t2s bench serve\n  t2s bench serve --questions 10 --clients 1,8 --json",
    )
    .action(async (options: { questions: string; clients: string }, self: Command) => {
      const io = ioOf(self);
      const { project } = contextOf(io);
      const clients = readCounts("--clients", options.clients);
      const questions = readCounts("--questions", options.questions)[0];
      io.progress.step("bench");
      const result = await benchServe({
        program: [process.execPath, ...process.execArgv, process.argv[1]],
        folder: project.folder,
        questions: benchQuestions(project, questions),
        clients,
        onProgress: io.progress.update,
      });
      io.progress.done();
      io.result({ name: "serve", ...result }, benchText(result));
    });
}

/** Questions of the dev split. Raises not-found where there are none. */
export function benchQuestions(project: Project, count: number): string[] {
  const file = join(project.cleanFolder, "dev.jsonl");
  const questions = existsSync(file) ? readJsonLines<Example>(file).slice(0, count) : [];
  if (questions.length > 0) return questions.map(({ question }) => question);
  throw new UserError("not-found", `there is no question in ${file}; \`t2s run clean\` makes it`);
}

/** Raises usage. */
function readCounts(option: string, text: string): number[] {
  const counts = text.split(",").map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0 && count <= 1000)) return counts;
  throw new UserError("usage", `${option} is ${text}; whole numbers from 1 to 1000 are wanted`);
}

function benchText({ ours, theirs, conditions }: BenchServe): string {
  const { coldStart, firstEventMs, statementMs, ownMs, clients, schemas } = conditions;
  const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  const both = ({ p50, p99 }: typeof ownMs) => `${ms(p50)} / ${ms(p99)}`;
  const facts = [
    ["ready after", ms(coldStart.readyMs)],
    ["first question", ms(coldStart.firstQuestionMs)],
    ["a question, one client", `${ms(ours)}, of which the model ${ms(theirs)}`],
    ["first event, p50 / p99", both(firstEventMs)],
    ["statement, p50 / p99", both(statementMs)],
    ["the service's own share, p50 / p99", both(ownMs)],
    ["tokens a second", conditions.tokensPerSecond.toFixed(1)],
    ["memory", `${conditions.megabytes.toFixed(0)} MB`],
    ...schemas.map((one) => [
      `a schema of ${one.tables} tables (${one.characters} characters)`,
      "error" in one ? one.error : `first question ${ms(one.firstMs)}, then ${ms(one.nextMs)}`,
    ]),
  ];
  const rounds = clients.map((round) => [
    String(round.clients),
    round.perSecond.toFixed(2),
    both(round),
    String(round.refused),
  ]);
  return `${terminalTable(["", ""], facts)}\n\n${terminalTable(["clients", "questions/s", "p50 / p99", "refused"], rounds, [0, 1, 3])}`;
}
