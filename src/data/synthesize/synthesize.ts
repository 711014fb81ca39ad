/**
 * Pairs of question and SQL for any database, out of its schema and its values alone: shapes are drawn, each draft
 * is executed together with queries that a careless reader would write, and kept only if all of them differ. The same
 * seed gives the same pairs. Queries are drawn in SQLite's SQL and written in the database's (to-postgres.ts). Knows no
 * file and no model.
 */
import { performance } from "node:perf_hooks";
import { UserError } from "../../base/errors.ts";
import { Rng } from "../../base/rng.ts";
import type { Database } from "../../schema/schema.ts";
import { type Template, templateOf } from "../../sql/template.ts";
import { runnerFor, writerFor } from "./dialects.ts";
import type { Example } from "../example.ts";
import { bigramsOf, distinct2, newShare } from "./diversity.ts";
import { countUses, type Draft, type Draw, pickWeighted } from "./draw.ts";
import {
  addOutline,
  copyOf,
  createTally,
  type Outline,
  outlineOf,
  type Profile,
  type Variety,
  varietyOf,
  profileOf,
  type Tally,
  wantedOf,
} from "./profile.ts";
import { absenceIn } from "./absence.ts";
import { reword, type Synonyms, synonymsFor } from "./reword.ts";
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
  /** The spread of queries to come near to, as far as the schema allows; without, the shapes' own weights decide. */
  readonly target?: Profile;
  readonly variety?: Variety;
  readonly onProgress?: (done: number, total: number) => void;
};

export type Synthesis = {
  readonly examples: readonly Example[];
  /** How many drafts were turned down, by reason. */
  readonly rejected: Readonly<Partial<Record<Reason, number>>>;
  /** Some of them to be looked at, the first of each reason. */
  readonly rejectedDrafts: readonly RejectedDraft[];
  /** Different templates and shapes of SQL among the pairs, by templateId and shapeId. */
  readonly templateIds: number;
  readonly shapeIds: number;
  /** Of the questions; see diversity.ts. */
  readonly distinct2: number;
  /** What the pairs are made of, beside the target. */
  readonly reached: Profile;
  readonly seconds: number;
};

export type RejectedDraft = {
  readonly reason: Reason;
  readonly shape: string;
  readonly question: string;
  readonly sql: string;
  /** What the database said. */
  readonly message?: string;
};

const BATCH = 48;
/** Batches in a row without a single new pair before it gives up. */
const PATIENCE = 12;
/** Rejected drafts kept for each reason. */
const KEPT_REJECTED = 50;
const MAX_SQL = 300;
const MAX_QUESTION = 260;

/** Draws until `count` pairs are verified or nothing new comes. */
export async function synthesize(
  database: Database,
  options: SynthesizeOptions,
): Promise<Synthesis> {
  const { count, seed, exclude = new Set(), target = {}, onProgress } = options;
  const { variety = varietyOf("") } = options;
  const started = performance.now();
  const write = writerFor(database);
  const run = runnerFor(database, options.run);
  const vocabulary = await createVocabulary(database, run);
  const draw: Draw = { vocabulary, rng: new Rng(seed), uses: new Map() };
  const state: Progress = {
    database,
    write,
    seed,
    exclude,
    target,
    variety,
    tally: createTally(),
    synonyms: synonymsFor(absenceIn(database)),
    bigrams: new Set(),
    examples: [],
    sqls: new Set(),
    questions: new Set(),
    rejected: new Map(),
    rejectedDrafts: [],
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
    rejectedDrafts: state.rejectedDrafts,
    templateIds: new Set(state.examples.map(({ templateId }) => templateId)).size,
    shapeIds: new Set(state.examples.map(({ shapeId }) => shapeId)).size,
    distinct2: distinct2(state.examples.map(({ question }) => question)),
    reached: profileOf(state.tally),
    seconds: (performance.now() - started) / 1000,
  };
}

type Entry = { readonly shape: ShapeName; readonly draft: Draft; readonly outline: Outline };

type Progress = {
  readonly database: Database;
  readonly write: (sql: string) => string;
  readonly seed: number;
  readonly exclude: ReadonlySet<string>;
  readonly target: Profile;
  readonly variety: Variety;
  readonly tally: Tally;
  readonly synonyms: Synonyms;
  readonly examples: Example[];
  readonly sqls: Set<string>;
  readonly questions: Set<string>;
  /** Neighbouring words of the questions drawn so far. */
  readonly bigrams: Set<string>;
  readonly rejected: Map<Reason, number>;
  readonly rejectedDrafts: RejectedDraft[];
  readonly byShape: Map<ShapeName, number>;
};

const shapeNames = Object.keys(shapes) as ShapeName[];

/** Drafts that are new in their words, each the most wanted of several. */
function drawBatch(draw: Draw, state: Progress): Entry[] {
  const entries: Entry[] = [];
  const tally = copyOf(state.tally);
  for (let tries = 0; entries.length < BATCH && tries < BATCH * 4; tries++) {
    const candidates = Array.from({ length: state.variety.drafts }, () =>
      drawEntry(draw, state),
    ).filter((entry) => entry !== undefined);
    const entry = pickWeighted(draw.rng, candidates, (one) => worthOf(state, tally, one));
    const said = entry && inNewWords(draw, state, entry);
    if (said === undefined) continue;
    entries.push(said);
    addOutline(tally, said.outline);
    for (const bigram of bigramsOf(said.draft.question)) state.bigrams.add(bigram);
  }
  return entries;
}

/** Near to the target and new in words. */
const worthOf = (
  { target, bigrams, variety }: Progress,
  tally: Tally,
  { outline, draft }: Entry,
): number =>
  wantedOf(outline, target, tally) * (0.1 + newShare(draft.question, bigrams)) ** variety.newness;

/** One draft of a shape, those behind their share more often. */
function drawEntry(draw: Draw, state: Progress): Entry | undefined {
  const shape = pickWeighted(draw.rng, shapeNames, (name) => weightOf(state, name));
  const draft = shape && shapes[shape].draw(draw);
  if (!shape || draft === undefined) return reject(state, "nothing-to-ask");
  const turnDown = (reason: Reason) => reject(state, reason, { shape, draft });
  if (draft.sql.length > MAX_SQL) return turnDown("too-long");
  if (state.sqls.has(draft.sql)) return turnDown("repeated-sql");
  const outline = readOutline(draft.sql);
  return outline ? { shape, draft, outline } : turnDown("unparsed");
}

/** The entry in the newest of several wordings. */
function inNewWords(draw: Draw, state: Progress, entry: Entry): Entry | undefined {
  const question = newestWording(draw, state, entry.draft);
  const said = { ...entry, draft: { ...entry.draft, question } };
  if (question.length > MAX_QUESTION) return reject(state, "too-long", said);
  if (state.questions.has(plainText(question))) return reject(state, "repeated-question", said);
  return said;
}

const STRING = /'((?:[^']|'')*)'/g;

function newestWording(
  { rng }: Draw,
  { bigrams, synonyms, variety }: Progress,
  { question, sql }: Draft,
): string {
  const values = [...sql.matchAll(STRING)].map(([, text]) =>
    text.replaceAll("''", "'").replace(/^%|%$/g, ""),
  );
  const wordings = Array.from({ length: variety.wordings }, () =>
    reword(question, values, synonyms, rng),
  );
  const shares = wordings.map((text) => newShare(text, bigrams));
  return wordings[shares.indexOf(Math.max(...shares))];
}

const readOutline = (sql: string): Outline | undefined => unlessUnparsed(() => outlineOf(sql));

const totalWeight = shapeNames.reduce((sum, name) => sum + shapes[name].weight, 0);

/** A shape's weight, the less the more of the pairs are of it already. */
function weightOf({ byShape, examples }: Progress, name: ShapeName): number {
  const { weight } = shapes[name];
  const share = (byShape.get(name) ?? 0) / Math.max(20, examples.length);
  return weight ** 2 / (weight + share * totalWeight);
}

function reject(
  { rejected, rejectedDrafts }: Progress,
  reason: Reason,
  entry?: Pick<Entry, "shape" | "draft">,
  message?: string,
): undefined {
  const count = rejected.get(reason) ?? 0;
  rejected.set(reason, count + 1);
  if (entry === undefined || count >= KEPT_REJECTED) return;
  const { shape, draft } = entry;
  const { question, sql } = draft;
  rejectedDrafts.push({ reason, shape, question, sql, ...(message && { message }) });
}

const plainText = (question: string): string =>
  question
    .toLowerCase()
    .replace(/[^\p{L}\p{N}%<>=.-]+/gu, " ")
    .trim();

/** Turns a verified draft into an example, unless it repeats one or its template is kept for tests. */
function accept(state: Progress, entry: Entry, verdict: Verdict): boolean {
  const { shape, draft, outline } = entry;
  const turnDown = (reason: Reason, message?: string) => {
    reject(state, reason, entry, message);
    return false;
  };
  if (!verdict.ok) return turnDown(verdict.reason, verdict.message);
  const { database, write, examples, sqls, questions } = state;
  const sql = write(draft.sql);
  const template = unlessUnparsed(() => templateOf(sql, database.dialect, database.tables));
  if (template === undefined) return turnDown("unparsed");
  const question = plainText(draft.question);
  if (state.exclude.has(template.templateId)) return turnDown("excluded-template");
  if (sqls.has(template.canonical)) return turnDown("repeated-sql");
  if (questions.has(question)) return turnDown("repeated-question");
  sqls.add(template.canonical).add(draft.sql);
  questions.add(question);
  addOutline(state.tally, outline);
  state.byShape.set(shape, (state.byShape.get(shape) ?? 0) + 1);
  examples.push(toExample(state, { ...entry, sql }, template, verdict));
  return true;
}

/** What `read` gives, or nothing for SQL that the parser refuses. */
function unlessUnparsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

function toExample(
  { database, seed, examples }: Progress,
  { shape, draft, sql, outline }: Entry & { readonly sql: string },
  { templateId, shapeId }: Template,
  { rows, ms }: Verdict & { ok: true },
): Example {
  return {
    id: `synth-${seed}-${String(examples.length + 1).padStart(5, "0")}`,
    question: draft.question,
    sql,
    dbId: database.dbId,
    schemaFingerprint: database.fingerprint,
    kind: "answer",
    dialect: database.dialect,
    hardness: outline.hardness,
    templateId,
    shapeId,
    source: { method: `synthesized:${shape}`, seed },
    checks: { executed: true, rows, ms: Math.round(ms * 10) / 10, discriminating: true },
    split: "train",
  };
}
