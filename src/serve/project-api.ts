/** The form of requests and answers of the routes on a project's pairs, runs, reports and settings. */
import { z } from "zod";
import type * as types from "./project-types.ts";

const split = z.enum(["train", "dev", "test"]);
const state = z.enum(["open", "accepted", "fixed", "rejected", "set-aside"]);
const decision = z.enum(["accept", "fix", "reject"]);
const counts = z.record(z.string(), z.number());
const texts = z.array(z.string());
const LONGEST = 10_000;

export const pairQuery: z.ZodType<types.PairQuery> = z.object({
  split: split.optional(),
  state: state.optional(),
  table: z.string().optional().describe("One that the pair's SQL names."),
  method: z.string().optional().describe("The beginning of how it was made."),
  text: z.string().max(200).optional().describe("Somewhere in question, SQL, reason or id."),
  id: z.string().optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const reviewRequest: z.ZodType<types.ReviewRequest> = z.object({
  content: z.string().describe("Of the pair as it was looked at: a pair made anew is another."),
  decision,
  question: z.string().max(LONGEST).optional(),
  sql: z.string().max(LONGEST).optional().describe("Executed before the decision is kept."),
  reason: z.string().max(LONGEST).optional().describe("A rejection wants one."),
  by: z.string().max(100).optional(),
});

export const diffQuery: z.ZodType<{ readonly before: string; readonly after: string }> = z.object({
  before: z
    .string()
    .min(1)
    .describe("A version: its name, its number (v2) or its hash's beginning."),
  after: z.string().min(1),
});

const pair: z.ZodType<types.PairEntry> = z.object({
  id: z.string(),
  content: z.string(),
  question: z.string(),
  sql: z.string(),
  refusal: z.string().optional(),
  evidence: z.string().optional(),
  kind: z.enum(["answer", "refuse"]),
  hardness: z.string(),
  split,
  source: z.object({
    method: z.string(),
    model: z.string().optional(),
    seed: z.number().optional(),
    parentId: z.string().optional(),
    licence: z.string().optional(),
  }),
  checks: z.object({
    executed: z.boolean(),
    rows: z.number(),
    ms: z.number(),
    discriminating: z.boolean(),
  }),
  tables: texts,
  state,
  isWaiting: z.boolean().describe("Decided, and not applied yet: `t2s run clean` does."),
  setAside: z.string().optional(),
  decision: z
    .object({
      decision,
      question: z.string().optional(),
      sql: z.string().optional(),
      reason: z.string().optional(),
      at: z.string(),
      by: z.string().optional(),
    })
    .optional(),
});
export const pairAnswer: typeof pair = pair;
export const pairList: z.ZodType<types.PairList> = z.object({
  total: z.number(),
  pairs: z.array(pair),
  states: z.record(state, z.number()).describe("Of all pairs."),
  methods: counts,
  tables: texts,
  waiting: z.number(),
});

export const versionsAnswer: z.ZodType<types.DataVersions> = z.object({
  versions: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["raw", "cleaned"]),
      hash: z.string(),
      at: z.string(),
      n: z.number(),
      splits: z.record(split, z.number()).optional(),
      parent: z.string().nullable(),
      madeBy: z.string(),
      isCurrent: z.boolean(),
    }),
  ),
});

const brief = z.object({
  id: z.string(),
  question: z.string(),
  sql: z.string().optional(),
  refusal: z.string().optional(),
});
const fields = z.object({
  question: z.string().optional(),
  sql: z.string().optional(),
  refusal: z.string().optional(),
  evidence: z.string().optional(),
  split: z.string().optional(),
});
export const diffAnswer: z.ZodType<types.DataDiff> = z.object({
  before: z.string(),
  after: z.string(),
  counts: z.object({
    added: z.number(),
    removed: z.number(),
    changed: z.number(),
    unchanged: z.number(),
  }),
  added: z.array(brief).describe("The first; the counts are of all."),
  removed: z.array(brief),
  changed: z.array(z.object({ id: z.string(), before: fields, after: fields })),
  tables: z.record(z.string(), z.object({ before: z.number(), after: z.number() })),
});

const figures = z.object({
  n: z.number(),
  ex: z.number(),
  low: z.number(),
  high: z.number(),
  notRun: z.number(),
  unknownNames: z.number(),
  refusalRecall: z.number().nullable(),
  wronglyRefused: z.number(),
  secondsPerQuestion: z.number(),
});
const compared = {
  base: figures,
  fewShot: figures,
  tuned: figures,
  tunedOneAnswer: figures
    .optional()
    .describe("The first answer of each, where several were written."),
  paired: z
    .object({ difference: z.number(), low: z.number(), high: z.number(), p: z.number() })
    .describe("Tuned minus base on the same questions."),
};
const runSummary = z.object({
  id: z.string(),
  at: z.string(),
  state: z.enum(["running", "stopped", "ended"]),
  steps: z.number(),
  of: z.number(),
  loss: z.number().nullable(),
  hasAdapter: z.boolean(),
  ex: z.number().nullable().describe("With its 95 % interval low – high over n questions."),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().nullable(),
});
const optionValue = z.union([z.string(), z.number(), texts]);
export const runsAnswer: z.ZodType<types.RunsAnswer> = z.object({
  runs: z.array(runSummary),
});
export const runAnswer: z.ZodType<types.RunDetail> = runSummary.extend({
  options: z.record(z.string(), optionValue),
  base: z.object({ name: z.string(), sha256: z.string() }).optional(),
  dataVersion: z.object({ name: z.string(), hash: z.string() }).optional(),
  trained: z
    .object({
      pairs: z.number(),
      ablated: z.number(),
      dropped: z.number(),
      unstyled: z.number(),
    })
    .optional(),
  metrics: z.array(
    z.object({
      step: z.number(),
      steps: z.number(),
      loss: z.number(),
      lr: z.number(),
      gradNorm: z.number(),
      tokens: z.number(),
      ms: z.number(),
    }),
  ),
  report: z.object(compared).optional(),
});

const score = z.object({
  n: z.number(),
  score: z.number(),
  low: z.number(),
  high: z.number(),
});
export const reportAnswer: z.ZodType<types.RunReport> = z.object({
  id: z.string(),
  at: z.string(),
  figures: z.object({
    ...compared,
    seconds: counts,
    conditions: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
  groupings: z.array(
    z.object({
      title: z.string(),
      note: z.string(),
      groups: z.array(z.object({ title: z.string(), tuned: score, base: score.optional() })),
    }),
  ),
  errorClasses: z.array(
    z.object({
      name: z.string(),
      n: z.number(),
      share: z.number().describe("Of all questions, with its 95 % interval low – high."),
      low: z.number(),
      high: z.number(),
    }),
  ),
  confidence: z.array(
    z.object({
      name: z.enum(["calibrated", "model"]),
      n: z.number(),
      bins: z.array(score.extend({ confidence: z.number() })),
      brier: z.object({ value: z.number(), low: z.number(), high: z.number() }),
      error: z.number().describe("Expected calibration error."),
    }),
  ),
  cases: z.array(
    z.object({
      id: z.string(),
      question: z.string(),
      kind: z.enum(["answer", "refuse"]),
      hardness: z.string(),
      goldSql: z.string(),
      goldRefusal: z.string().optional(),
      predictedSql: z.string().optional(),
      predictedRefusal: z.string().optional(),
      verdict: z.union([z.literal(0), z.literal(1)]),
      reason: z.string(),
      message: z.string().optional(),
      errorClass: z.string().nullable(),
      differences: texts,
      isBaseRight: z.boolean().optional(),
    }),
  ),
});

export const settingsAnswer: z.ZodType<types.SettingsAnswer> = z.object({
  folder: z.string(),
  settings: z.array(
    z.object({
      name: z.string(),
      help: z.string(),
      type: z.enum(["text", "choice", "integer", "number", "list"]),
      choices: texts.optional(),
      min: z.number().optional(),
      max: z.number().optional(),
      default: optionValue,
      value: optionValue.describe("What the service works with since it was started."),
      inFile: optionValue.describe("What t2s.yaml says now."),
    }),
  ),
  problem: z.string().optional(),
  model: z.union([z.object({ name: z.string() }), z.object({ missing: z.string() })]),
  keys: z.array(
    z.object({
      name: z.string(),
      createdAt: z.string(),
      scopes: texts,
      tables: texts.optional(),
      rowFilters: z.record(z.string(), z.string()).optional(),
      requestsPerMinute: z.number().optional(),
    }),
  ),
});
