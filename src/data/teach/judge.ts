/**
 * Whether what a teacher wrote can be used: a question that is one, SQL that runs and says something, a wording that
 * keeps the values. The sentences are for the teacher, so that it can correct itself.
 */
import type { Database } from "../../schema/schema.ts";
import { lexSql } from "../../sql/lexer.ts";
import type { RunMany } from "../synthesize/samples.ts";
import { type Reason as DraftReason, verify } from "../synthesize/verify.ts";
import type { Judgement } from "./dialogue.ts";
import { lostValues } from "./kept-values.ts";
import type { Shown } from "./prompts.ts";
import { echoesVoice } from "./voices.ts";

const LONGEST_QUESTION = 300;
const SHORTEST_QUESTION = 8;

/** One line without blanks at its ends, or why it is no question. */
export function judgeQuestion(text: string): Judgement<string> {
  const question = text
    .replace(/\s+/g, " ")
    .replace(/^ ?(?:\d+[.)] |[-*] )/, "")
    .trim();
  const fail = (problem: string): Judgement<string> => ({
    ok: false,
    reason: "not-a-question",
    problem,
    what: { question },
  });
  if (/\bselect\b.*\bfrom\b/i.test(question)) return fail("There is SQL in the question");
  if (echoesVoice(question)) return fail("This repeats the instructions instead of asking");
  if (question.length > LONGEST_QUESTION)
    return fail(`The question has ${question.length} letters; ${LONGEST_QUESTION} is the most`);
  if (question.length < SHORTEST_QUESTION) return fail("This is too short to be a question");
  return { ok: true, value: question };
}

/** The SQL without its end mark, if it may be kept. */
export async function judgeSql(
  question: string,
  text: string,
  { dialect }: Database,
  run: RunMany,
): Promise<Judgement<string>> {
  const sql = text.replace(/[;\s]+$/, "");
  const draft = { question, sql, neighbours: [], isOrdered: false, tables: [], fields: [] };
  const [verdict] = await verify([draft], run);
  if (verdict.ok) return { ok: true, value: sql };
  const what = { question, sql };
  if (verdict.reason !== "does-not-run")
    return { ok: false, reason: usedReason(verdict.reason), problem: SAYS[verdict.reason], what };
  const foreign = dialect === "sqlite" && isOtherDialect(sql);
  return {
    ok: false,
    reason: foreign ? "other-dialect" : "does-not-run",
    problem: `The database says: ${verdict.message}${foreign ? "; write SQLite's SQL" : ""}`,
    what,
  };
}

type ResultReason = "no-rows" | "says-nothing" | "too-many-rows";

const SAYS: Readonly<Record<string, string>> = {
  "no-rows": "The query returns no rows; are the values written as the database has them?",
  "says-nothing": "The query returns nothing but NULL or 0; are its conditions right?",
  "too-many-rows": "The query returns too many rows to be an answer",
};

const usedReason = (reason: DraftReason): ResultReason =>
  reason in SAYS ? (reason as ResultReason) : "says-nothing";

const FOREIGN_WORDS = new Set(
  "top ilike interval extract date_trunc now getdate dateadd datediff date_format date_sub date_add to_char to_date year month day curdate current_user fetch nvl isnull convert datepart regexp_like str_to_date timestampdiff".split(
    " ",
  ),
);

/** Whether SQL that SQLite refused has words or signs of other databases. */
const isOtherDialect = (sql: string): boolean =>
  sql.includes("::") ||
  lexSql(sql).some(({ kind, text }) => kind === "word" && FOREIGN_WORDS.has(text.toLowerCase()));

/** A question that must say what another wording of it says. */
export function judgeWording(text: string, { question, sql }: Shown): Judgement<string> {
  const judged = judgeQuestion(text);
  if (!judged.ok) return judged;
  const what = { question: judged.value, sql };
  const lost = lostValues(question, sql, judged.value);
  if (lost.length > 0) {
    const problem = `The question must also say ${lost.join(", ")}`;
    return { ok: false, reason: "lost-value", problem, what };
  }
  const added = lostValues(judged.value, "", `${question} ${sql}`);
  if (added.length === 0) return judged;
  const problem = `The query knows nothing of ${added.join(", ")}`;
  return { ok: false, reason: "added-value", problem, what };
}
