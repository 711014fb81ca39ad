/** How an answer leaves: errors in OpenAI's form with a code of the one table, and streams of events. Knows no route. */
import type { FastifyReply } from "fastify";
import { errorTable, messageOf, UserError } from "../base/errors.ts";
import { FieldError } from "./api.ts";
import type { ErrorAnswer } from "./api-types.ts";
import type { Metrics } from "./metrics.ts";
import { RetryLater } from "./queue.ts";
import { codeOf } from "./service.ts";

/** Aborts when the client has gone before it was answered. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableEnded) gone.abort(new DOMException("the client has gone", "AbortError"));
  });
  return gone.signal;
}

/** Status, body and seconds to wait for an error. What is no UserError says nothing of the inside. */
export function errorReply(error: unknown): {
  readonly status: number;
  readonly body: ErrorAnswer;
  readonly retryAfter?: number;
} {
  const known = error instanceof UserError ? error : undefined;
  const given = (error as { statusCode?: number }).statusCode ?? 500;
  const status = known ? errorTable[known.code].status : given;
  const isOurs = status >= 500 && known === undefined;
  const code = known?.code ?? (isOurs ? codeOf(error) : "usage");
  const body = {
    error: {
      message: isOurs ? "the service failed" : messageOf(error),
      type: status < 500 ? "invalid_request_error" : "server_error",
      param: error instanceof FieldError && error.param !== "" ? error.param : null,
      code,
    },
  };
  return { status, body, retryAfter: error instanceof RetryLater ? error.seconds : undefined };
}

/** Sends one event; without a name it is data alone. */
export type Send = (event: string | undefined, value: unknown) => void;

/**
 * Server-sent events. Until the first of them is due an error has its own status; later it is an event of its own, and
 * the stream ends.
 */
export async function stream(
  reply: FastifyReply,
  metrics: Metrics,
  write: (send: Send, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const signal = goneSignal(reply);
  const { raw } = reply;
  const send: Send = (event, value) => {
    if (raw.destroyed) return;
    if (!raw.headersSent) {
      reply.hijack();
      raw.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-cache",
        connection: "close",
      });
    }
    const name = event === undefined ? "" : `event: ${event}\n`;
    raw.write(`${name}data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
  };
  try {
    await write(send, signal);
  } catch (error) {
    if (!raw.headersSent && !raw.destroyed) throw error;
    const { body } = errorReply(error);
    metrics.error(body.error.code);
    send("error", body);
  }
  raw.end();
}
