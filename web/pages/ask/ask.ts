/** A question on its way: sent, followed by the events of its answer, ended. Knows no component. */
import type {
  AskEvents,
  ErrorAnswer,
  FailedSql,
  GenerateAnswer,
  Rows,
  Suggestion,
} from "../../../src/serve/api-types.ts";
import { ApiError, call, send, unreachable } from "../../client.ts";
import { serverEvents } from "../../events.ts";

export type Asked = {
  readonly question: string;
  /** It is about a schema of the person's own, on which nothing runs. */
  readonly hasOwnSchema: boolean;
  /** Before the model, with the model, with the database, ended. */
  readonly phase: "waiting" | "writing" | "executing" | "done";
  /** null: refused. */
  readonly sql?: string | null;
  readonly refusal?: string;
  readonly suggestions?: readonly Suggestion[];
  readonly result?: Rows | FailedSql;
  /** What came last, with confidence and times. */
  readonly answer?: GenerateAnswer;
};

/**
 * Sends a question and tells each change of it. A schema of one's own (CREATE TABLE text) is answered without a stream, and
 * nothing is executed. Raises ApiError; DOMException when aborted.
 */
export async function ask(
  question: string,
  schema: string | undefined,
  tell: (asked: Asked) => void,
  signal: AbortSignal,
): Promise<Asked> {
  let asked: Asked = { question, hasOwnSchema: schema !== undefined, phase: "waiting" };
  const change = (changed: Partial<Asked>) => tell((asked = { ...asked, ...changed }));
  change({});
  if (schema !== undefined) {
    const answer = await call<GenerateAnswer>("generate_sql", {
      body: { question, schema },
      signal,
    });
    const { sql, refusal, suggestions } = answer;
    change({ phase: "done", sql, refusal, suggestions, answer });
    return asked;
  }
  const response = await send("v1/ask", { method: "POST", body: { question }, signal });
  if (response.body === null) throw unreachable("an empty answer");
  for await (const { event, data } of serverEvents(response.body)) {
    const told: unknown = JSON.parse(data);
    if (event === "error") throw new ApiError(told as ErrorAnswer, 200);
    const changed = changes[event as keyof typeof changes]?.(told as never, asked);
    if (changed !== undefined) change(changed);
  }
  if (asked.phase !== "done") throw unreachable("the answer broke off");
  return asked;
}

/** What each event says of the question. */
const changes: {
  readonly [E in Exclude<keyof AskEvents, "error">]: (
    told: AskEvents[E],
    asked: Asked,
  ) => Partial<Asked>;
} = {
  "sql-start": () => ({ phase: "writing" }),
  "sql-delta": ({ text }, { sql }) => ({ sql: (sql ?? "") + text }),
  "sql-end": (ended) => ({ phase: "executing", ...ended }),
  rows: (result) => ({ result }),
  done: (answer) => ({ phase: "done", sql: answer.sql, answer }),
};
