/**
 * The report of a tuned model: how right the untuned model, the untuned model with solved examples, and the tuned one
 * are on the test split, with intervals, by hardness and by shape of SQL, and every wrong answer beside its gold.
 */
import { html, type Html, htmlPage, htmlTable } from "../report/html.ts";
import { type Bar, lines, shareBars } from "../report/plot.ts";
import type { Calibration } from "../predict/calibrate.ts";
import { terminalTable } from "../report/terminal.ts";
import type { Evaluation, Metrics, ScoredItem } from "./evaluate.ts";
import { confidenceHtml, type ConfidenceJson, confidenceJson } from "./report-confidence.ts";
import { pairedDifference, type PairedDifference, wilsonInterval } from "./statistics.ts";

export type ModelName = "base" | "fewShot" | "tuned";

export type ReportInput = {
  readonly title: string;
  readonly evaluations: Readonly<Record<ModelName, Evaluation>>;
  /** Wall seconds by stage. */
  readonly seconds: Readonly<Record<string, number>>;
  /** What has to be known to read the numbers: model, machine, modes, data. */
  readonly conditions: Readonly<Record<string, string | number>>;
  /** Loss by step. */
  readonly loss: readonly (readonly [number, number])[];
  /** What the tuned model's confidence was fitted with, if it was. */
  readonly calibration?: Calibration;
};

/** report.json: the form is fixed. */
export type ReportJson = Readonly<Record<ModelName, Metrics>> & {
  /** Where the tuned model's answers were chosen among several. */
  readonly tunedOneAnswer?: Metrics;
  readonly paired: PairedDifference;
  readonly seconds: Readonly<Record<string, number>>;
  readonly conditions: Readonly<Record<string, string | number>>;
  /** Where confidence was fitted. */
  readonly confidence?: ConfidenceJson;
};

const names: Readonly<Record<ModelName, string>> = {
  base: "base",
  fewShot: "base + solved examples",
  tuned: "tuned",
};
const order: readonly ModelName[] = ["base", "fewShot", "tuned"];
const HARDNESSES: readonly ScoredItem["hardness"][] = ["easy", "medium", "hard", "extra"];
const percent = (share: number | null) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const answerable = (evaluation: Evaluation) =>
  evaluation.items.filter((item) => item.kind === "answer");
const verdicts = (evaluation: Evaluation) =>
  answerable(evaluation).map((item): number => item.verdict);

/** Numbers for programs. The paired difference is tuned minus base on the same questions. */
export function reportJson(input: ReportInput): ReportJson {
  const { evaluations, seconds, conditions } = input;
  const confidence = confidenceJson(evaluations.tuned.items, input.calibration);
  return {
    base: evaluations.base.metrics,
    fewShot: evaluations.fewShot.metrics,
    tuned: evaluations.tuned.metrics,
    ...(evaluations.tuned.oneAnswer && { tunedOneAnswer: evaluations.tuned.oneAnswer }),
    paired: pairedDifference(verdicts(evaluations.base), verdicts(evaluations.tuned)),
    seconds,
    conditions,
    ...(confidence && { confidence }),
  };
}

const HEAD = [
  "",
  "n",
  "EX",
  "95 % interval",
  "does not run",
  "unknown names",
  "refusal recall",
  "wrongly refused",
  "s/question",
];

function metricRow(name: string, metrics: Metrics): string[] {
  const interval = `${percent(metrics.low)} – ${percent(metrics.high)}`;
  return [
    name,
    String(metrics.n),
    percent(metrics.ex),
    interval,
    percent(metrics.notRun),
    percent(metrics.unknownNames),
    percent(metrics.refusalRecall),
    percent(metrics.wronglyRefused),
    metrics.secondsPerQuestion.toFixed(2),
  ];
}

const metricRows = (json: ReportJson) => [
  ...order.map((name) => metricRow(names[name], json[name])),
  ...(json.tunedOneAnswer
    ? [metricRow("tuned, the first answer of each", json.tunedOneAnswer)]
    : []),
];

/** The comparison as a terminal table with its paired difference. */
export const reportText = (json: ReportJson): string =>
  `${terminalTable(HEAD, metricRows(json), [1, 2, 3, 4, 5, 6, 7, 8])}\n\n${pairedText(json.paired)}`;

const pairedText = ({ difference, low, high, p }: PairedDifference): string =>
  `Tuned minus base on the same questions: ${(100 * difference).toFixed(1)} points (95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}, exact McNemar p ${p < 0.0001 ? "< 0.0001" : `= ${p.toFixed(4)}`}).`;

/** The report's content, to be put into a page. */
export function reportBody(input: ReportInput): Html {
  const json = reportJson(input);
  const { base, fewShot, tuned } = input.evaluations;
  return html`<h1>${input.title}</h1>
    <p class="soft">
      Execution accuracy (EX), strict mode: the rows that the written SQL returns are those of the
      gold. Measured on the artefact that is deployed, on questions kept out of every choice.
    </p>
    <div class="cards">
      ${order.map((name) => html`<div class="card"><b>${percent(json[name].ex)}</b>${names[name]}<br /><span class="soft">n = ${json[name].n}, ${percent(json[name].low)} – ${percent(json[name].high)}</span></div>`)}
    </div>
    <p>${pairedText(json.paired)}</p>
    <div class="scroll">${htmlTable(HEAD, metricRows(json), [1, 2, 3, 4, 5, 6, 7, 8])}</div>
    ${shareBars([{ title: "", bars: order.map((name) => toBar(names[name], verdicts(input.evaluations[name]))) }], "Execution accuracy with 95 % intervals (Wilson)")}
    <h2>By hardness</h2>
    ${shareBars(
      HARDNESSES.filter((hardness) =>
        tuned.items.some((item) => item.hardness === hardness && item.kind === "answer"),
      ).map((hardness) => ({
        title: hardness,
        bars: order.map((name) =>
          toBar(
            names[name],
            answerable(input.evaluations[name])
              .filter((item) => item.hardness === hardness)
              .map((item) => item.verdict),
          ),
        ),
      })),
      "Hardness is Spider's, computed from the gold SQL",
    )}
    <h2>By shape of SQL (tuned)</h2>
    ${shapeTable(tuned)}
    ${
      input.loss.length > 1 &&
      html`<h2>Training</h2>
        ${lines([{ name: "loss", points: input.loss }], { x: "step", y: "loss" }, "Mean loss over the answer tokens of each step")}`
    }
    <h2>Refusals (tuned)</h2>
    ${refusalTable(tuned)}
    <h2>Every wrong answer (tuned)</h2>
    ${answerable(tuned)
      .filter((item) => item.verdict === 0)
      .map((item) => caseHtml(item, { base, fewShot }))}
    ${confidenceHtml(tuned.items, input.calibration)}
    <h2>Conditions</h2>
    ${htmlTable(
      ["", ""],
      Object.entries(input.conditions).map(([key, value]) => [key, String(value)]),
    )}
    <h2>Seconds</h2>
    ${htmlTable(
      ["stage", "seconds"],
      Object.entries(input.seconds).map(([stage, seconds]) => [stage, seconds.toFixed(1)]),
      [1],
    )}`;
}

/** The single-file report. */
export const reportHtml = (input: ReportInput): string => htmlPage(input.title, reportBody(input));

function toBar(label: string, values: readonly number[]): Bar {
  const right = values.filter((value) => value === 1).length;
  const [low, high] = wilsonInterval(right, values.length);
  return {
    label,
    value: values.length === 0 ? 0 : right / values.length,
    low,
    high,
    note: `${right} of ${values.length}`,
  };
}

/** Words that describe a gold's form; a query has one or more. */
const FEATURES: readonly (readonly [string, RegExp])[] = [
  [
    "one table, no grouping",
    /^(?!.*\b(JOIN|GROUP BY|UNION|INTERSECT|EXCEPT)\b)(?!.*\(\s*SELECT\b)/is,
  ],
  ["join", /\bJOIN\b/i],
  ["grouping", /\bGROUP BY\b/i],
  ["having", /\bHAVING\b/i],
  ["ordering", /\bORDER BY\b/i],
  ["nested", /\(\s*SELECT\b/i],
  ["set operation", /\b(UNION|INTERSECT|EXCEPT)\b/i],
  ["dates", /\bjulianday\b|'\d{4}-\d\d/i],
  ["NULL handling", /\bIS (NOT )?NULL\b/i],
  ["CASE", /\bCASE\b/i],
];

function shapeTable(evaluation: Evaluation): Html {
  const groups = FEATURES.map(([title, pattern]) => ({
    title,
    values: answerable(evaluation)
      .filter((item) => pattern.test(item.goldSql))
      .map((item): number => item.verdict),
  }));
  return shareBars(
    [
      {
        title: "",
        bars: groups
          .filter(({ values }) => values.length > 0)
          .map(({ title, values }) => toBar(title, values)),
      },
    ],
    "A question counts in every row that its gold SQL fits",
  );
}

function refusalTable(evaluation: Evaluation): Html {
  const missed = evaluation.items.filter((item) => item.kind === "refuse" && item.verdict === 0);
  const wronglyRefused = answerable(evaluation).filter(
    (item) => item.predictedRefusal !== undefined,
  );
  const rows = [...missed, ...wronglyRefused].map((item) => [
    item.question,
    item.kind === "refuse" ? "should have been refused" : "wrongly refused",
    item.predictedRefusal ?? item.predictedSql ?? "",
  ]);
  return rows.length === 0
    ? html`<p>All were handled rightly.</p>`
    : htmlTable(["question", "", "answer"], rows);
}

function caseHtml(
  item: ScoredItem,
  others: Readonly<Record<"base" | "fewShot", Evaluation>>,
): Html {
  const alsoRight = (["base", "fewShot"] as const).filter(
    (name) => others[name].items.find((other) => other.id === item.id)?.verdict === 1,
  );
  return html`<details>
    <summary>
      ${item.question}
      <span class="soft"
        >${item.hardness} ·
        ${item.reason}${alsoRight.length > 0 && ` · right: ${alsoRight.map((name) => names[name]).join(", ")}`}</span
      >
    </summary>
    <p class="soft">gold</p>
    <pre>${item.goldSql}</pre>
    <p class="soft">answer</p>
    <pre>${item.predictedSql ?? item.completion}</pre>
    ${item.message && html`<p class="wrong">${item.message}</p>`}
  </details>`;
}
