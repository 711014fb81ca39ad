/**
 * The report of a run for a page: its figures, the share of right answers by what the golds are like, the classes of the
 * wrong ones, and every case. Read from what the stage eval wrote; nothing is executed anew.
 */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { UserError } from "../base/errors.ts";
import { readJson, stampOf } from "../base/files.ts";
import { errorClass, type ErrorClass, ERROR_CLASSES } from "../eval/error-class.ts";
import type { ScoredItem } from "../eval/evaluate.ts";
import { groupingsOf, type Score, scoreOf, withFeatures } from "../eval/file-report/groups.ts";
import { type Reliability, reliabilityOf } from "../eval/reliability.ts";
import { sureItems } from "../eval/report-confidence.ts";
import type { ReportJson } from "../eval/report.ts";
import type { FileItem } from "../eval/score-file.ts";
import { wilsonInterval } from "../eval/statistics.ts";
import type { StrictReason } from "../eval/strict.ts";
import type { Database } from "../schema/schema.ts";
import type { Project } from "./project.ts";
import type { StageContext } from "./run.ts";
import { ensureRun, idsOf } from "./runs.ts";
import { BASELINE_FILE, readBaseline } from "./stages/baseline.ts";
import { loadDatabase } from "./stages/schema.ts";

export type ReportGroup = {
  readonly title: string;
  readonly tuned: Score;
  /** The untuned model on the same questions, where it was measured on them. */
  readonly base?: Score;
};

export type ReportCase = Pick<
  ScoredItem,
  | "id"
  | "question"
  | "kind"
  | "hardness"
  | "goldSql"
  | "goldRefusal"
  | "predictedSql"
  | "predictedRefusal"
  | "verdict"
  | "reason"
  | "message"
> & {
  readonly errorClass: ErrorClass | null;
  /** In what the answer differs from the gold, in words. */
  readonly differences: readonly string[];
  /** Whether the untuned model was right; left out where it was not asked. */
  readonly isBaseRight?: boolean;
};

export type RunReport = {
  readonly id: string;
  /** When it was measured, ISO 8601. */
  readonly at: string;
  readonly figures: Omit<ReportJson, "confidence">;
  readonly groupings: readonly {
    readonly title: string;
    readonly note: string;
    readonly groups: readonly ReportGroup[];
  }[];
  /** Of wrong answers, in the classes' order of precedence. */
  readonly errorClasses: readonly {
    readonly name: ErrorClass;
    readonly n: number;
    /** Of all questions, with its 95 % interval. */
    readonly share: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** What confidence is worth: calibrated, where it was, and the model's own probability. */
  readonly confidence: readonly (Reliability & { readonly name: ConfidenceName })[];
  readonly cases: readonly ReportCase[];
};

type ConfidenceName = "calibrated" | "model";

/** Cases classed between two turns of the event loop. */
const AT_ONCE = 5;

type Files = { readonly report: string; readonly items: string };

/**
 * Reports of a project's runs, by id; of the latest measured one for "latest". The last one is kept until a file that it
 * was made of changes. Raises not-found.
 */
export function createRunReports(context: StageContext): (wanted: string) => Promise<RunReport> {
  const { project } = context;
  const others = [join(project.folder, BASELINE_FILE), project.snapshotFile];
  let held: { readonly stamp: string; readonly report: Promise<RunReport> } | undefined;
  return async (wanted) => {
    const id = wanted === "latest" ? latestOf(project) : wanted;
    ensureRun(project, id);
    const fileOf = (name: string) => join(project.runsFolder, id, name);
    const files = { report: fileOf("report.json"), items: fileOf("items.json") };
    if (!existsSync(files.report) || !existsSync(files.items))
      throw new UserError("not-found", `run ${id} has no report yet; \`t2s run\` makes one`);
    const stamp = `${id} ${stampOf([files.report, files.items, ...others])}`;
    if (held?.stamp === stamp) return held.report;
    const made = { stamp, report: reportOf(context, id, files) };
    held = made;
    made.report.catch(() => {
      if (held === made) held = undefined;
    });
    return made.report;
  };
}

async function reportOf(context: StageContext, id: string, files: Files): Promise<RunReport> {
  const { confidence: _confidence, ...figures } = readJson<ReportJson>(files.report);
  const items = readJson<readonly ScoredItem[]>(files.items);
  const database = await loadDatabase(context);
  const base = baseItems(context, items);
  const cases: ReportCase[] = [];
  for (const item of items) {
    cases.push(caseOf(item, database, base?.get(item.id)));
    if (cases.length % AT_ONCE === 0) await setImmediate();
  }
  return {
    id,
    at: statSync(files.report).mtime.toISOString(),
    figures,
    groupings: groupsOf(items, base, database.dbId),
    errorClasses: ERROR_CLASSES.map((name) => {
      const n = cases.filter((it) => it.errorClass === name).length;
      const [low, high] = wilsonInterval(n, cases.length);
      return { name, n, share: n / Math.max(1, cases.length), low, high };
    }).filter(({ n }) => n > 0),
    confidence: confidenceOf(items),
    cases,
  };
}

function confidenceOf(items: readonly ScoredItem[]): RunReport["confidence"] {
  const kinds: readonly (readonly [ConfidenceName, boolean])[] = [
    ["calibrated", true],
    ["model", false],
  ];
  return kinds
    .map(([name, isFitted]) => ({ name, ...reliabilityOf(sureItems(items, isFitted)) }))
    .filter(({ n }) => n > 0);
}

function latestOf(project: Project): string {
  const timeOf = (id: string) =>
    statSync(join(project.runsFolder, id, "report.json"), { throwIfNoEntry: false })?.mtimeMs;
  const [latest] = idsOf(project)
    .map((id) => ({ id, ms: timeOf(id) ?? 0 }))
    .filter(({ ms }) => ms > 0)
    .sort((a, b) => b.ms - a.ms);
  if (latest !== undefined) return latest.id;
  throw new UserError("not-found", "there is no report yet; `t2s run` makes one");
}

/** What the untuned model answered; undefined where it was asked other questions than these. */
function baseItems(
  context: StageContext,
  items: readonly ScoredItem[],
): ReadonlyMap<string, ScoredItem> | undefined {
  if (!existsSync(join(context.project.folder, BASELINE_FILE))) return undefined;
  const base = new Map(readBaseline(context).base.items.map((item) => [item.id, item]));
  const isSame = ({ id, question, goldSql }: ScoredItem) =>
    base.get(id)?.question === question && base.get(id)?.goldSql === goldSql;
  return items.every(isSame) ? base : undefined;
}

function caseOf(item: ScoredItem, { dialect, tables }: Database, base?: ScoredItem): ReportCase {
  const { id, question, kind, hardness, goldSql, goldRefusal, verdict, reason, message } = item;
  const { predictedSql, predictedRefusal } = item;
  const analysis =
    verdict === 1
      ? undefined
      : errorClass({
          goldSql: kind === "refuse" ? undefined : goldSql,
          predictedSql,
          tables,
          dialect,
          ...(kind === "answer" &&
            predictedSql !== undefined && {
              score: { verdict, reason: reason as StrictReason, message, flags: [] },
            }),
        });
  return {
    id,
    question,
    kind,
    hardness,
    goldSql,
    goldRefusal,
    predictedSql,
    predictedRefusal,
    verdict,
    reason,
    message,
    errorClass: analysis?.class ?? null,
    differences: analysis?.differences.map(({ text }) => text) ?? [],
    ...(base && { isBaseRight: base.verdict === 1 }),
  };
}

/** The groupings of a scored file's report, for the questions that have an answer. */
function groupsOf(
  items: readonly ScoredItem[],
  base: ReadonlyMap<string, ScoredItem> | undefined,
  dbId: string,
): RunReport["groupings"] {
  const answerable = items.filter(({ kind }) => kind === "answer");
  const all = withFeatures(answerable.map((item, index) => fileItemOf(item, index, dbId)));
  return groupingsOf(all).map(({ title, note, groups }) => ({
    title,
    note,
    groups: groups.map((group) => ({
      title: group.title,
      tuned: scoreOf(group.items, "strict"),
      ...(base && {
        base: scoreOf(
          group.items.map((item) => withVerdict(item, base.get(item.id)!.verdict)),
          "strict",
        ),
      }),
    })),
  }));
}

const fileItemOf = (item: ScoredItem, index: number, dbId: string): FileItem => ({
  index,
  id: item.id,
  dbId,
  question: item.question,
  hardness: item.hardness,
  goldSql: item.goldSql,
  predictedSql: item.predictedSql ?? "",
  verdicts: { strict: item.verdict },
  reasons: { strict: item.reason },
  flags: [],
  ms: {},
  errorClass: null,
  differences: [],
  disagreement: {},
});

const withVerdict = (item: FileItem, verdict: number): FileItem => ({
  ...item,
  verdicts: { strict: verdict },
});
