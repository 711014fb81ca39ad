/** Requests to the service that served the page, with the key where there is one. Every failure is an ApiError. */
import type { ErrorAnswer } from "../src/serve/api-types.ts";
import { readKey } from "./kept.ts";

/** A code of docs/errors.md, or "unreachable" where nothing answered. */
export class ApiError extends Error {
  readonly code: string;
  /** The field of the request that is wrong. */
  readonly param: string | null;
  /** Of HTTP; 0 where nothing answered. */
  readonly status: number;
  /** Seconds after which another try may go better. */
  readonly retryAfter: number | undefined;

  constructor({ error }: ErrorAnswer, status: number, retryAfter?: number) {
    super(error.message);
    this.name = "ApiError";
    this.code = error.code;
    this.param = error.param;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export type RequestOptions = {
  readonly method?: "GET" | "POST" | "PUT";
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

/** The JSON answer of a route, such as `call<SchemaAnswer>("v1/schema")`. Raises ApiError; DOMException when aborted. */
export async function call<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  return (await response.json()) as T;
}

/** The answer before its body was read. Raises as `call` does. */
export async function send(path: string, options: RequestOptions): Promise<Response> {
  const { body, signal, method = body === undefined ? "GET" : "POST" } = options;
  const key = readKey();
  const headers = {
    ...(key !== null && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  const response = await fetch(path, {
    method,
    headers,
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((error: unknown) => {
    throw signal?.aborted === true ? error : unreachable(error);
  });
  if (response.ok) return response;
  const told = (await response.json().catch(() => undefined)) as ErrorAnswer | undefined;
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  throw new ApiError(
    told?.error === undefined ? spoken("internal", `HTTP ${response.status}`) : told,
    response.status,
    Number.isNaN(wait) ? undefined : wait,
  );
}

/** The error of a service that has gone. */
export const unreachable = (cause: unknown): ApiError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ApiError(spoken("unreachable", `The service does not answer (${reason}).`), 0);
};

const spoken = (code: string, message: string): ErrorAnswer => ({
  error: { message, type: "server_error", param: null, code },
});
