/**
 * Pairs of question and SQL for any SQLite database, out of its schema and its values alone: shapes are drawn, each draft
 * is executed together with queries that a careless reader would write, and kept only if all of them differ. The same
 * seed gives the same pairs. Knows no file and no model.
 */
import { performance } from "node:perf_hooks";
import { UserError } from "../../base/errors.ts";
import { Rng } from "../../base/rng.ts";
import type { Database } from "../../schema/schema.ts";
import { hardnessOf } from "../../sql/hardness.ts";
import { type Template, templateOf } from "../../sql/template.ts";
import type { Example } from "../example.ts";
import { countUses, type Draft, type Draw, pickWeighted } from "./draw.ts";
import type { RunMany } from "./samples.ts";
import { type ShapeName, shapes } from "./shapes/shapes.ts";
import { type Reason, type Verdict, verify } from "./verify.ts";
import { createVocabulary } from "./vocabulary.ts";

export type SynthesizeOptions = {
  /** Pairs wanted; fewer come back when the database gives no more. */
  readonly count: number;
  readonly seed: number;
  /** Runs statements on the database, read-only. Rows beyond 2,000 are not looked at: let it stop there. */
  readonly run: RunMany;
  /** Templates never to be produced: those of test and dev. */
  readonly exclude?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number) => void;
};

export type Synthesis = {
  readonly examples: readonly Example[];
  /** How many drafts were turned down, by reason. */
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  /** Shapes of SQL among the pairs, by shapeId. */
  readonly shapeIds: number;
  readonly seconds: number;
};

const BATCH = 48;
/** Batches in a row without a single new pair before it gives up. */
const PATIENCE = 12;
const MAX_SQL = 300;
const MAX_QUESTION = 260;

/** Draws until `count` pairs are verified or nothing new comes. */
export async function synthesize(
  database: Database,
  options: SynthesizeOptions,
): Promise<Synthesis> {
  const { count, seed, run, exclude = new Set(), onProgress } = options;
  const started = performance.now();
  const vocabulary = await createVocabulary(database, run);
  const draw: Draw = { vocabulary, rng: new Rng(seed), uses: new Map() };
  const state: Progress = {
    database,
    seed,
    exclude,
    examples: [],
    sqls: new Set(),
    questions: new Set(),
    rejected: new Map(),
    byShape: new Map(),
  };
  for (
    let idle = 0;
    state.examples.length < count && idle < PATIENCE && vocabulary.entities.size > 0;
  ) {
    const before = state.examples.length;
    const drafts = drawBatch(draw, state);
    const verdicts = await verify(
      drafts.map(({ draft }) => draft),
      run,
    );
    drafts.forEach((entry, index) => {
      if (state.examples.length < count && accept(state, entry, verdicts[index]))
        countUses(draw, entry.draft);
    });
    idle = state.examples.length > before ? 0 : idle + 1;
    onProgress?.(state.examples.length, count);
  }
  return {
    examples: state.examples,
    rejected: Object.fromEntries(state.rejected),
    shapeIds: new Set(state.examples.map(({ shapeId }) => shapeId)).size,
    seconds: (performance.now() - started) / 1000,
  };
}

type Entry = { readonly shape: ShapeName; readonly draft: Draft };

type Progress = {
  readonly database: Database;
  readonly seed: number;
  readonly exclude: ReadonlySet<string>;
  readonly examples: Example[];
  readonly sqls: Set<string>;
  readonly questions: Set<string>;
  readonly rejected: Map<Reason, number>;
  readonly byShape: Map<ShapeName, number>;
};

const shapeNames = Object.keys(shapes) as ShapeName[];

/** Drafts that are new in their words; shapes behind their share are drawn more often. */
function drawBatch(draw: Draw, state: Progress): Entry[] {
  const entries: Entry[] = [];
  for (let tries = 0; entries.length < BATCH && tries < BATCH * 20; tries++) {
    const shape = pickWeighted(draw.rng, shapeNames, (name) => weightOf(state, name));
    const draft = shape && shapes[shape].draw(draw);
    if (!shape || draft === undefined) reject(state, "nothing-to-ask");
    else if (draft.sql.length > MAX_SQL || draft.question.length > MAX_QUESTION)
      reject(state, "too-long");
    else if (state.sqls.has(draft.sql)) reject(state, "repeated-sql");
    else if (state.questions.has(plainText(draft.question))) reject(state, "repeated-question");
    else entries.push({ shape, draft });
  }
  return entries;
}

const totalWeight = shapeNames.reduce((sum, name) => sum + shapes[name].weight, 0);

/** A shape's weight, the less the more of the pairs are of it already. */
function weightOf({ byShape, examples }: Progress, name: ShapeName): number {
  const { weight } = shapes[name];
  const share = (byShape.get(name) ?? 0) / Math.max(20, examples.length);
  return weight ** 2 / (weight + share * totalWeight);
}

const reject = (state: Progress, reason: Reason): false => {
  state.rejected.set(reason, (state.rejected.get(reason) ?? 0) + 1);
  return false;
};

const plainText = (question: string): string =>
  question
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%<>=.-]+/gu, " ")
    .trim();

/** Turns a verified draft into an example, unless it repeats one or its template is kept for tests. */
function accept(state: Progress, { shape, draft }: Entry, verdict: Verdict): boolean {
  if (!verdict.ok) return reject(state, verdict.reason);
  const { database, examples, sqls, questions } = state;
  const template = parsedTemplate(draft.sql, database);
  if (template === undefined) return reject(state, "unparsed");
  const question = plainText(draft.question);
  if (state.exclude.has(template.templateId)) return reject(state, "excluded-template");
  if (sqls.has(template.canonical)) return reject(state, "repeated-sql");
  if (questions.has(question)) return reject(state, "repeated-question");
  sqls.add(template.canonical).add(draft.sql);
  questions.add(question);
  state.byShape.set(shape, (state.byShape.get(shape) ?? 0) + 1);
  examples.push(toExample(state, shape, draft, template, verdict));
  return true;
}

function parsedTemplate(sql: string, { dialect, tables }: Database): Template | undefined {
  try {
    return templateOf(sql, dialect, tables);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function toExample(
  { database, seed, examples }: Progress,
  shape: ShapeName,
  draft: Draft,
  { templateId, shapeId }: Template,
  { rows, ms }: Verdict & { ok: true },
): Example {
  return {
    id: `synth-${seed}-${String(examples.length + 1).padStart(5, "0")}`,
    question: draft.question,
    sql: draft.sql,
    dbId: database.dbId,
    schemaFingerprint: database.fingerprint,
    kind: "answer",
    dialect: "sqlite",
    hardness: hardnessOf(draft.sql, "sqlite"),
    templateId,
    shapeId,
    source: { method: `synthesized:${shape}`, seed },
    checks: { executed: true, rows, ms: Math.round(ms * 10) / 10, discriminating: true },
    split: "train",
  };
}
