/**
 * The HTTP service as a function from request to response: one page and POST /generate_sql. Errors have OpenAI's form
 * and come from the one table of codes. Listening is the caller's business; tests inject requests.
 */
import Fastify, { type FastifyInstance } from "fastify";
import { errorTable, messageOf, UserError } from "../base/errors.ts";
import type { Executor } from "../db/executor.ts";
import type { Predict } from "../predict/predict.ts";
import type { Cell } from "../schema/schema.ts";

export type AppOptions = {
  readonly page: string;
  readonly predict: Predict;
  readonly executor: Executor;
  readonly databaseFile: string;
  /** Time limit of one SQL statement. */
  readonly timeoutMs?: number;
};

const MAX_ROWS = 200;

/** Builds the app. One question is answered at a time: a model on a laptop has no more to give. */
export function createApp({
  page,
  predict,
  executor,
  databaseFile,
  timeoutMs = 10_000,
}: AppOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: 64 * 1024 });
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  app.setErrorHandler((error: unknown, _request, reply) => {
    const known = error instanceof UserError ? error : undefined;
    const status = known
      ? errorTable[known.code].status
      : ((error as { statusCode?: number }).statusCode ?? 500);
    const code = known?.code ?? (status < 500 ? "usage" : "internal");
    const message = status < 500 || known ? messageOf(error) : "the service failed";
    return reply.status(status).send({
      error: {
        message,
        type: status < 500 ? "invalid_request_error" : "server_error",
        param: null,
        code,
      },
    });
  });
  app.setNotFoundHandler((request) => {
    throw new UserError("not-found", `no ${request.method} ${request.url}`);
  });

  app.get("/", (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
  app.get("/healthz", () => ({ status: "ok" }));
  app.post("/generate_sql", async (request) => {
    const { question, execute } = readQuestion(request.body);
    const [prediction] = await inTurn(() => predict([question]));
    if (prediction.answer.kind === "refuse")
      return {
        sql: null,
        refusal: prediction.answer.refusal,
        generation_time_ms: prediction.ms,
        execution_time_ms: null,
      };
    const sql = prediction.answer.sql;
    if (!execute) return { sql, generation_time_ms: prediction.ms, execution_time_ms: null };
    const result = await executor.run(databaseFile, sql, {
      timeoutMs,
      maxRows: MAX_ROWS,
    });
    return {
      sql,
      generation_time_ms: prediction.ms,
      execution_time_ms: result.ms,
      result: result.ok
        ? {
            columns: result.columns,
            rows: result.rows.map((row) => row.map(toJson)),
            truncated: result.truncated,
          }
        : { error: result.message },
    };
  });
  return app;
}

function readQuestion(body: unknown): { question: string; execute: boolean } {
  const { question, execute } = (body ?? {}) as { question?: unknown; execute?: unknown };
  if (typeof question !== "string" || question.trim() === "")
    throw new UserError(
      "usage",
      `"question" must be a text that is not empty, got ${JSON.stringify(question)}`,
    );
  return { question, execute: execute === true };
}

/** A cell as JSON: large integers as text, bytes as hexadecimal. */
function toJson(cell: Cell): null | number | string {
  if (typeof cell === "bigint")
    return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  return cell instanceof Uint8Array ? Buffer.from(cell).toString("hex") : cell;
}
