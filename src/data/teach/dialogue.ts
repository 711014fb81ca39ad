/**
 * One dialogue with the teacher: a request, and after a reply that cannot be used the reason and another request, a
 * bounded number of times. Every reply that was turned down is told.
 */
import type { Message } from "../../prompt/prompt.ts";
import type { Calls } from "./calls.ts";
import { repairMessages } from "./prompts.ts";
import { readReply } from "./read-reply.ts";
import type { TaughtReason, TaughtRejection } from "./reasons.ts";
import type { AnswerFields } from "./teacher.ts";

/** What a reply is good for, or why it is not; `problem` is what the teacher is told. */
export type Judgement<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: TaughtReason;
      readonly problem: string;
      /** For the record. */
      readonly what?: Pick<TaughtRejection, "question" | "sql" | "text">;
    };

export type DialogueOptions<T, Value> = {
  readonly calls: Calls;
  readonly messages: readonly Message[];
  readonly fields: AnswerFields;
  readonly seed: number;
  /** Further requests after the first. */
  readonly repairs: number;
  /** Said of rejections. */
  readonly about: Pick<TaughtRejection, "method" | "parentId">;
  judge(value: Value): Judgement<T> | Promise<Judgement<T>>;
};

export type Dialogue<T> = {
  readonly value?: T;
  readonly rejections: readonly TaughtRejection[];
  /** A limit cut it short. */
  readonly isLimited: boolean;
};

/** `Value` must be what `fields` says. Raises what `Calls.ask` raises. */
export async function converse<T, Value>(options: DialogueOptions<T, Value>): Promise<Dialogue<T>> {
  const { calls, fields, repairs, about, judge } = options;
  const rejections: TaughtRejection[] = [];
  let messages = options.messages;
  for (let round = 0; round <= repairs; round++) {
    const seed = options.seed + round;
    const reply = await calls.ask({ messages, fields, seed });
    rejections.push(...reply.failures.map((failure) => ({ ...failure, ...about, seed })));
    if (reply.text === undefined) return { rejections, isLimited: reply.isLimited };
    const read = readReply(reply.text, fields);
    const judged: Judgement<T> = read.ok
      ? await judge(read.value as Value)
      : { ...read, problem: read.message, what: { text: reply.text } };
    if (judged.ok) return { value: judged.value, rejections, isLimited: false };
    const { reason, problem, what } = judged;
    rejections.push({ reason, message: problem, ...about, seed, ...what });
    const asSentence = `${problem.replace(/[.:\s]+$/, "")}.`;
    messages = [...options.messages, ...repairMessages(reply.text, asSentence, fields)];
  }
  return { rejections, isLimited: false };
}
