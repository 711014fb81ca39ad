/**
 * A project's training runs as their folders tell of them: how far, on what, how right; and a run that goes on, step by
 * step. Knows no HTTP.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import type { ReportJson } from "../eval/report.ts";
import { followRecords, readRecords } from "../track/metrics.ts";
import type { TrainEvent } from "../train/config.ts";
import { withoutPassword } from "../db/postgres/url.ts";
import type { Config } from "./options.ts";
import type { Project } from "./project.ts";
import type { Trained } from "./stages/train.ts";

export type Step = Extract<TrainEvent, { readonly type: "step-end" }>;

/** stopped: it has not ended, and nothing was written for a long while; `t2s run` goes on with it. */
export type RunState = "running" | "stopped" | "ended";

export type RunSummary = {
  readonly id: string;
  /** When its folder last changed, ISO 8601. */
  readonly at: string;
  readonly state: RunState;
  /** Optimiser steps done, and how many there are to be; 0 before the first. */
  readonly steps: number;
  readonly of: number;
  readonly loss: number | null;
  readonly hasAdapter: boolean;
  /** Execution accuracy of its report with its 95 % interval, as fractions; null before it was measured. */
  readonly ex: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
};

export type RunDetail = RunSummary & {
  /** What it was told, by name of the option; none of a run of an earlier release. */
  readonly options: Partial<Config>;
  readonly base?: { readonly name: string; readonly sha256: string };
  readonly dataVersion?: { readonly name: string; readonly hash: string };
  readonly trained?: Trained;
  readonly metrics: readonly Omit<Step, "type">[];
  readonly report?: Pick<ReportJson, "base" | "fewShot" | "tuned" | "paired">;
};

type About = Pick<RunDetail, "base" | "dataVersion" | "trained"> & { readonly config?: Config };

const fileIn = ({ runsFolder }: Project, id: string, ...names: string[]) =>
  join(runsFolder, id, ...names);

/** What was read of runs before, by id; `stamp` tells whether their files are still the same. */
export type KnownRuns = Map<string, { readonly stamp: string; readonly run: RunSummary }>;

/** The runs of a project, the newest first. With `known` a run that has ended is read once. */
export function listRuns(project: Project, known: KnownRuns = new Map()): RunSummary[] {
  return idsOf(project)
    .map((id) => {
      const stamp = stampOf(project, id);
      const before = known.get(id);
      const isKnown = before?.stamp === stamp && before.run.state === "ended";
      const run = isKnown ? before.run : summaryOf(project, id);
      known.set(id, { stamp, run });
      return run;
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

const stampOf = (project: Project, id: string): string =>
  ["config.json", "metrics.jsonl", "report.json", "adapter/adapter.gguf"]
    .map((name) => statSync(fileIn(project, id, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    .join();

/** Folders with what training writes; others in runs/ are not runs. */
function idsOf(project: Project): string[] {
  if (!existsSync(project.runsFolder)) return [];
  return readdirSync(project.runsFolder).filter((id) =>
    ["config.json", "metrics.jsonl"].some((name) => existsSync(fileIn(project, id, name))),
  );
}

/** Raises not-found for a name that is no run's. */
export function ensureRun(project: Project, id: string): void {
  if (!idsOf(project).includes(id)) throw new UserError("not-found", `there is no run ${id}`);
}

/** All about one run. Raises not-found. */
export function readRun(project: Project, id: string): RunDetail {
  ensureRun(project, id);
  const { config, base, dataVersion, trained } = readAbout(project, id);
  const report = readReport(project, id);
  return {
    ...summaryOf(project, id),
    options: config ? withoutSecrets(config) : {},
    ...(base && { base }),
    ...(dataVersion && { dataVersion }),
    ...(trained && { trained }),
    metrics: readRecords<Step>(fileIn(project, id, "metrics.jsonl")).map(
      ({ type: _type, ...step }) => step,
    ),
    ...(report && {
      report: {
        base: report.base,
        fewShot: report.fewShot,
        tuned: report.tuned,
        paired: report.paired,
      },
    }),
  };
}

/** Options as they may be shown: a URL without its password. */
export const withoutSecrets = (config: Config): Config =>
  Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name,
      typeof value === "string" ? withoutPassword(value) : value,
    ]),
  ) as Config;

function summaryOf(project: Project, id: string): RunSummary {
  const steps = readRecords<Step>(fileIn(project, id, "metrics.jsonl"));
  const last = steps.at(-1);
  const report = readReport(project, id)?.tuned;
  return {
    id,
    at: statSync(fileIn(project, id)).mtime.toISOString(),
    state: stateOf(project, id),
    steps: last?.step ?? 0,
    of: last?.steps ?? 0,
    loss: last?.loss ?? null,
    hasAdapter: existsSync(fileIn(project, id, "adapter", "adapter.gguf")),
    ex: report?.ex ?? null,
    low: report?.low ?? null,
    high: report?.high ?? null,
    n: report?.n ?? null,
  };
}

const readAbout = (project: Project, id: string): About =>
  readIfThere<About>(fileIn(project, id, "config.json")) ?? {};

const readReport = (project: Project, id: string): ReportJson | undefined =>
  readIfThere<ReportJson>(fileIn(project, id, "report.json"));

const readIfThere = <T>(file: string): T | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;

/** Without a word from a run for so long, it is not running any more. */
const QUIET_MS = 120_000;
/** Or so many of its slowest late steps. */
const QUIET_STEPS = 5;

function stateOf(project: Project, id: string): RunState {
  const timeOf = (...names: string[]) =>
    statSync(fileIn(project, id, ...names), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const lastMs = Math.max(timeOf("metrics.jsonl"), timeOf("config.json"));
  const isTrained = readAbout(project, id).trained !== undefined;
  // a run of an earlier release notes its end nowhere
  if (isTrained || timeOf("adapter", "adapter.gguf") >= lastMs) return "ended";
  const late = readRecords<Step>(fileIn(project, id, "metrics.jsonl")).slice(-10);
  const quietMs = Math.max(QUIET_MS, ...late.map(({ ms }) => QUIET_STEPS * ms));
  return Date.now() - lastMs < quietMs ? "running" : "stopped";
}

/** What happens in a run, in the order in which it happens; run-start: what came before counts no more. */
export type RunEvent =
  | { readonly type: "run-start"; readonly id: string }
  | Step
  | { readonly type: "run-end"; readonly state: RunState };

/**
 * A run from its first step on, as it goes; ends with the run, when the run has stopped, or when the signal aborts. Raises
 * not-found.
 */
export async function* followRun(
  project: Project,
  id: string,
  options: { readonly signal: AbortSignal; readonly everyMs?: number },
): AsyncGenerator<RunEvent> {
  ensureRun(project, id);
  const file = fileIn(project, id, "metrics.jsonl");
  // looked at before the records are read: none comes after the end
  let state = stateOf(project, id);
  for await (const { isAnew, records } of followRecords<Step>(file, options)) {
    if (isAnew) yield { type: "run-start", id };
    yield* records;
    if (state !== "running") {
      yield { type: "run-end", state };
      return;
    }
    state = stateOf(project, id);
  }
}
