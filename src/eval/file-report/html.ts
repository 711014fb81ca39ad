/**
 * The score of a file of predictions as one HTML file that needs nothing else: figures, plots for each mode, and every
 * item with both results side by side. Runs no SQL: results.ts fetches what is shown.
 */
import { type Html, html, htmlPage, htmlTable, rawHtml } from "../../report/html.ts";
import { againstDiagonal, type Bar, shareBars } from "../../report/plot.ts";
import { goldCheckLine } from "../check-gold-text.ts";
import { type Mode, isRate } from "../mode-names.ts";
import type { FileReport, ModeReport } from "../score-file.ts";
import { calibrationOf } from "./calibration.ts";
import { disagreementsOf } from "./disagreements.ts";
import { type Featured, type Grouping, groupingsOf, scoreOf, withFeatures } from "./groups.ts";
import { itemSection } from "./item-section.ts";
import { pageData, scriptJson } from "./page-data.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import type { ShownPair } from "./results.ts";
import { classRows, modeRows } from "./tables.ts";
import { counted, interval, modesOf, percent, remarksOn, wordsOfRule } from "./words.ts";

export type FileReportPage = {
  readonly title: string;
  readonly report: FileReport;
  /** Of resultsOf, in the order of the items; without it the items show SQL only. */
  readonly results?: readonly ShownPair[];
  /** What has to be known to read the figures: files, versions, limits. */
  readonly conditions?: Readonly<Record<string, string | number>>;
};

/** The whole page. */
export function fileReportHtml({
  title,
  report,
  results,
  conditions = {},
}: FileReportPage): string {
  const featured = withFeatures(report.items);
  const body = html`<style>
      ${rawHtml(PAGE_STYLE)}
    </style>
    <h1>${title}</h1>
    <p class="soft">
      ${counted(report.n, "item")} with a valid gold.
      ${goldCheckLine({ ...report.golds, items: [] })}.
    </p>
    ${cards(report)} ${figures(report)} ${modeChoice(modesOf(report).map(([mode]) => mode))}
    ${plots(report, featured)} ${itemSection(report.items, featured)}
    ${
      Object.keys(conditions).length > 0 &&
      html`<h2>Conditions</h2>
        ${htmlTable(
          ["", ""],
          Object.entries(conditions).map(([key, value]) => [key, String(value)]),
        )}`
    }
    <script type="application/json" id="data">
      ${rawHtml(scriptJson(pageData(report, featured, results)))}
    </script>`;
  return htmlPage(title, body, PAGE_SCRIPT);
}

const cards = (report: FileReport): Html =>
  html`<div class="cards">
    ${modesOf(report).map(
      ([mode, one]) =>
        html`<div class="card">
          <b>${one.n === 0 ? "–" : percent(one.score)}</b>${mode}<br /><span class="soft"
            >n = ${one.n}${one.n > 0 && html`<br />${interval(one)}`}</span
          >
        </div>`,
    )}
  </div>`;

function figures(report: FileReport): Html {
  const modes = modeRows(report);
  const classes = classRows(report);
  const parts = report.modes["spider-em"]?.parts;
  const remarks = modesOf(report).flatMap(([mode, one]) =>
    remarksOn(mode, one).map((remark) => `${mode}: ${remark}`),
  );
  return html`<h2>Scores by hardness</h2>
    <div class="scroll">${htmlTable(modes.head, modes.rows, modes.numeric)}</div>
    <p class="soft small">
      Intervals are 95 %: Wilson for shares of right items, bootstrap over items for graded modes.
      ${remarks.map((remark) => `${remark}. `)}
    </p>
    ${disagreementTable(report)} ${parts && partTable(parts)}
    ${
      classes.rows.length > 0 &&
      html`<details>
        <summary>Error classes by mode</summary>
        <div class="scroll">${htmlTable(classes.head, classes.rows, classes.numeric)}</div>
      </details>`
    }`;
}

const inOrder = (indices: readonly number[]): number[] => indices.toSorted((a, b) => a - b);

function disagreementTable({ items }: FileReport): Html {
  const rows = disagreementsOf(items).map(({ mode, rule, strictOnly, officialOnly }) => [
    mode,
    wordsOfRule(mode, rule),
    String(strictOnly.length),
    String(officialOnly.length),
    html`${inOrder([...strictOnly, ...officialOnly]).map((index) => html`<a href="#item-${index}">${index}</a> `)}`,
  ]);
  const head = ["mode", "because there", "only strict right", "only it right", "items"];
  return rows.length === 0
    ? html``
    : html`<h2>Where strict and an official mode disagree</h2>
        <div class="scroll">${htmlTable(head, rows, [2, 3])}</div>
        <p class="soft small">An item that two rules decide counts under both.</p>`;
}

const partTable = (parts: NonNullable<ModeReport["parts"]>): Html =>
  html`<details>
    <summary>Parts of exact match (spider-em)</summary>
    ${htmlTable(
      ["part", "accuracy", "recall", "F1"],
      Object.entries(parts).map(([name, { accuracy, recall, f1 }]) => [
        name,
        ...[accuracy, recall, f1].map(percent),
      ]),
      [1, 2, 3],
    )}
  </details>`;

/** Shown by the script for plots and items alike. */
const modeChoice = (modes: readonly Mode[]): Html =>
  html`<fieldset class="modes">
    <legend class="soft">Plots and items in mode</legend>
    ${modes.map(
      (mode, at) =>
        html`<label
          ><input
            type="radio"
            name="mode"
            value="${mode}"
            ${at === 0 && rawHtml(" checked")}
          /><span>${mode}</span></label
        >`,
    )}
  </fieldset>`;

function plots(report: FileReport, featured: readonly Featured[]): Html {
  const groupings = groupingsOf(featured);
  return html`${modesOf(report).map(
    ([mode], at) =>
      html`<section data-mode="${mode}" ${at > 0 && rawHtml(" hidden")}>
        <div class="plots">
          ${groupings.map((grouping) => groupPlot(grouping, mode))} ${classPlot(report, mode)}
          ${calibrationPlot(report, mode)}
        </div>
      </section>`,
  )}`;
}

const LAYOUT = { labelWidth: 170, barWidth: 190 };
const LONGEST_LABEL = 25;
const label = (text: string) =>
  text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text;

/** One bar a group, all of one colour. */
const plotOf = (title: string, bars: readonly Bar[], note: string, max: number): Html =>
  html`<div class="bars">
    <h2>${title}</h2>
    ${shareBars(
      bars.map((bar) => ({ title: "", bars: [bar] })),
      note,
      { ...LAYOUT, max },
    )}
  </div>`;

function groupPlot({ title, note, groups }: Grouping, mode: Mode): Html {
  const bars = groups.flatMap((group): Bar[] => {
    const { n, score, low, high } = scoreOf(group.items, mode);
    if (n === 0) return [];
    const right = isRate(mode) ? `${Math.round(score * n)} of ${n}` : `n = ${n}`;
    return [{ label: label(group.title), value: score, low, high, note: right }];
  });
  const max = Math.max(1, ...bars.map(({ value, high = 0 }) => Math.max(value, high)));
  return bars.length === 0 ? html`` : plotOf(title, bars, note, max);
}

function classPlot({ items }: FileReport, mode: Mode): Html {
  const wrong = items.filter(({ verdicts }) => verdicts[mode] === 0);
  const groups = [...Map.groupBy(wrong, ({ errorClass }) => errorClass ?? "other")];
  const bars = groups
    .map(([name, { length }]): Bar => ({
      label: name,
      value: length / wrong.length,
      note: `${length} of ${wrong.length}`,
    }))
    .sort((a, b) => b.value - a.value);
  const max = Math.max(0.1, ...bars.map(({ value }) => value));
  const note = "Share of the wrong items; each counts once, under what to repair first";
  return bars.length === 0 ? html`` : plotOf("Error classes", bars, note, max);
}

function calibrationPlot({ items }: FileReport, mode: Mode): Html {
  const calibration = calibrationOf(items, mode);
  if (calibration === undefined) return html``;
  const { bins, n, error } = calibration;
  return html`<div>
    <h2>Calibration of confidence</h2>
    ${againstDiagonal(
      bins.map(({ confidence, score, ...rest }) => ({ x: confidence, y: score, ...rest })),
      { x: "confidence →", y: "score" },
      `Tenths of confidence over ${counted(n, "item")}; on the line the model is right as often as it says. Expected calibration error ${percent(error)}`,
    )}
  </div>`;
}
