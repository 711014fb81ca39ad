/**
 * The one path from a question to SQL, for scoring and for serving alike: prompt → generate → read the answer → bind its
 * columns by the schema. What is scored is what is served because both call this. Executing the SQL is the caller's next
 * step: scoring compares results, serving shows them.
 */
import type { Generate, GenerateOptions } from "../generate/generate.ts";
import { type Answer, parseAnswer } from "../prompt/answer.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { BindSql } from "../sql/bind.ts";

export type Prediction = {
  readonly question: string;
  readonly answer: Answer;
  /** What the model wrote, unread and unbound. */
  readonly completion: string;
  readonly tokens: number;
  /** "length" when the answer limit cut it. */
  readonly finishReason: "stop" | "length";
  readonly ms: number;
  /** See Completion. */
  readonly confidence?: number;
};

/** Questions in, one prediction for each in the same order. */
export type Predict = (
  questions: readonly string[],
  options?: GenerateOptions,
) => Promise<Prediction[]>;

/** Joins a prompt (one schema) and a way of generating (one model); `bind` repairs SQL on that schema (sql/bind.ts). */
export function createPredict(
  prompt: Prompt,
  generate: Generate,
  bind: BindSql = (sql) => sql,
): Predict {
  return async (questions, options) => {
    const requests = questions.map((question) => ({
      prefix: prompt.prefix,
      suffix: prompt.suffixOf(question),
      messages: prompt.messagesOf(question),
    }));
    const completions = await generate(requests, options);
    return completions.map(({ text, ...measured }, index) => ({
      question: questions[index],
      answer: bound(parseAnswer(text), bind),
      completion: text,
      ...measured,
    }));
  };
}

const bound = (answer: Answer, bind: BindSql): Answer =>
  answer.kind === "answer" ? { ...answer, sql: bind(answer.sql) } : answer;
