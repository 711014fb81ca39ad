/**
 * The score of a file of predictions as JUnit XML: a suite for each mode, a test case for each item, so that any CI
 * system shows which are wrong. The form is the one that Jenkins and GitLab read.
 */
import { escapeHtml } from "../../report/html.ts";
import type { Mode } from "../mode-names.ts";
import type { FileItem, FileReport } from "../score-file.ts";
import { modesOf, statusOf } from "./words.ts";

/** An item without a valid gold is skipped; one that is partly right fails. */
export function fileReportJunit(report: FileReport, name: string = "t2s eval"): string {
  const suites = modesOf(report).map(([mode]) => suiteOf(mode, report.items));
  const total = (key: "tests" | "failures") => suites.reduce((sum, suite) => sum + suite[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xml(name)}" tests="${total("tests")}" failures="${total("failures")}">`,
    ...suites.map(({ text }) => text),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(mode: Mode, items: readonly FileItem[]) {
  const statuses = items.map(({ verdicts }) => statusOf(mode, verdicts[mode]));
  const tests = items.length;
  const skipped = statuses.filter((status) => status === "none").length;
  const failures = statuses.filter((status) => status === "wrong" || status === "partly").length;
  const text = [
    `<testsuite name="${mode}" tests="${tests}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...items.map((item) => caseOf(mode, item)),
    "</testsuite>",
  ].join("\n");
  return { tests, failures, text };
}

function caseOf(mode: Mode, item: FileItem): string {
  const { id, dbId, question, verdicts, reasons, errorClass, differences } = item;
  const name = question === undefined ? id : `${id}: ${question}`;
  const open = `<testcase classname="${mode}.${xml(dbId)}" name="${xml(name)}"`;
  switch (statusOf(mode, verdicts[mode])) {
    case "right":
      return `${open}/>`;
    case "none":
      return `${open}><skipped message="no valid gold"/></testcase>`;
    default: {
      const type = errorClass ?? reasons[mode] ?? "other";
      const message = differences[0] ?? reasons[mode] ?? "";
      return `${open}><failure type="${xml(type)}" message="${xml(message)}">${xml(detailsOf(item))}</failure></testcase>`;
    }
  }
}

const detailsOf = ({ goldSql, predictedSql, differences, message }: FileItem): string =>
  [
    `gold:       ${goldSql === "" ? "to be refused" : goldSql}`,
    `prediction: ${predictedSql}`,
    ...differences.map((text) => `- ${text}`),
    ...(message === undefined ? [] : [`database: ${message}`]),
  ].join("\n");

/** What XML 1.0 cannot hold at all: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const UNHELD =
  // oxlint-disable-next-line no-control-regex -- XML 1.0 has no way to write these very characters
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const xml = (text: string): string => escapeHtml(text.replace(UNHELD, "\ufffd"));
