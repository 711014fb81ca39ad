import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createExecutor } from "../../db/executor.ts";
import { scoreFile } from "../score-file.ts";
import { calibrationOf } from "./calibration.ts";
import { disagreementsOf } from "./disagreements.ts";
import { groupingsOf, scoreOf, withFeatures } from "./groups.ts";
import { fileReportHtml } from "./html.ts";
import { fileReportJunit } from "./junit.ts";
import { codeBlock, fileReportMarkdown, inline } from "./markdown.ts";
import { pageData } from "./page-data.ts";
import { resultsOf } from "./results.ts";
import { fileReportText } from "./terminal.ts";
import type { FileItem, FileReport } from "../score-file.ts";

const item = (index: number, changes: Partial<FileItem> = {}): FileItem => ({
  index,
  id: String(index),
  dbId: "shop",
  question: `question ${index}?`,
  hardness: "easy",
  goldSql: "SELECT name FROM item",
  predictedSql: "SELECT name FROM item",
  verdicts: { strict: 1, "spider-ex": 1 },
  reasons: { strict: "ok", "spider-ex": "ok" },
  flags: [],
  ms: {},
  errorClass: null,
  differences: [],
  disagreement: {},
  ...changes,
});

const HOSTILE = `</script><script>alert("x")</script> & 'quoted' \`\`\` @someone #12 | *x*`;
const wrong = { verdicts: { strict: 0, "spider-ex": 1 }, reasons: { strict: "values" } } as const;
const items: readonly FileItem[] = [
  item(0, { confidence: 0.95 }),
  item(1, {
    ...wrong,
    confidence: 0.9,
    hardness: "hard",
    goldSql: "SELECT DISTINCT name FROM item JOIN sale ON sale.item = item.id",
    predictedSql: "SELECT name FROM item",
    errorClass: "missing-join",
    differences: ["does not read sale, which the gold does"],
    disagreement: { "spider-ex": ["distinct"] },
  }),
  item(2, {
    ...wrong,
    verdicts: { strict: 0, "spider-ex": 0 },
    question: HOSTILE,
    goldSql: HOSTILE,
    predictedSql: HOSTILE,
    errorClass: "does-not-parse",
    differences: [HOSTILE],
    message: HOSTILE,
    confidence: 0.1,
  }),
  item(3, { verdicts: { strict: null, "spider-ex": null }, reasons: { strict: "gold-invalid" } }),
];
const noFindings = {
  fails: 1,
  slow: 0,
  empty: 0,
  ties: 0,
  "row-order": 0,
  "order-unverified": 0,
  nondeterministic: 0,
  same: 0,
};
const figures = (score: number) => ({
  n: 3,
  score,
  low: 0.1,
  high: 0.9,
  goldInvalid: 1,
  byHardness: { easy: { n: 2, score: 0.5 }, hard: { n: 1, score: 0 } },
});
const report: FileReport = {
  n: 3,
  modes: {
    strict: { ...figures(1 / 3), sameColumnOrder: 0.25, vacuous: 0 },
    "spider-ex": figures(2 / 3),
  },
  golds: { n: 4, refusals: 0, distinct: 4, counts: noFindings },
  conditions: {
    SQLite: "3.53.4",
    Node: "26.10.0",
    timeoutMs: 1000,
    blank: 0,
    gold: "g",
    predictions: "p",
    databases: { shop: "s" },
  },
  items,
};
const none: FileReport = { ...report, n: 0, modes: {}, items: [] };

test("a group's score leaves out items without a valid gold, and no other", () => {
  expect(scoreOf(items, "strict")).toMatchObject({ n: 3, score: 1 / 3 });
  expect(scoreOf([items[3]], "strict")).toMatchObject({ n: 0, score: 0 });
  const [hardness, sql] = groupingsOf(withFeatures(items));
  const sizes = ({ groups }: typeof hardness) =>
    groups.map(({ title, items: { length } }) => [title, length]);
  expect(sizes(hardness)).toEqual([
    ["easy", 3],
    ["hard", 1],
  ]);
  expect(sizes(sql).slice(0, 2)).toEqual([
    ["join", 1],
    ["distinct", 1],
  ]);
});

test("confidence is set beside how often the model was right", () => {
  const calibration = calibrationOf(items, "strict");
  expect(calibration?.n).toBe(3);
  expect(calibration?.bins.map(({ n, score }) => [n, score])).toEqual([
    [1, 0],
    [2, 0.5],
  ]);
  expect(calibration?.error).toBeCloseTo((0.1 + 2 * (0.925 - 0.5)) / 3, 10);
  expect(calibrationOf([item(0)], "strict")).toBeUndefined();
});

test("disagreements are counted by rule and by who is right", () => {
  expect(disagreementsOf(items)).toEqual([
    { mode: "spider-ex", rule: "distinct", strictOnly: [], officialOnly: [1] },
  ]);
});

test("the terminal shows golds, modes, classes and disagreements", () => {
  const text = fileReportText(report);
  expect(text).toContain("Golds: 4, 4 of them different; 1 fail, 0 return nothing");
  expect(text).toMatch(/^strict +3 +33\.3 % +10\.0 – 90\.0 % +50\.0 % +0\.0 %$/m);
  expect(text).toContain("strict: 25.0 % with the gold's order of columns");
  expect(text).toMatch(/^missing-join +1 +0$/m);
  expect(text).toMatch(/^spider-ex +DISTINCT does not count +0 +1 +1$/m);
  expect(fileReportText(none)).toContain("Golds: 4");
});

test("Markdown lists what is wrong, folded, and no text of others becomes markup", () => {
  const text = fileReportMarkdown(report, { title: "a_b" });
  expect(text).toContain("### a\\_b");
  expect(text).toContain("| strict | 3 | 33.3 % |");
  expect(text).toContain("2 items wrong in strict: missing-join 1, does-not-parse 1");
  expect(text).toContain("- does not read sale, which the gold does");
  expect(text).not.toContain("question 0?");
  const outsideCode = text.replace(/(`{3,})sql\n[^]*?\n\1/g, "");
  expect(outsideCode).not.toMatch(/<script|@someone|#12/);
  expect(fileReportMarkdown(none)).toContain("### Evaluation");
});

test("Markdown keeps within its limit and says how many items are left out", () => {
  const many = {
    ...report,
    items: Array.from({ length: 500 }, (_, at) => ({ ...items[1], index: at })),
  };
  const text = fileReportMarkdown(many, { maxCharacters: 20_000 });
  expect(text.length).toBeLessThanOrEqual(20_000);
  const [, rest] = /… and (\d+) items more\./.exec(text) ?? [];
  expect(text.match(/<summary>/g)).toHaveLength(1 + 500 - Number(rest));
});

test("a block of code ends where it ends, whatever stands in it", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("`", "\n", "a", "```")), (parts) => {
      const text = parts.join("");
      const [fence] = /^`+/.exec(codeBlock(text)) ?? [""];
      expect(text).not.toContain(fence);
    }),
  );
  expect(inline("a\n| b")).toBe("a \\| b");
});

/** XML 1.0, §2.2. */
const XML_TEXT = /^(?:[\t\n\r\u0020-\ud7ff\ue000-\ufffd]|[\ud800-\udbff][\udc00-\udfff])*$/;
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));

test("JUnit has a suite for each mode and a case for each item, in characters that XML can hold", () => {
  const xml = fileReportJunit(report);
  expect(xml).toContain('<testsuites name="t2s eval" tests="8" failures="3">');
  expect(xml).toContain('<testsuite name="strict" tests="4" failures="2" errors="0" skipped="1">');
  expect(xml).toContain('<testcase classname="strict.shop" name="0: question 0?"/>');
  expect(xml).toContain('<failure type="missing-join" message="does not read sale');
  expect(xml).toContain('<skipped message="no valid gold"/>');
  fc.assert(
    fc.property(fc.string({ unit: codeUnit }), (text) => {
      const hostile = { ...items[2], question: text, goldSql: text, differences: [text] };
      const own = fileReportJunit({ ...report, items: [hostile] });
      expect(own).toMatch(XML_TEXT);
      expect(own.match(/</g)).toHaveLength(15);
    }),
  );
});

test("the page needs nothing but itself, and no text ends its data", () => {
  const page = fileReportHtml({ title: HOSTILE, report });
  expect(page).not.toMatch(/https?:|@import|url\(|<link(?! rel="icon" href="data:,")|\bsrc=/);
  expect(page.match(/<script/g)).toHaveLength(2);
  const [, data = ""] =
    /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page) ?? [];
  expect(JSON.parse(data)).toEqual(
    JSON.parse(JSON.stringify(pageData(report, withFeatures(items), undefined))),
  );
  expect(page).toContain("Calibration of confidence");
  expect(fileReportHtml({ title: "none", report: none })).not.toContain("Calibration");
});

const data = process.env.T2S_DATA;
describe.skipIf(data === undefined)("on a published file of predictions (needs T2S_DATA)", () => {
  test("figures of page, text and JUnit are those of the score", async () => {
    const spider = join(data ?? "", "spider");
    const databases = join(spider, "database");
    const executor = createExecutor({ workers: 2 });
    try {
      const scored = await scoreFile(
        {
          gold: join(spider, "dev_A.json"),
          predictions: join(spider, "predictions", "codes_1b.sql"),
          databases,
        },
        { modes: ["strict", "spider-ex"] },
      );
      const results = await resultsOf(scored, executor, (dbId) =>
        join(databases, dbId, `${dbId}.sqlite`),
      );
      const unequal = results.filter(
        ({ gold, predicted }) =>
          "message" in gold || "message" in predicted || gold.aloneCount + predicted.aloneCount > 0,
      );
      const wrongIn = scored.items.filter(({ verdicts }) => verdicts.strict === 0);
      const named = new Set(wrongIn.map(({ index }) => results[index]));
      expect(unequal.filter((pair) => !named.has(pair)).length).toBeLessThan(10);
      const page = fileReportHtml({ title: "codes_1b", report: scored, results });
      expect(page).toContain("80.1 %");
      expect(page).toContain("188 of 226");
      expect(fileReportText(scored)).toMatch(/^strict +507 +80\.1 % +76\.4 – 83\.3 %/m);
      expect(fileReportJunit(scored)).toContain('name="strict" tests="507" failures="101"');
      expect(results).toHaveLength(507);
    } finally {
      await executor.close();
    }
  }, 60_000);
});
