/**
 * What the routes on a project's pairs, runs, reports and settings answer, as types alone; api-types.ts hands them on. What is
 * counted has its n, what is estimated its 95 % interval; rates are fractions.
 */

import type { Compared } from "./report-types.ts";

export type { Figures, Reliability, ReportCase, RunReport, Score } from "./report-types.ts";

export type Split = "train" | "dev" | "test";
export type PairState = "open" | "accepted" | "fixed" | "rejected" | "set-aside";
export type DecisionName = "accept" | "fix" | "reject";

/** A pair with how far its review is. */
export type PairEntry = {
  readonly id: string;
  /** Hash of question and answer: a decision names the content that was looked at. */
  readonly content: string;
  readonly question: string;
  /** Empty for a question to refuse. */
  readonly sql: string;
  readonly refusal?: string;
  readonly evidence?: string;
  readonly kind: "answer" | "refuse";
  readonly hardness: string;
  readonly split: Split;
  readonly source: {
    readonly method: string;
    readonly model?: string;
    readonly seed?: number;
    readonly parentId?: string;
    readonly licence?: string;
  };
  readonly checks: {
    readonly executed: boolean;
    readonly rows: number;
    readonly ms: number;
    readonly discriminating: boolean;
  };
  /** That its SQL names. */
  readonly tables: readonly string[];
  readonly state: PairState;
  /** A decision that the pairs on disk do not show yet: `t2s run clean` applies it. */
  readonly isWaiting: boolean;
  /** Why cleaning set it aside. */
  readonly setAside?: string;
  readonly decision?: {
    readonly decision: DecisionName;
    readonly question?: string;
    readonly sql?: string;
    readonly reason?: string;
    readonly at: string;
    readonly by?: string;
  };
};

export type PairQuery = {
  readonly split?: Split;
  readonly state?: PairState;
  readonly table?: string;
  readonly method?: string;
  readonly text?: string;
  readonly id?: string;
  readonly offset: number;
  readonly limit: number;
};

export type PairList = {
  /** Pairs that the filters let through. */
  readonly total: number;
  readonly pairs: readonly PairEntry[];
  /** Of all pairs, whatever the filters are. */
  readonly states: Readonly<Record<PairState, number>>;
  readonly methods: Readonly<Record<string, number>>;
  readonly tables: readonly string[];
  /** Decisions that `t2s run clean` has not applied yet. */
  readonly waiting: number;
};

export type ReviewRequest = {
  readonly content: string;
  readonly decision: DecisionName;
  /** Of a fix; what is left out stays. */
  readonly question?: string;
  readonly sql?: string;
  /** Of a rejection. */
  readonly reason?: string;
  /** Who decided; a key stands for itself. */
  readonly by?: string;
};

export type DataVersion = {
  readonly name: string;
  readonly kind: "raw" | "cleaned";
  readonly hash: string;
  readonly at: string;
  readonly n: number;
  readonly splits?: Readonly<Record<Split, number>>;
  readonly parent: string | null;
  readonly madeBy: string;
  /** The one that stood in its folder last. */
  readonly isCurrent: boolean;
};

export type DataVersions = { readonly versions: readonly DataVersion[] };

export type BriefPair = {
  readonly id: string;
  readonly question: string;
  readonly sql?: string;
  readonly refusal?: string;
};
type Fields = Readonly<
  Partial<Record<"question" | "sql" | "refusal" | "evidence" | "split", string>>
>;
type BeforeAfter = { readonly before: number; readonly after: number };

export type DataDiff = {
  readonly before: string;
  readonly after: string;
  readonly counts: Readonly<Record<"added" | "removed" | "changed" | "unchanged", number>>;
  /** The first of each; the counts are of all. */
  readonly added: readonly BriefPair[];
  readonly removed: readonly BriefPair[];
  readonly changed: readonly {
    readonly id: string;
    /** The fields that differ. */
    readonly before: Fields;
    readonly after: Fields;
  }[];
  /** Answers in which a table stands. */
  readonly tables: Readonly<Record<string, BeforeAfter>>;
};

export type Step = {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly lr: number;
  readonly gradNorm: number;
  readonly tokens: number;
  readonly ms: number;
};

export type RunState = "running" | "stopped" | "ended";

export type RunSummary = {
  readonly id: string;
  /** When its folder last changed. */
  readonly at: string;
  readonly state: RunState;
  /** Optimiser steps done, and how many there are to be. */
  readonly steps: number;
  readonly of: number;
  /** Of the last step. */
  readonly loss: number | null;
  readonly hasAdapter: boolean;
  /** Execution accuracy of its report; null before it was measured. */
  readonly ex: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
};

export type RunsAnswer = { readonly runs: readonly RunSummary[] };

export type OptionValue = string | number | readonly string[];

export type RunDetail = RunSummary & {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly base?: { readonly name: string; readonly sha256: string };
  readonly dataVersion?: { readonly name: string; readonly hash: string };
  /** What it was trained on; there once it has ended. */
  readonly trained?: {
    readonly pairs: number;
    readonly ablated: number;
    readonly dropped: number;
    readonly unstyled: number;
  };
  readonly metrics: readonly Step[];
  readonly report?: Compared;
};

/** Of /v1/runs/{id}/events: what came before a run-start counts no more. */
export type RunEvent =
  | { readonly type: "run-start"; readonly id: string }
  | ({ readonly type: "step-end" } & Step)
  | { readonly type: "run-end"; readonly state: RunState };

export type Setting = {
  readonly name: string;
  readonly help: string;
  readonly type: "text" | "choice" | "integer" | "number" | "list";
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly default: OptionValue;
  /** What the service works with: the file at its start, or a flag. */
  readonly value: OptionValue;
  /** What t2s.yaml says now. */
  readonly inFile: OptionValue;
};

export type ProjectSettings = {
  readonly folder: string;
  readonly settings: readonly Setting[];
  /** Why t2s.yaml cannot be read as it stands now. */
  readonly problem?: string;
};

export type KeyEntry = {
  readonly name: string;
  readonly createdAt: string;
  readonly scopes: readonly string[];
  readonly tables?: readonly string[];
  readonly rowFilters?: Readonly<Record<string, string>>;
  readonly requestsPerMinute?: number;
};

export type SettingsAnswer = ProjectSettings & {
  readonly model: { readonly name: string } | { readonly missing: string };
  /** Without the keys themselves, which are written nowhere. */
  readonly keys: readonly KeyEntry[];
};
