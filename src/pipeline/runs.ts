/**
 * A project's training runs as their folders tell of them: how far, on what, how right; and a run that goes on, step by
 * step. Knows no HTTP.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.ts";
import { readJson, stampOf } from "../base/files.ts";
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
  readonly report?: Pick<ReportJson, "base" | "fewShot" | "tuned" | "tunedOneAnswer" | "paired">;
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
      const stamp = stampOf(STAMPED.map((name) => fileIn(project, id, name)));
      const before = known.get(id);
      const isKnown = before?.stamp === stamp && before.run.state === "ended";
      const run = isKnown ? before.run : summaryOf(project, id, filesOf(project, id));
      known.set(id, { stamp, run });
      return run;
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1));
}

const STAMPED = ["config.json", "metrics.jsonl", "report.json", "adapter/adapter.gguf"];

/** The ids of a project's runs: folders with what training writes; others in runs/ are not runs. */
export function idsOf(project: Project): string[] {
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
  const files = filesOf(project, id);
  const { steps, report } = files;
  const { config, base, dataVersion, trained } = files.about;
  return {
    ...summaryOf(project, id, files),
    options: config ? withoutSecrets(config) : {},
    ...(base && { base }),
    ...(dataVersion && { dataVersion }),
    ...(trained && { trained }),
    metrics: steps.map(({ type: _type, ...step }) => step),
    ...(report && {
      report: {
        base: report.base,
        fewShot: report.fewShot,
        tuned: report.tuned,
        ...(report.tunedOneAnswer && { tunedOneAnswer: report.tunedOneAnswer }),
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

/** What a run's files say. */
type RunFiles = {
  readonly about: About;
  readonly steps: readonly Step[];
  readonly report?: ReportJson;
};

const filesOf = (project: Project, id: string): RunFiles => ({
  about: readAbout(project, id),
  steps: readRecords<Step>(fileIn(project, id, "metrics.jsonl")),
  report: readIfThere<ReportJson>(fileIn(project, id, "report.json")),
});

function summaryOf(project: Project, id: string, { about, steps, report }: RunFiles): RunSummary {
  const last = steps.at(-1);
  const tuned = report?.tuned;
  return {
    id,
    at: statSync(fileIn(project, id)).mtime.toISOString(),
    state: stateOf(project, id, about, steps),
    steps: last?.step ?? 0,
    of: last?.steps ?? 0,
    loss: last?.loss ?? null,
    hasAdapter: existsSync(fileIn(project, id, "adapter", "adapter.gguf")),
    ex: tuned?.ex ?? null,
    low: tuned?.low ?? null,
    high: tuned?.high ?? null,
    n: tuned?.n ?? null,
  };
}

const readAbout = (project: Project, id: string): About =>
  readIfThere<About>(fileIn(project, id, "config.json")) ?? {};

const readIfThere = <T>(file: string): T | undefined =>
  existsSync(file) ? readJson<T>(file) : undefined;

/** Without a word from a run for so long, it is not running any more. */
const QUIET_MS = 120_000;
/** Or so many of its slowest late steps. */
const QUIET_STEPS = 5;
/** Steps that are late. */
const LATE = 10;

function stateOf(project: Project, id: string, about: About, steps: readonly Step[]): RunState {
  const timeOf = (...names: string[]) =>
    statSync(fileIn(project, id, ...names), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const lastMs = Math.max(timeOf("metrics.jsonl"), timeOf("config.json"));
  // a run of an earlier release notes its end nowhere
  if (about.trained !== undefined || timeOf("adapter", "adapter.gguf") >= lastMs) return "ended";
  const quietMs = Math.max(QUIET_MS, ...steps.slice(-LATE).map(({ ms }) => QUIET_STEPS * ms));
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
  let late = readRecords<Step>(file).slice(-LATE);
  const stateNow = () => stateOf(project, id, readAbout(project, id), late);
  // looked at before the records are read: none comes after the end
  let state = stateNow();
  for await (const { isAnew, records } of followRecords<Step>(file, options)) {
    if (isAnew) yield { type: "run-start", id };
    yield* records;
    if (state !== "running") {
      yield { type: "run-end", state };
      return;
    }
    late = [...(isAnew ? [] : late), ...records].slice(-LATE);
    state = stateNow();
  }
}
