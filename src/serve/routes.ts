/** The table of routes: what each takes, answers and wants of a key. Knows no server. */
import type { z } from "zod";
import * as api from "./api.ts";
import type { Scope } from "./keys.ts";
import * as forms from "./project-api.ts";

export type RouteEntry = {
  readonly method: "get" | "post" | "put";
  /** With parts such as ":id". */
  readonly path: string;
  readonly summary: string;
  /** What a key must be allowed; "any": a key is enough; undefined: no key is asked for. */
  readonly scope?: Scope | "any";
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
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
    errors: [...GUARDED, 408, 413, 415, 422, 503],
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
    path: "/v1/project",
    summary: "What the page shows first: title, model, sample questions, what the key may do.",
    scope: "any",
    answer: api.projectAnswer,
    errors: GUARDED,
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
    path: "/v1/notes",
    summary: "What people wrote about the schema (schema/notes.yaml).",
    scope: "notes",
    answer: api.notesAnswer,
    errors: [...GUARDED, 404],
  },
  {
    method: "put",
    path: "/v1/notes",
    summary:
      "Writes the notes, or one of them, if they are right; `t2s run` reads them anew, and a service when it is reloaded or started after that.",
    scope: "notes",
    body: api.notesRequest,
    answer: api.notesAnswer,
    errors: [...GUARDED, 404, 409, 413, 415],
  },
  {
    method: "get",
    path: "/v1/runs",
    summary: "The project's training runs, the newest first.",
    scope: "runs",
    answer: forms.runsAnswer,
    errors: GUARDED,
  },
  {
    method: "get",
    path: "/v1/runs/:id",
    summary: "A run: its options, its steps, and its accuracy where it was measured.",
    scope: "runs",
    answer: forms.runAnswer,
    errors: [...GUARDED, 404],
  },
  {
    method: "get",
    path: "/v1/runs/:id/events",
    summary:
      "A run as it goes, from its first step: run-start, step-end, run-end. Ends with the run.",
    scope: "runs",
    contentType: "text/event-stream",
    errors: [...GUARDED, 404],
  },
  {
    method: "get",
    path: "/v1/runs/:id/report",
    summary: "Accuracy by what golds are like, error classes and every case; id may be latest.",
    scope: "runs",
    answer: forms.reportAnswer,
    errors: [...GUARDED, 404],
  },
  {
    method: "get",
    path: "/v1/pairs",
    summary: "The pairs of question and SQL, each with how far its review is.",
    scope: "data",
    query: forms.pairQuery,
    answer: forms.pairList,
    errors: [...GUARDED, 404],
  },
  {
    method: "post",
    path: "/v1/pairs/:id/review",
    summary:
      "Accepts, fixes or rejects a pair; a fix's SQL is executed first, for which a key needs the scope execute.",
    scope: "data",
    body: forms.reviewRequest,
    answer: forms.pairAnswer,
    errors: [...GUARDED, 404, 413, 415],
  },
  {
    method: "get",
    path: "/v1/data/versions",
    summary: "Which contents the pairs have had.",
    scope: "data",
    answer: forms.versionsAnswer,
    errors: GUARDED,
  },
  {
    method: "get",
    path: "/v1/data/diff",
    summary: "What differs between two versions of the pairs.",
    scope: "data",
    query: forms.diffQuery,
    answer: forms.diffAnswer,
    errors: [...GUARDED, 404],
  },
  {
    method: "get",
    path: "/v1/settings",
    summary:
      "What t2s.yaml says, resolved; the model that is served; the keys without their secrets.",
    scope: "settings",
    answer: forms.settingsAnswer,
    errors: GUARDED,
  },
  {
    method: "post",
    path: "/v1/reload",
    summary: "Takes over the model and the schema as they are in the project now.",
    scope: "admin",
    answer: api.reloadAnswer,
    errors: [...GUARDED, 409, 413, 415],
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
  const methods = templates
    .filter(({ template }) => template.test(path))
    .map(({ method }) => method.toUpperCase());
  if (methods.length === 0) return undefined;
  return methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method)).join(", ");
}

const templates = routes.map(({ method, path }) => ({
  method,
  template: new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`),
}));
