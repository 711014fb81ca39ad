/** The table of routes: what each takes, answers and wants of a key, and the OpenAPI document that says so. */
import { z } from "zod";
import type { Scope } from "./keys.ts";
import * as api from "./api.ts";

export type RouteEntry = {
  readonly method: "get" | "post";
  readonly path: string;
  readonly summary: string;
  /** What a key must be allowed; undefined: no key is asked for. */
  readonly scope?: Scope;
  readonly body?: z.ZodType;
  /** Left out: the answer is no JSON. */
  readonly answer?: z.ZodType;
  readonly contentType?: string;
  /** Statuses of errors that the route may answer with, besides 500. */
  readonly errors: readonly number[];
};

const GUARDED = [400, 401, 403, 429];
const ASKING = [...GUARDED, 413, 415, 503, 507];

export const routes: readonly RouteEntry[] = [
  {
    method: "post",
    path: "/generate_sql",
    summary: "One question to SQL, executed within limits.",
    scope: "ask",
    body: api.generateRequest,
    answer: api.generateAnswer,
    errors: ASKING,
  },
  {
    method: "post",
    path: "/v1/ask",
    summary: "The same as a stream of events: sql-start, sql-delta, sql-end, rows, error, done.",
    scope: "ask",
    body: api.askRequest,
    contentType: "text/event-stream",
    errors: ASKING,
  },
  {
    method: "post",
    path: "/v1/execute",
    summary: "One SELECT statement, executed within limits.",
    scope: "execute",
    body: api.executeRequest,
    answer: api.executeAnswer,
    errors: [...GUARDED, 408, 413, 415, 422],
  },
  {
    method: "post",
    path: "/v1/chat/completions",
    summary: "OpenAI's form: the last message of the user is the question, the answer is SQL.",
    scope: "ask",
    body: api.chatRequest,
    answer: api.chatAnswer,
    errors: ASKING,
  },
  {
    method: "post",
    path: "/v1/feedback",
    summary: "Whether an answer was right, and what would have been.",
    scope: "feedback",
    body: api.feedbackRequest,
    answer: api.doneAnswer,
    errors: [...GUARDED, 404, 413, 415],
  },
  {
    method: "get",
    path: "/v1/schema",
    summary: "The tables that this key sees.",
    scope: "schema",
    answer: api.schemaAnswer,
    errors: GUARDED,
  },
  {
    method: "get",
    path: "/v1/runs",
    summary: "The project's training runs, the newest first.",
    scope: "runs",
    answer: api.runsAnswer,
    errors: GUARDED,
  },
  {
    method: "get",
    path: "/metrics",
    summary: "Counts and durations for Prometheus.",
    scope: "metrics",
    contentType: "text/plain",
    errors: GUARDED,
  },
  {
    method: "get",
    path: "/healthz",
    summary: "Whether the process answers.",
    answer: api.doneAnswer,
    errors: [403],
  },
  {
    method: "get",
    path: "/readyz",
    summary: "Whether there is a model: 503 without one.",
    answer: api.readyAnswer,
    errors: [403, 503],
  },
  {
    method: "get",
    path: "/openapi.json",
    summary: "This document.",
    contentType: "application/json",
    errors: [403],
  },
];

/** The methods of a route, as the header `Allow` has them; undefined where there is no such route. */
export function allowedMethods(url: string): string | undefined {
  const [path] = url.split("?");
  const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
  if (methods.length === 0) return undefined;
  return methods.map((method) => (method === "get" ? "GET, HEAD" : "POST")).join(", ");
}

/** OpenAPI 3.1, whose schemas are JSON Schema. */
export function openApiDocument(version: string): object {
  const json = (form: z.ZodType, io: "input" | "output") => {
    const { $schema: _, ...schema } = z.toJSONSchema(form, { io });
    return schema;
  };
  const content = (type: string, schema: object) => ({ content: { [type]: { schema } } });
  const pathItem = (route: RouteEntry) => {
    const { summary, scope, body, answer, contentType = "application/json", errors } = route;
    const schema = answer ? json(answer, "output") : { type: ["object", "string"] };
    return {
      summary,
      ...(scope && { security: [{ key: [] }, {}], description: `Scope of the key: ${scope}.` }),
      ...(body && {
        requestBody: { required: true, ...content("application/json", json(body, "input")) },
      }),
      responses: {
        "200": { description: "Done.", ...content(contentType, schema) },
        ...Object.fromEntries(
          [...errors, 500].map((status) => [
            String(status),
            { description: "See docs/errors.md.", ...content("application/json", ERROR) },
          ]),
        ),
      },
    };
  };
  const ERROR = { $ref: "#/components/schemas/Error" };
  return {
    openapi: "3.1.0",
    info: { title: "text2sql-tuner", version },
    paths: Object.fromEntries(
      routes.map((route) => [route.path, { [route.method]: pathItem(route) }]),
    ),
    components: {
      schemas: { Error: json(api.errorAnswer, "output") },
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
    },
  };
}
