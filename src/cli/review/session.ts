/**
 * A review in the terminal: one pair after the other, a key for each decision. Every decision is handed on at once, so
 * that nothing is lost however the session ends.
 */
import { contentOf, type Decision } from "../../data/review/decisions.ts";
import { changeOf } from "../../data/review/file.ts";
import type { ReviewItem } from "../../data/review/queue.ts";
import type { RunResult } from "../../db/run-result.ts";
import { oneLineSql } from "../../sql/format.ts";
import { editLine, readKey, type Terminal } from "./keys.ts";
import { pairText, resultText } from "./pair-text.ts";

export type ReviewSession = {
  readonly terminal: Terminal;
  readonly run: (sql: string) => Promise<RunResult>;
  readonly decide: (decision: Omit<Decision, "at" | "by">) => void;
  /** Index of the first pair that is shown. */
  readonly start: number;
  /** Most pairs shown. */
  readonly limit: number;
};

export type ReviewCounts = Record<"accept" | "fix" | "reject" | "skip", number>;

type Choice = Pick<Decision, "decision" | "question" | "sql" | "reason">;

const KEYS = "a accept · f fix · r reject · s skip · b back · q quit";
const WIDEST = 120;

/** Shows pairs until the last one or the key q; how many decisions were taken. */
export async function reviewInTerminal(
  items: readonly ReviewItem[],
  session: ReviewSession,
): Promise<ReviewCounts> {
  const { output } = session.terminal;
  const counts: ReviewCounts = { accept: 0, fix: 0, reject: 0, skip: 0 };
  const decided = new Map<number, Decision>();
  const end = Math.min(items.length, session.start + session.limit);
  for (let at = session.start; at < end;) {
    const decision = decided.get(at);
    const item = decision ? { ...items[at], decision } : items[at];
    await show(item, `${at + 1} of ${items.length} · ${item.example.id}`, session);
    const choice = await choose(item, session);
    if (choice === "quit") break;
    if (choice === "back") {
      at = Math.max(0, at - 1);
      continue;
    }
    at++;
    if (choice === "skip") {
      counts.skip++;
      continue;
    }
    counts[choice.decision]++;
    const { id } = item.example;
    const taken = { id, content: contentOf(item.example), ...choice };
    session.decide(taken);
    decided.set(at - 1, { ...taken, at: "" });
    output.write(`→ ${choice.decision}\n`);
  }
  return counts;
}

const widthOf = ({ output }: Terminal) => Math.min(WIDEST, output.columns || 80);

async function show(item: ReviewItem, title: string, session: ReviewSession): Promise<void> {
  const { terminal, run } = session;
  const { example } = item;
  const width = widthOf(terminal);
  const result = example.kind === "answer" ? await run(example.sql) : undefined;
  const rule = "─".repeat(Math.max(0, width - title.length - 1));
  terminal.output.write(`\n${title} ${rule}\n${pairText(item, result, width)}\n`);
}

/** Asks until a key that means something is pressed, and what it needs is given. */
async function choose(
  item: ReviewItem,
  session: ReviewSession,
): Promise<Choice | "skip" | "back" | "quit"> {
  const { terminal } = session;
  for (;;) {
    terminal.output.write(`${KEYS}\n`);
    const key = await readKey(terminal);
    if (key === "q") return "quit";
    if (key === "s" || key === "right") return "skip";
    if (key === "b" || key === "left") return "back";
    if (key === "a" && item.setAside === undefined) return { decision: "accept" };
    if (key === "a")
      terminal.output.write("this pair was set aside: fix it, reject it or skip it\n");
    if (key === "r") {
      const reason = await editLine(terminal, "reason: ", item.decision?.reason ?? "");
      if (reason) return { decision: "reject", reason };
      terminal.output.write("not rejected: a reason is wanted\n");
    }
    if (key === "f") {
      const fix = await editPair(item, session);
      if (fix !== undefined) return fix;
    }
  }
}

/** Question and SQL edited, executed at once and shown; undefined when the change is dropped. */
async function editPair(
  { example }: ReviewItem,
  { terminal, run }: ReviewSession,
): Promise<Choice | undefined> {
  const { output } = terminal;
  const before = { question: editable(example.question), sql: editable(oneLineSql(example.sql)) };
  let edited = before;
  for (;;) {
    const question = await editLine(terminal, "question: ", edited.question);
    const sql = question === undefined ? undefined : await editLine(terminal, "SQL: ", edited.sql);
    if (question === undefined || sql === undefined) return dropped(output);
    edited = { question, sql };
    const change = changeOf(example, {
      question: question === before.question ? example.question : question,
      sql: sql === before.sql ? example.sql : sql,
    });
    if (typeof change === "string") {
      output.write(`${change}\n`);
      return dropped(output);
    }
    const result = sql === "" ? undefined : await run(sql);
    if (result) output.write(`${resultText(result, widthOf(terminal))}\n`);
    const runs = result?.ok ?? true;
    output.write(runs ? "y keep · e edit again · n drop\n" : "e edit again · n drop\n");
    const key = await keyAmong(terminal, runs ? ["y", "e", "n", "q"] : ["e", "n", "q"]);
    if (key === "y") return { decision: "fix", ...change };
    if (key !== "e") return dropped(output);
  }
}

/** What is put into the line would act as if it were typed: a line end would send it. */
const editable = (text: string): string => text.replace(/\p{Cc}+/gu, " ").trim();

function dropped(output: NodeJS.WriteStream): undefined {
  output.write("nothing was changed\n");
  return undefined;
}

async function keyAmong(terminal: Terminal, keys: readonly string[]): Promise<string> {
  for (;;) {
    const key = await readKey(terminal);
    if (keys.includes(key)) return key;
  }
}
