/** Pairs that say what another one says. Knows no split. */
import type { Example } from "../example.ts";
import { plainQuestion } from "../check/questions.ts";
import { literalsOf } from "./values.ts";

/** What repeats. */
export type DuplicateStats = {
  /** Pairs whose question stands in a pair before them; case, blanks and marks at the end aside. */
  readonly sameQuestion: number;
  /** Of these, those with another answer. */
  readonly contradicting: number;
  /** Pairs whose SQL stands in a pair before them: other wordings of one query. */
  readonly sameSql: number;
};

type Asked = Pick<Example, "question" | "sql" | "templateId" | "refusal">;

/** Counts what repeats. */
export function duplicatesOf(examples: readonly Asked[]): DuplicateStats {
  const answers = new Map<string, string>();
  const queries = new Set<string>();
  const found = { sameQuestion: 0, contradicting: 0, sameSql: 0 };
  for (const { question, sql, templateId, refusal = "" } of examples) {
    const asked = plainQuestion(question);
    const answer = [templateId, ...literalsOf(sql), refusal].join("\n");
    const before = answers.get(asked);
    if (before === undefined) answers.set(asked, answer);
    else found.sameQuestion++;
    if (before !== undefined && before !== answer) found.contradicting++;
    if (sql !== "" && queries.has(answer)) found.sameSql++;
    queries.add(answer);
  }
  return found;
}
