/**
 * The routes on what a project's folder holds: pairs and their review, versions, runs, reports, settings. What they answer
 * comes from the caller's `ProjectRecords`. Pairs, runs and reports hold cells of all tables: a key that sees some tables
 * or rows sees none of them.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { readBody } from "./api.ts";
import { tried } from "./ask.ts";
import { ensureWhole, type Keyring, LOCAL_READER, type Reader } from "./keys.ts";
import type { Metrics } from "./metrics.ts";
import * as forms from "./project-api.ts";
import type * as types from "./project-types.ts";
import { RetryLater } from "./queue.ts";
import { goneSignal, stream } from "./reply.ts";
import type { Service } from "./service.ts";

/** Whether a statement runs. */
export type Ran = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** What a project holds; each raises not-found for what it does not hold. */
export type ProjectRecords = {
  pairs(query: types.PairQuery): Promise<types.PairList>;
  /** Keeps a decision, and answers with the pair as it is then. Raises data-invalid. */
  review(
    id: string,
    decision: types.ReviewRequest,
    run: (sql: string) => Promise<Ran>,
  ): Promise<types.PairEntry>;
  versions(): types.DataVersions;
  diff(before: string, after: string): Promise<types.DataDiff>;
  runs(): readonly types.RunSummary[];
  run(id: string): types.RunDetail;
  /** A run as it goes; ends with it. */
  runEvents(id: string, signal: AbortSignal): AsyncIterable<types.RunEvent>;
  /** Of a run, or of the one that was measured last: "latest". */
  report(id: string): Promise<types.RunReport>;
  settings(): types.ProjectSettings;
};

export type ProjectRoutesOptions = {
  readonly records: ProjectRecords;
  readonly service: Service;
  readonly keys: Keyring;
  readonly metrics: Metrics;
  readonly readerOf: (request: FastifyRequest) => Reader;
};

/** Runs that are followed at the same time; each looks at its file twice a second. */
const MOST_FOLLOWERS = 32;
const RETRY_S = 10;

type WithId = { Params: { id: string } };

/** Adds the routes. */
export function addProjectRoutes(app: FastifyInstance, options: ProjectRoutesOptions): void {
  const { records, service, keys, metrics, readerOf } = options;
  const closing = new AbortController();
  let followers = 0;
  app.addHook("preClose", async () => closing.abort());
  const whole = {
    preHandler: async (request: FastifyRequest) =>
      ensureWhole(readerOf(request), "this holds cells of all of it"),
  };

  app.get("/v1/pairs", whole, ({ query }) => records.pairs(readBody(forms.pairQuery, query)));
  app.post<WithId>("/v1/pairs/:id/review", whole, (request, reply) => {
    const given = readBody(forms.reviewRequest, request.body);
    const reader = readerOf(request);
    const signal = goneSignal(reply);
    const by = reader === LOCAL_READER ? given.by : reader.name;
    return records.review(request.params.id, { ...given, ...(by && { by }) }, async (sql) => {
      const result = await tried(service.execute(reader, sql, { job: "review", signal }));
      return "error" in result ? { ok: false, message: result.error.message } : { ok: true };
    });
  });
  app.get("/v1/data/versions", whole, () => records.versions());
  app.get("/v1/data/diff", whole, ({ query }) => {
    const { before, after } = readBody(forms.diffQuery, query);
    return records.diff(before, after);
  });
  app.get("/v1/runs", () => ({ runs: records.runs() }));
  app.get<WithId>("/v1/runs/:id", whole, ({ params }) => records.run(params.id));
  app.get<WithId>("/v1/runs/:id/report", whole, ({ params }) => records.report(params.id));
  app.get<WithId>("/v1/runs/:id/events", async ({ params }, reply) => {
    if (followers >= MOST_FOLLOWERS)
      throw new RetryLater("overloaded", `${followers} runs are followed already`, RETRY_S);
    followers++;
    try {
      await stream(reply, metrics, async (send, gone) => {
        const signal = AbortSignal.any([gone, closing.signal]);
        for await (const { type, ...event } of records.runEvents(params.id, signal))
          send(type, event);
      });
    } finally {
      followers--;
    }
  });
  app.get("/v1/settings", whole, () => ({
    ...records.settings(),
    model: "missing" in service.model ? service.model : { name: service.model.name },
    keys: keys.list(),
  }));
}
