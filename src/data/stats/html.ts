/** Counts of pairs as one HTML file that needs nothing else: figures, plots, tables that are sorted and searched. */
import { type Html, html, htmlPage, htmlTable, rawHtml } from "../../report/html.ts";
import { type Bar, shareBars } from "../../report/plot.ts";
import { HARDNESSES } from "../../sql/hardness.ts";
import { FEATURES } from "../../sql/features.ts";
import type { DataStats, TokenStats } from "../stats.ts";
import { type Counts, percent } from "./counts.ts";
import type { DatabaseUse, DatasetStats, FileStats, Used } from "./dataset.ts";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page-script.ts";
import { spiderTrain } from "./question-sets.ts";
import { sharedLine } from "./text.ts";
import { WORD_STEP } from "./wording.ts";

const SPIDER = "Spider train";
/** Two plots stand side by side. */
const LAYOUT = { labelWidth: 140, barWidth: 260 };
/** Columns from which a table has a box to search in. */
const LONG = 12;

/** The page of a project's pairs. `notes` say what could not be counted. */
export function statsHtml(title: string, stats: DataStats, notes: readonly string[] = []): string {
  const answers = stats.kinds.answer ?? 0;
  const { joins } = stats;
  return page(
    title,
    html`<p class="soft">
        ${stats.splits.train} for training, ${stats.splits.dev} for choices, ${stats.splits.test}
        for the report. ${notes.join(" ")}
      </p>
      ${cards([
        [stats.n, "pairs"],
        [stats.kinds.refuse ?? 0, "of them to refuse"],
        [stats.templates, "SQL templates"],
        [stats.shapes, `shapes, ${stats.singleShapes} in one pair only`],
        [`${joins.usedKeys} of ${joins.keys}`, "foreign keys joined along"],
        [stats.untouchedColumns.length, "columns that no pair names"],
        [stats.wording.distinct2.toFixed(3), "distinct-2 of the questions"],
        [stats.duplicates.sameQuestion, "questions repeated"],
      ])}
      ${adviceSection(stats.advice)}
      <div class="plots">
        <div>
          <h2>Hardness</h2>
          ${compared(HARDNESSES, stats.hardness, answers, spiderTrain.hardness, "Spider's classes")}
          <h2>Questions</h2>
          ${histogram(stats)} ${stats.tokens && tokenSection(stats.tokens)}
        </div>
        <div>
          <h2>SQL features</h2>
          ${compared(FEATURES, stats.features, answers, spiderTrain.features, "Share of the queries that have it")}
        </div>
      </div>
      <h2>Tables</h2>
      ${countTable("table", stats.tables, answers)}
      <h2>Columns</h2>
      ${countTable("column", stats.columns, answers)}
      <h2>Joins</h2>
      <p>${joins.usedPaths} of ${joins.paths} paths of two keys are used.</p>
      ${countTable("foreign key", joins.byKey, answers)}
      ${
        joins.unusedPaths.length > 0 &&
        html`<details>
          <summary>
            Paths that no pair joins
            along${joins.paths - joins.usedPaths > joins.unusedPaths.length && `, the first ${joins.unusedPaths.length}`}
          </summary>
          <p>${joins.unusedPaths.map((path) => html`${path}<br />`)}</p>
        </details>`
      }
      ${valuesSection(stats)}
      <h2>Made by</h2>
      ${countTable("method", stats.methods, stats.n)}
      ${
        Object.keys(stats.refusals).length > 0 &&
        html`<h2>Refusals</h2>
          ${countTable("reason", stats.refusals, stats.kinds.refuse ?? 0)}`
      }`,
  );
}

/** The page of files in Spider's form. */
export function datasetHtml(title: string, stats: DatasetStats): string {
  const { files, databases, sharedDatabases } = stats;
  const total = (key: "hardness" | "features", name: string, file: FileStats) =>
    (file[key][name] ?? 0) / file.n;
  const bars = (key: "hardness" | "features", names: readonly string[]) =>
    names
      .filter((name) => files.some((file) => file[key][name]))
      .map((name) => ({
        title: name,
        bars: files.map((file): Bar => ({
          label: file.file,
          value: total(key, name, file),
          note: String(file[key][name] ?? 0),
        })),
      }));
  return page(
    title,
    html`${cards([
        [stats.n, "pairs"],
        [databases.length, "databases"],
        ...files.map(({ file, n, side }): [number, string] => [n, `${file} (${side})`]),
      ])}
      <p class="${sharedDatabases?.length ? "wrong" : "soft"}">${sharedLine(stats)}</p>
      <h2>Files</h2>
      ${sortable(
        ["file", "side", "pairs", "databases", ...HARDNESSES, "queries", "distinct-2", "repeated"],
        files.map((file) => [
          file.file,
          file.side,
          String(file.n),
          String(Object.keys(file.databases).length),
          ...HARDNESSES.map((name) => String(file.hardness[name] ?? 0)),
          String(file.templates),
          file.wording.distinct2.toFixed(3),
          String(file.duplicates.sameQuestion),
        ]),
        [2, 3, 4, 5, 6, 7, 8, 9, 10],
      )}
      <div class="plots">
        <div>
          <h2>Hardness</h2>
          ${shareBars(bars("hardness", HARDNESSES), "Spider's classes, counted from the SQL", LAYOUT)}
        </div>
        <div>
          <h2>SQL features</h2>
          ${shareBars(bars("features", FEATURES), "Share of the queries that have it", LAYOUT)}
        </div>
      </div>
      <h2>Databases</h2>
      ${databaseTable(databases)}`,
  );
}

const page = (title: string, body: Html): string =>
  htmlPage(
    title,
    html`<style>
        ${rawHtml(PAGE_STYLE)}
      </style>
      <h1>${title}</h1>
      ${body}`,
    PAGE_SCRIPT,
  );

const cards = (figures: readonly (readonly [number | string, string])[]): Html =>
  html`<div class="cards">
    ${figures.map(([figure, words]) => html`<div class="card"><b>${typeof figure === "number" ? figure.toLocaleString("en") : figure}</b>${words}</div>`)}
  </div>`;

const adviceSection = (advice: readonly string[]): Html | false =>
  advice.length > 0 &&
  html`<h2>What the next pairs should be</h2>
    <ul class="advice">
      ${advice.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`;

function compared(
  names: readonly string[],
  counts: Counts,
  n: number,
  usual: Readonly<Record<string, number>>,
  caption: string,
): Html {
  const groups = names
    .filter((name) => counts[name] || usual[name])
    .map((name) => ({
      title: name,
      bars: [
        { label: SPIDER, value: usual[name] ?? 0 },
        {
          label: "these pairs",
          value: (counts[name] ?? 0) / Math.max(1, n),
          note: String(counts[name] ?? 0),
        },
      ],
    }));
  return shareBars(groups, `${caption}; beside them, ${SPIDER}`, LAYOUT);
}

function histogram({ wording, n }: DataStats): Html {
  const last = wording.histogram.length - 1;
  const bars = wording.histogram.map((count, i) => ({
    title: "",
    bars: [
      {
        label:
          i === last
            ? `more than ${i * WORD_STEP} words`
            : `${i * WORD_STEP + 1} to ${(i + 1) * WORD_STEP} words`,
        value: count / Math.max(1, n),
        note: String(count),
      },
    ],
  }));
  const usual = wording.sample && spiderTrain.distinct[wording.sample.size];
  return html`<p>
      Distinct-2 is the share of different pairs of neighbouring
      words${wording.sample && usual ? `: ${wording.sample.distinct2.toFixed(3)} in ${wording.sample.size} of these questions, ${usual.distinct2.toFixed(3)} in as many of ${SPIDER}, which asks of 140 databases` : ""}.
      ${wording.skeletons} questions of ${n} differ when their values are masked.
    </p>
    ${shareBars(bars, "Questions by their length", LAYOUT)}`;
}

const tokenSection = (tokens: TokenStats): Html =>
  html`<h2>Tokens</h2>
    <p>
      The prompt before the question (rules, schema, knowledge) has ${tokens.prefix}; a question
      ${tokens.question.median} and an answer ${tokens.answer.median} in the median,
      ${tokens.question.max} and ${tokens.answer.max} at most.
    </p>
    ${sortable(
      ["context", "pairs that do not fit", "share"],
      tokens.contexts.map((context) => [
        `${context.tokens}${context.tokens === tokens.contextTokens ? " (the model's)" : ""}`,
        String(context.tooLong),
        percent(context.share),
      ]),
      [0, 1, 2],
    )}`;

function valuesSection({ values = [] }: DataStats): Html | false {
  return (
    values.length > 0 &&
    html`<h2>Values</h2>
      <p>Columns that people filter by, and how many of their values some pair asks for.</p>
      ${sortable(
        ["column", "values", "asked for", "share", "most frequent of the others"],
        values.map(({ column, distinct, asked, missing }) => [
          column,
          String(distinct),
          String(asked),
          percent(asked / distinct),
          missing.join(", "),
        ]),
        [1, 2, 3],
      )}`
  );
}

const countTable = (name: string, counts: Counts, n: number): Html =>
  sortable(
    [name, "pairs", "share"],
    Object.entries(counts)
      .sort((a, b) => b[1] - a[1])
      .map(([key, count]) => [key, String(count), percent(count / Math.max(1, n))]),
    [1, 2],
  );

function databaseTable(databases: readonly DatabaseUse[]): Html {
  const hasSchemas = databases.some(({ tables }) => tables !== undefined);
  const used = (part?: Used) => (part === undefined ? "–" : `${part.used} of ${part.all}`);
  return sortable(
    ["database", "pairs", "files", ...(hasSchemas ? ["tables", "columns", "keys"] : [])],
    databases.map(({ dbId, pairs, files, tables, columns, keys }) => [
      dbId,
      String(pairs),
      files.join(", "),
      ...(hasSchemas ? [used(tables), used(columns), used(keys)] : []),
    ]),
    [1],
  );
}

/** A table whose heads sort it; a long one has a box to search in. */
const sortable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[],
): Html =>
  html`<div class="sortable scroll">
    ${rows.length > LONG && html`<input type="search" aria-label="Search by ${head[0]}" placeholder="search" />`}
    ${htmlTable(head, rows, numeric)}
  </div>`;
