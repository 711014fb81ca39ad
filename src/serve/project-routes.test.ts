import { appendFileSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ZodType } from "zod";
import { predictFrom } from "../../test/fixtures/examples.ts";
import { openServed, type Served } from "../../test/fixtures/served.ts";
import {
  addSteps,
  describeRun,
  makeShownProject,
  measureRun,
  stages,
} from "../../test/fixtures/shown-project.ts";
import { writeConfig } from "../pipeline/config.ts";
import { openProjectRecords } from "../pipeline/project-records.ts";
import { runStages, type StageContext } from "../pipeline/run.ts";
import * as forms from "./project-api.ts";
import type { PairEntry, PairList, RunReport, SettingsAnswer } from "./project-types.ts";

const RUN = "a1b2c3";
let context: StageContext;
let served: Served;
let records: ReturnType<typeof openProjectRecords>;
beforeAll(async () => {
  context = await makeShownProject();
  addSteps(context, RUN, [1, 6, 6]);
  describeRun(context, RUN, true);
  await measureRun(context, RUN, { held: "SELECT name FROM customer" });
  records = openProjectRecords(context);
  served = openServed({ predict: predictFrom({}), records });
}, 180_000);
afterAll(async () => {
  await served.close();
  await records.close();
  rmSync(context.project.folder, { recursive: true, force: true });
});

const inject = async (options: InjectOptions) => {
  const response = await served.app.inject(options);
  return { status: response.statusCode, ...response.json() };
};
const get = (url: string, headers = {}) => inject({ url, headers });
const pairs = async (query: string): Promise<PairList> => get(`/v1/pairs?${query}`);
const pairOf = async (id: string): Promise<PairEntry> => (await pairs(`id=${id}`)).pairs[0];
const review = (id: string, payload: object, headers = {}) =>
  inject({ method: "POST", url: `/v1/pairs/${id}/review`, payload, headers });
const error = (status: number, code: string, message: string) => ({
  status,
  error: expect.objectContaining({ code, message: expect.stringContaining(message) }),
});

describe("pairs", () => {
  test("are listed in parts, with what the filters can be", async () => {
    const first = await pairs("limit=5");
    const second = await pairs("limit=5&offset=5");
    expect([first.pairs.length, second.pairs.length, second.total]).toEqual([5, 5, first.total]);
    expect(second.pairs.map(({ id }) => id)).not.toContain(first.pairs[0].id);
    expect(first.total).toBe(Object.values(first.states).reduce((sum, n) => sum + n, 0));
    expect(first.tables).toEqual(["customer", "order"]);
    expect(Object.keys(first.methods)).toEqual(expect.arrayContaining(["synthesized", "curated"]));
  });

  test.each<[string, (pair: PairEntry) => boolean]>([
    ["split=test", ({ split }) => split === "test"],
    ["method=curated", ({ source }) => source.method.startsWith("curated")],
    ["table=order", ({ tables }) => tables.includes("order")],
    ["table=ORDER", ({ tables }) => tables.includes("order")],
    ["text=PLACED NO", ({ question }) => question.includes("placed no")],
    ["state=open", ({ state }) => state === "open"],
  ])("%s", async (query, holds) => {
    const all = (await pairs("limit=500")).pairs;
    const { total, pairs: found } = await pairs(`${query}&limit=500`);
    expect(total).toBeGreaterThan(0);
    expect(found.map(({ id }) => id)).toEqual(all.filter(holds).map(({ id }) => id));
  });

  test.each([
    ["limit=0", "limit"],
    ["state=done", "state"],
    ["split=dev,test", "split"],
  ])("%s is told to be wrong", async (query, param) => {
    expect(await get(`/v1/pairs?${query}`)).toMatchObject({
      status: 400,
      error: { code: "usage", param },
    });
  });

  test("are accepted, rejected and fixed; the stage clean applies it", async () => {
    const [accepted, rejected, fixed] = [
      await pairOf("own-1"),
      await pairOf("held-join"),
      await pairOf("own-2"),
    ];
    const { status, state, isWaiting } = await review("own-1", {
      content: accepted.content,
      decision: "accept",
      by: "Ann",
    });
    expect([status, state, isWaiting]).toEqual([200, "accepted", true]);
    const reason = "nobody asks that";
    const decided = { content: rejected.content, decision: "reject", reason };
    expect(await review("held-join", decided)).toMatchObject({ state: "rejected" });
    const sql = "SELECT name FROM customer";
    const fix = { content: fixed.content, decision: "fix", sql };
    expect(await review("own-2", fix)).toMatchObject({
      state: "fixed",
      sql: "SELECT city FROM customer",
      decision: { sql },
    });
    const lines = readFileSync(context.project.reviewFile, "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { id: "own-1", decision: "accept", by: "Ann" },
      { id: "held-join", decision: "reject", reason },
      { id: "own-2", decision: "fix", sql },
    ]);
    expect(await pairs("state=accepted")).toMatchObject({
      total: 1,
      waiting: 3,
      states: { accepted: 1, fixed: 1, rejected: 1 },
    });
    await records.close();
    await runStages(stages, context);
    expect(await pairOf("own-2")).toMatchObject({ sql, state: "fixed", isWaiting: false });
    expect(await pairs("")).toMatchObject({ waiting: 0, states: { rejected: 1 } });
  });

  test.each([
    ["an unknown pair", "nobody", {}, 404, "not-found", "there is no pair nobody"],
    ["other content", "held", { content: "0" }, 400, "data-invalid", "another one since"],
    ["no reason", "held", { decision: "reject" }, 400, "data-invalid", "reject wants a reason"],
    ["nothing changed", "held", { decision: "fix" }, 400, "data-invalid", "neither question nor"],
    [
      "SQL that fails",
      "held",
      { decision: "fix", sql: "SELECT nobody FROM customer" },
      400,
      "data-invalid",
      "the SQL does not run: there is no column nobody",
    ],
    [
      "SQL that writes",
      "held",
      { decision: "fix", sql: "DELETE FROM customer" },
      400,
      "data-invalid",
      "the SQL does not run: the statement is no SELECT",
    ],
  ])("%s is refused, and nothing is kept", async (_name, id, given, status, code, message) => {
    const { content } = await pairOf("held");
    const before = readFileSync(context.project.reviewFile, "utf8");
    expect(await review(id, { content, decision: "accept", ...given })).toEqual(
      error(status, code, message),
    );
    expect(readFileSync(context.project.reviewFile, "utf8")).toBe(before);
  });

  test("have versions, and what differs between two of them", async () => {
    const { versions } = await get("/v1/data/versions");
    const names = versions.map(({ name }: { name: string }) => name);
    expect(names).toEqual(["v3_cleaned", "v2_cleaned", "v1_raw"]);
    expect(versions.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toMatchObject([
      { name: "v3_cleaned", kind: "cleaned" },
      { name: "v1_raw" },
    ]);
    expect(await get("/v1/data/diff?before=v2&after=v3")).toMatchObject({
      before: "v2_cleaned",
      after: "v3_cleaned",
      counts: { removed: 1, changed: 1 },
      removed: [{ id: "held-join" }],
      changed: [{ id: "own-2", after: { sql: "SELECT name FROM customer" } }],
    });
    expect(await get("/v1/data/diff?before=v2&after=v9")).toEqual(
      error(404, "not-found", "there is no version v9"),
    );
  });
});

describe("runs", () => {
  test("are listed and told of one by one", async () => {
    expect((await get("/v1/runs")).runs).toMatchObject([
      { id: RUN, state: "ended", steps: 6, of: 6, ex: expect.any(Number), n: expect.any(Number) },
    ]);
    const run = await get(`/v1/runs/${RUN}`);
    expect(run.metrics.map(({ step }: { step: number }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(run).toMatchObject({
      base: { name: "the base" },
      trained: { pairs: 50, dropped: 1 },
      options: { "train.learningRate": 0.002, "train.epochs": 2 },
      report: {
        base: { ex: 0 },
        tuned: { ex: run.ex },
        tunedOneAnswer: { ex: 0 },
        paired: { difference: run.ex },
      },
    });
    for (const id of ["nothing", "..", "%2e%2e%2fdata", "baseline"])
      expect((await served.app.inject(`/v1/runs/${id}`)).statusCode, id).toBe(404);
  });

  const eventsOf = (body: string) =>
    body
      .trim()
      .split("\n\n")
      .map((event) => {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
        const { step, state } = JSON.parse(data);
        return `${name} ${step ?? state ?? ""}`.trim();
      });

  test("one that goes on is followed to its end; a step cut short is waited for", async () => {
    const id = "live";
    describeRun(context, id, false);
    addSteps(context, id, [1, 2, 4]);
    expect((await get(`/v1/runs/${id}`)).state).toBe("running");
    const following = served.app.inject(`/v1/runs/${id}/events`);
    const file = join(context.project.runsFolder, id, "metrics.jsonl");
    setTimeout(() => appendFileSync(file, '{"type":"step-end","st'), 700);
    setTimeout(() => appendFileSync(file, 'ep":3,"steps":4,"loss":1,"ms":1000}\n'), 1400);
    setTimeout(() => {
      addSteps(context, id, [4, 4, 4]);
      describeRun(context, id, true);
    }, 2100);
    expect(eventsOf((await following).body)).toEqual([
      "run-start",
      "step-end 1",
      "step-end 2",
      "step-end 3",
      "step-end 4",
      "run-end ended",
    ]);
  });

  test("one that was killed is stopped, and its stream ends", async () => {
    const id = "killed";
    describeRun(context, id, false);
    addSteps(context, id, [1, 2, 9]);
    const before = new Date(Date.now() - 3_600_000);
    for (const name of ["metrics.jsonl", "config.json"])
      utimesSync(join(context.project.runsFolder, id, name), before, before);
    const { body } = await served.app.inject(`/v1/runs/${id}/events`);
    expect(eventsOf(body)).toEqual(["run-start", "step-end 1", "step-end 2", "run-end stopped"]);
    expect(await get("/v1/runs/nobody/events")).toEqual(error(404, "not-found", "no run nobody"));
  });

  test("one whose steps take long goes on, however long ago the last one was", async () => {
    const id = "slow";
    describeRun(context, id, false);
    const fileOf = (name: string) => join(context.project.runsFolder, id, name);
    appendFileSync(fileOf("metrics.jsonl"), '{"type":"step-end","step":1,"steps":9,"ms":600000}\n');
    const before = new Date(Date.now() - 1_800_000);
    for (const name of ["metrics.jsonl", "config.json"]) utimesSync(fileOf(name), before, before);
    expect((await get(`/v1/runs/${id}`)).state).toBe("running");
    const events: string[] = [];
    for await (const { type } of records.runEvents(id, AbortSignal.timeout(1500)))
      events.push(type);
    expect(events).toEqual(["run-start", "step-end"]);
  });

  test("the end of the service ends the streams of runs that go on", async () => {
    const own = openServed({ predict: predictFrom({}), records });
    const id = "endless";
    describeRun(context, id, false);
    addSteps(context, id, [1, 1, 9]);
    const following = own.app.inject(`/v1/runs/${id}/events`);
    setTimeout(() => void own.close(), 300);
    expect(eventsOf((await following).body)).toEqual(["run-start", "step-end 1"]);
  });

  test("have a report: groups with n and interval, classes of what is wrong, every case", async () => {
    const report: RunReport = await get(`/v1/runs/${RUN}/report`);
    expect(await get("/v1/runs/latest/report")).toEqual(report);
    const { tuned } = report.figures;
    const hardness = report.groupings.find(({ title }) => title === "Hardness")?.groups ?? [];
    expect(hardness.reduce((sum, { tuned: { n } }) => sum + n, 0)).toBe(tuned.n);
    for (const { tuned: own, base } of hardness) {
      expect(own.low).toBeLessThanOrEqual(own.score);
      expect(own.high).toBeGreaterThanOrEqual(own.score);
      expect(base).toMatchObject({ n: own.n, score: 0 });
    }
    const wrong = report.cases.filter(({ kind, verdict }) => kind === "answer" && verdict === 0);
    expect(wrong).toMatchObject([
      {
        id: "held",
        predictedSql: "SELECT name FROM customer",
        errorClass: "nested",
        differences: [expect.any(String)],
        isBaseRight: false,
      },
    ]);
    expect(report.errorClasses).toContainEqual({
      name: "nested",
      n: 1,
      share: 1 / report.cases.length,
      low: expect.any(Number),
      high: expect.any(Number),
    });
    expect(report.confidence).toMatchObject([
      {
        name: "model",
        n: report.cases.length,
        bins: [{ confidence: 0.9, score: expect.any(Number) }],
      },
    ]);
    expect(await get("/v1/runs/live/report")).toEqual(error(404, "not-found", "has no report"));
  });

  test("have a report that is made once, and again when a file of it has changed", async () => {
    const report = await records.report(RUN);
    expect(await records.report("latest")).toBe(report);
    const now = new Date();
    utimesSync(join(context.project.runsFolder, RUN, "items.json"), now, now);
    const again = await records.report(RUN);
    expect(again).not.toBe(report);
    expect(again).toEqual(report);
  });
});

test("answers are of the form that the OpenAPI document gives, and hold nothing else", async () => {
  const { content } = await pairOf("held");
  const accepted = await review("held", { content, decision: "accept" });
  const answers: readonly (readonly [ZodType, string])[] = [
    [forms.pairList, "/v1/pairs?limit=500"],
    [forms.versionsAnswer, "/v1/data/versions"],
    [forms.diffAnswer, "/v1/data/diff?before=v1&after=v3"],
    [forms.runsAnswer, "/v1/runs"],
    [forms.runAnswer, `/v1/runs/${RUN}`],
    [forms.reportAnswer, `/v1/runs/${RUN}/report`],
    [forms.settingsAnswer, "/v1/settings"],
  ];
  for (const [form, url] of answers) {
    const { status: _status, ...answer } = await get(url);
    expect(form.parse(answer), url).toEqual(answer);
  }
  const { status: _status, ...pair } = accepted;
  expect(forms.pairAnswer.parse(pair)).toEqual(pair);
});

test("settings are what the service works with and what t2s.yaml says now", async () => {
  const before: SettingsAnswer = await get("/v1/settings");
  const named = ({ settings }: SettingsAnswer, wanted: string) =>
    settings.find(({ name }) => name === wanted);
  expect(before).toMatchObject({ model: { name: "tuned" }, keys: [] });
  expect(named(before, "data.count")).toMatchObject({ default: 1200, value: 60, inFile: 60 });
  writeConfig(context.project.folder, {
    database: "postgres://me:hidden@host/shop",
    "data.count": 90,
  });
  const after: SettingsAnswer = await get("/v1/settings");
  expect(named(after, "data.count")).toMatchObject({ value: 60, inFile: 90 });
  expect(named(after, "database")?.inFile).toBe("postgres://me@host/shop");
  writeConfig(context.project.folder, context.config);
  appendFileSync(join(context.project.folder, "t2s.yaml"), "nothing: 1\n");
  const loaded = { ...context.config, "data.count": 90 };
  const value = openProjectRecords(context, () => loaded)
    .settings()
    .settings.find(({ name }) => name === "data.count")?.value;
  expect(value).toBe(90);
  expect((await get("/v1/settings")).problem).toContain('unknown key "nothing"');
});

describe("keys", () => {
  let own: Served;
  beforeAll(() => {
    own = openServed({ predict: predictFrom({}), records });
  });
  afterAll(() => own.close());
  const URLS = [
    "/v1/pairs",
    "/v1/data/versions",
    "/v1/data/diff?before=v1&after=v2",
    `/v1/runs/${RUN}`,
    `/v1/runs/${RUN}/report`,
    "/v1/settings",
  ];
  const answersTo = async (headers: Record<string, string>, urls: readonly string[]) =>
    Promise.all(urls.map(async (url) => (await own.app.inject({ url, headers })).json().error));
  const SCOPES = ["data", "runs", "settings"] as const;

  test("a key without the scope sees none of it, nor one that sees some tables or rows alone", async () => {
    const narrow = own.key({ name: "narrow" });
    for (const refused of await answersTo(narrow, [...URLS, `/v1/runs/${RUN}/events`, "/v1/runs"]))
      expect(refused).toMatchObject({ code: "forbidden" });
    const some = own.key({ name: "some", scopes: SCOPES, tables: ["customer"] });
    const west = own.key({ name: "west", scopes: SCOPES, rowFilters: { customer: "id = 1" } });
    for (const key of [some, west])
      for (const refused of await answersTo(key, URLS))
        expect(refused).toMatchObject({ code: "forbidden", message: /cells of all/ });
    expect(await answersTo(west, ["/v1/runs"])).toEqual([undefined]);
  });

  test("a key with the scope sees it, decides under its own name, and needs execute for a fix", async () => {
    const whole = own.key({ name: "whole", scopes: SCOPES });
    expect(await answersTo(whole, URLS)).toEqual(URLS.map(() => undefined));
    const url = "/v1/pairs?id=held";
    const [{ content }] = (await own.app.inject({ url, headers: whole })).json().pairs;
    const decide = (payload: object) =>
      own.app.inject({
        method: "POST",
        url: "/v1/pairs/held/review",
        payload: { content, ...payload },
        headers: whole,
      });
    const sql = "SELECT name FROM customer";
    expect((await decide({ decision: "fix", sql })).json().error).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining('"execute"'),
    });
    expect((await decide({ decision: "accept", by: "someone else" })).json().decision.by).toBe(
      "whole",
    );
    const { keys } = (await own.app.inject({ url: "/v1/settings", headers: whole })).json();
    expect(keys.map(({ name }: { name: string }) => name)).toContain("whole");
    expect(JSON.stringify(keys)).not.toMatch(/hash|t2s_/);
  });
});
