/**
 * What a project's folder holds, as a service shows it: pairs and their review, versions, runs, reports, settings. Each is
 * read when it is asked for, by what the commands use. Knows no HTTP.
 */
import type { Ran } from "../data/review/file.ts";
import { diffPairs, type PairDiff } from "../data/versions/diff.ts";
import {
  findVersion,
  lastOf,
  readLog,
  type Version,
  versionsIn,
} from "../data/versions/versions.ts";
import { messageOf } from "../base/errors.ts";
import type { Pair } from "../data/pairs.ts";
import { createPairLists, type ListedPair, type PairList, type PairQuery } from "./pair-list.ts";
import type { Config } from "./options.ts";
import { decide, type Given } from "./review.ts";
import type { StageContext } from "./run.ts";
import { createRunReports, type RunReport } from "./run-report.ts";
import {
  followRun,
  type KnownRuns,
  listRuns,
  readRun,
  type RunDetail,
  type RunEvent,
  type RunSummary,
} from "./runs.ts";
import { readSettings, type Settings } from "./settings.ts";
import { loadDatabase } from "./stages/schema.ts";
import { readVersion, saveVersions } from "./versions/save.ts";

export type ShownVersion = Omit<Version, "stage"> & {
  /** The one that stood in its folder last. */
  readonly isCurrent: boolean;
};

type Brief = Pick<Pair, "id" | "question" | "sql" | "refusal">;

/** As `t2s data diff` tells it; of the pairs of each kind the first. */
export type ShownDiff = Pick<PairDiff, "changed" | "tables"> & {
  readonly before: string;
  readonly after: string;
  readonly counts: Readonly<Record<"added" | "removed" | "changed" | "unchanged", number>>;
  readonly added: readonly Brief[];
  readonly removed: readonly Brief[];
};

export type ProjectRecords = {
  pairs(query: PairQuery): Promise<PairList>;
  review(
    id: string,
    given: Omit<Given, "id">,
    run: (sql: string) => Promise<Ran>,
  ): Promise<ListedPair>;
  versions(): { readonly versions: readonly ShownVersion[] };
  diff(before: string, after: string): Promise<ShownDiff>;
  runs(): readonly RunSummary[];
  run(id: string): RunDetail;
  runEvents(id: string, signal: AbortSignal): AsyncIterable<RunEvent>;
  report(id: string): Promise<RunReport>;
  settings(): Settings;
  /** Waits for what is still being kept. */
  close(): Promise<void>;
};

/** Pairs of each kind that a difference shows. */
const SHOWN = 200;

/**
 * The records of a project, whose files may change while they are read. `configInUse` says what the caller works with by
 * now.
 */
export function openProjectRecords(
  context: StageContext,
  configInUse: () => Config = () => context.config,
): ProjectRecords {
  const { project, progress } = context;
  const lists = createPairLists(context);
  const known: KnownRuns = new Map();
  let keeping = Promise.resolve();
  let isDue = false;
  /** What `t2s data review` does at its end, after several decisions once; a decision stands without it. */
  const keepSoon = () => {
    if (isDue) return;
    isDue = true;
    keeping = keeping.then(async () => {
      isDue = false;
      await saveVersions(context).catch((error: unknown) =>
        progress.note(`the versions of the pairs were not kept: ${messageOf(error)}`),
      );
    });
  };
  return {
    pairs: lists.list,
    async review(id, given, run) {
      await decide(project, await lists.items(), { id, ...given }, run);
      keepSoon();
      const { pairs } = await lists.list({ id, offset: 0, limit: 1 });
      return pairs[0];
    },
    versions: () => ({ versions: versionsOf(context) }),
    async diff(before, after) {
      const log = readLog(project.versionsFile);
      const [a, b] = [before, after].map((name) => findVersion(log, name));
      const [old, now] = [a, b].map((version) => readVersion(project, version));
      const bySplit = a.kind === "cleaned" && b.kind === "cleaned";
      const tablesIn = await lists.tablesIn([...old, ...now]);
      const diff = diffPairs(old, now, await loadDatabase(context), bySplit, tablesIn);
      const { added, removed, changed, unchanged, tables } = diff;
      const counts = {
        added: added.length,
        removed: removed.length,
        changed: changed.length,
        unchanged,
      };
      return {
        before: a.name,
        after: b.name,
        counts,
        added: added.slice(0, SHOWN).map(briefOf),
        removed: removed.slice(0, SHOWN).map(briefOf),
        changed: changed.slice(0, SHOWN),
        tables,
      };
    },
    runs: () => listRuns(project, known),
    run: (id) => readRun(project, id),
    runEvents: (id, signal) => followRun(project, id, { signal }),
    report: createRunReports(context),
    settings: () => readSettings({ ...context, config: configInUse() }),
    close: () => keeping,
  };
}

const briefOf = ({ id, question, sql, refusal }: Pair): Brief => ({ id, question, sql, refusal });

/** The newest first. */
function versionsOf({ project }: StageContext): ShownVersion[] {
  const log = readLog(project.versionsFile);
  const names = new Set((["raw", "cleaned"] as const).map((kind) => lastOf(log, kind)?.name));
  return versionsIn(log)
    .map(({ stage: _stage, ...version }) => ({ ...version, isCurrent: names.has(version.name) }))
    .reverse();
}
