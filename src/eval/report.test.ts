import { expect, test } from "vitest";
import { metricsOf, type Evaluation, type ScoredItem } from "./evaluate.ts";
import { reportHtml, reportJson, reportText, type ReportInput } from "./report.ts";

const item = (id: string, verdict: 0 | 1, changes: Partial<ScoredItem> = {}): ScoredItem => ({
  id,
  question: `question ${id}?`,
  kind: "answer",
  hardness: "easy",
  shapeId: "s",
  goldSql: `SELECT gold${id} FROM t`,
  completion: `SELECT answer${id} FROM t`,
  predictedSql: `SELECT answer${id} FROM t`,
  verdict,
  reason: verdict === 1 ? "ok" : "values",
  didNotRun: false,
  hasUnknownNames: false,
  tokens: 5,
  ms: 10,
  ...changes,
});
const evaluationOf = (items: readonly ScoredItem[]): Evaluation => ({
  metrics: metricsOf(items, 0.25),
  items,
});

const HOSTILE = `<script>alert("x")</script> & 'quoted'`;
const toRefuse = (verdict: 0 | 1): ScoredItem =>
  verdict === 1
    ? item("r", 1, { kind: "refuse", predictedSql: undefined, predictedRefusal: "no such table" })
    : item("r", 0, { kind: "refuse", question: "how much stock?", reason: "not-refused" });
const input: ReportInput = {
  title: `Questions on ${HOSTILE}`,
  evaluations: {
    base: evaluationOf([item("1", 0), item("2", 0), item("3", 0), item("4", 0), toRefuse(0)]),
    fewShot: evaluationOf([item("1", 1), item("2", 0), item("3", 0), item("4", 0), toRefuse(0)]),
    tuned: evaluationOf([
      item("1", 0, { hardness: "hard" }),
      item("2", 1),
      item("3", 1),
      item("4", 0, {
        question: HOSTILE,
        predictedSql: HOSTILE,
        goldSql: HOSTILE,
        message: HOSTILE,
      }),
      toRefuse(0),
    ]),
  },
  seconds: { train: 61.23, eval: 4 },
  conditions: { model: "SmolLM2", questions: 4, hostile: HOSTILE },
  loss: [
    [1, 2.5],
    [2, 1.5],
  ],
};

const METRICS = [
  "n",
  "ex",
  "low",
  "high",
  "notRun",
  "unknownNames",
  "refusalRecall",
  "wronglyRefused",
  "secondsPerQuestion",
];

test("report.json has the form that other programs read, key for key", () => {
  const json = JSON.parse(JSON.stringify(reportJson(input)));
  expect(Object.keys(json)).toEqual([
    "base",
    "fewShot",
    "tuned",
    "paired",
    "seconds",
    "conditions",
  ]);
  for (const name of ["base", "fewShot", "tuned"]) expect(Object.keys(json[name])).toEqual(METRICS);
  expect(json.tuned).toMatchObject({ n: 4, ex: 0.5, refusalRecall: 0, secondsPerQuestion: 0.25 });
  // Two questions gained, none lost: the exact McNemar test gives 2 · (1/2)².
  expect(json.paired).toEqual({ difference: 0.5, low: 0, high: 1, p: 0.5 });
  expect(json.seconds).toEqual({ train: 61.23, eval: 4 });
  expect(json.conditions).toEqual(input.conditions);
});

test("a calibrated confidence is held against what came of it, beside the model's own", () => {
  const { tuned } = input.evaluations;
  const items = tuned.items.map((one) => ({
    ...one,
    confidence: 0.01,
    probabilityRight: one.verdict === 1 ? 0.9 : 0.2,
  }));
  const calibration = { bias: 0, support: 1, confidence: 0, refusal: 0.9, n: 80 };
  const fitted = {
    ...input,
    evaluations: { ...input.evaluations, tuned: { ...tuned, items } },
    calibration,
  };
  expect(reportJson(fitted).confidence).toMatchObject({
    n: 5,
    brier: { value: expect.closeTo((2 * 0.1 ** 2 + 3 * 0.2 ** 2) / 5, 10) },
    error: expect.closeTo((2 * 0.1 + 3 * 0.2) / 5, 10),
    model: { brier: { value: expect.closeTo((2 * 0.99 ** 2 + 3 * 0.01 ** 2) / 5, 10) } },
    fittedOn: 80,
  });
  expect(reportHtml(fitted)).toContain("Fitted on 80 dev questions");
  expect(reportHtml(input)).toContain("Not calibrated");
});

test("the page shows every wrong answer beside its gold, and no right one among them", () => {
  const page = reportHtml(input);
  expect(page).toContain("question 1?");
  expect(page).toContain("SELECT gold1 FROM t");
  expect(page).toContain("SELECT answer1 FROM t");
  expect(page).toContain("right: base + solved examples");
  expect(page.match(/<details>/g)).toHaveLength(2);
  expect(page).not.toContain("SELECT answer2 FROM t");
});

test("the page shows refusals that went wrong", () => {
  const page = reportHtml(input);
  expect(page).toContain("how much stock?");
  expect(page).toContain("should have been refused");
});

test("nothing that a question or an answer holds becomes markup", () => {
  const page = reportHtml(input);
  expect(page).not.toContain("<script");
  expect(page).toContain(
    "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;quoted&#39;",
  );
});

test("the page needs nothing but itself", () => {
  const page = reportHtml(input).replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
  expect(page).not.toMatch(/https?:|@import|url\(|<link(?! rel="icon" href="data:,")|\bsrc=/);
});

test("no questions at all are a report too", () => {
  const none = evaluationOf([]);
  const empty: ReportInput = {
    ...input,
    evaluations: { base: none, fewShot: none, tuned: none },
    loss: [],
  };
  expect(reportHtml(empty)).toContain("All were handled rightly.");
  expect(reportJson(empty).paired).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
});

test("the terminal's table has a line for each model and the paired difference", () => {
  const text = reportText(reportJson(input));
  expect(text).toMatch(/^base .* 0\.0 %/m);
  expect(text).toMatch(/^tuned .* 50\.0 %/m);
  expect(text).toContain(
    "Tuned minus base on the same questions: 50.0 points (95 % interval 0.0 to 100.0, exact McNemar p = 0.5000).",
  );
});

test("where the tuned model chose among several answers, the first ones stand beside", () => {
  const { tuned } = input.evaluations;
  const json = reportJson({
    ...input,
    evaluations: {
      ...input.evaluations,
      tuned: { ...tuned, oneAnswer: { ...tuned.metrics, ex: 0.25 } },
    },
  });
  expect(json.tunedOneAnswer?.ex).toBe(0.25);
  expect(reportText(json)).toMatch(/^tuned, the first answer of each .* 25\.0 %/m);
});
