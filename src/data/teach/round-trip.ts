/**
 * What a teacher makes of pairs that are checked: its SQL for their questions, its words for their SQL. It sees the schema
 * and no solved pair, so that agreement is its own. Knows no server and no file.
 */
import type { Database } from "../../schema/schema.ts";
import type { RoundTrip } from "../check/round-trip.ts";
import type { RunMany } from "../synthesize/samples.ts";
import { digestOf } from "../synthesize/verify.ts";
import type { Calls } from "./calls.ts";
import { questionFields, sqlFields, sqlMessages, wordingMessages } from "./prompts.ts";
import { readReply } from "./read-reply.ts";
import type { TeacherRequest } from "./teacher.ts";

export type RoundTripOptions = {
  readonly calls: Calls;
  readonly database: Database;
  readonly run: RunMany;
  readonly seed: number;
  /** The project's own, if it has one. */
  readonly systemTemplate?: string;
  readonly onProgress?: (done: number, total: number, what: string) => void;
  /** A limit keeps the rest from being asked. */
  readonly onLimit?: () => void;
};

/** Words for SQL are compared with a question: the plainest are wanted. */
const VOICE = { persona: "newcomer", style: "plain" } as const;

/** Asks what the pairs need; at a limit the rest stays unsaid. Raises what `Calls.ask` raises. */
export function createRoundTrip(options: RoundTripOptions): RoundTrip {
  const { database, run, systemTemplate } = options;
  return {
    async digestsOf(asked) {
      const sqls = await askAll("sql", "questions asked", options, {
        fields: sqlFields,
        messages: asked.map(({ question }) => sqlMessages(database, question, [], systemTemplate)),
      });
      const results = await run(sqls.map((sql) => sql?.replace(/[;\s]+$/, "") ?? ""));
      return results.map((result, i) =>
        sqls[i] !== undefined && result.ok ? digestOf(result, asked[i].isOrdered) : undefined,
      );
    },
    questionsOf: (sqls) =>
      askAll("question", "queries put into words", options, {
        fields: questionFields,
        messages: sqls.map((sql) => wordingMessages(database, { sql, question: "" }, VOICE, [])),
      }),
  };
}

type Wanted = Pick<TeacherRequest, "fields"> & {
  readonly messages: readonly TeacherRequest["messages"][];
};

/** The text under `field` of each reply. All requests have ended when it returns or raises. */
async function askAll(
  field: string,
  what: string,
  { calls, seed, onProgress, onLimit }: RoundTripOptions,
  { fields, messages }: Wanted,
): Promise<(string | undefined)[]> {
  let done = 0;
  const ends = await Promise.allSettled(
    messages.map(async (one) => {
      const { text, isLimited } = await calls.ask({ messages: one, fields, seed });
      if (isLimited) onLimit?.();
      onProgress?.(++done, messages.length, what);
      const read = text === undefined ? undefined : readReply(text, fields);
      return read?.ok ? String(read.value[field]) : undefined;
    }),
  );
  return ends.map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
}
