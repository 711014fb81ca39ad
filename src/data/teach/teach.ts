/**
 * Pairs by a larger model, in two directions: it writes a question and then the SQL for it, or it puts SQL that the
 * built-in synthesis drew and verified into words. Personas, styles, demands and tables are drawn by the seed; tables
 * with few pairs come first. Knows no server and no file.
 */
import { Rng } from "../../base/rng.ts";
import type { Database, Table } from "../../schema/schema.ts";
import { namesOf } from "../../sql/names.ts";
import type { Example } from "../example.ts";
import { pickWeighted } from "../synthesize/draw.ts";
import type { Calls } from "./calls.ts";
import { collect, type CollectOptions, type JobEnd, type Taught } from "./collect.ts";
import { converse } from "./dialogue.ts";
import { judgeQuestion, judgeSql, judgeWording } from "./judge.ts";
import {
  questionFields,
  questionMessages,
  type QuestionSeed,
  sqlFields,
  sqlMessages,
  wordingMessages,
} from "./prompts.ts";
import { drawDemand, drawVoice } from "./voices.ts";

export type Direction = "question-to-sql" | "sql-to-question";

export type TeachOptions = Omit<CollectOptions, "idPrefix"> & {
  readonly calls: Calls;
  readonly seed: number;
  readonly directions: readonly Direction[];
  /** Requests after the first that a reply may be corrected in. */
  readonly repairs: number;
  /** Pairs of the training split, to learn the manner from. */
  readonly shown: readonly Example[];
  /** Verified pairs whose SQL is to be put into words. */
  readonly drafts: readonly Example[];
  /** The project's own, if it has one. */
  readonly systemTemplate?: string;
};

/** For each pair wanted so many jobs are tried at most. */
export const MOST_TRIES = 3;
const SHOWN = 4;
/** The next of the drafts among which the one with the rarest tables is chosen. */
const CHOICE = 16;

export type TeachJob = {
  readonly seed: number;
  readonly shown: readonly Example[];
} & (
  | { readonly direction: "question-to-sql"; readonly question: QuestionSeed }
  | {
      readonly direction: "sql-to-question";
      readonly draft: Example;
      readonly voice: QuestionSeed["voice"];
    }
);

/** Asks until `count` pairs are there, three jobs for each pair were tried, or a limit is reached. */
export async function teach(options: TeachOptions): Promise<Taught> {
  const draw = createJobs(options);
  let left = options.count * MOST_TRIES;
  return collect({ ...options, idPrefix: `teach-${options.seed}` }, (most) => {
    const jobs = draw(Math.min(most, left));
    left -= jobs.length;
    return jobs.map((job) => () => runJob(job, options));
  });
}

/** Draws jobs; the same options give the same jobs. */
export function createJobs({
  database,
  seed,
  directions,
  shown,
  drafts,
}: Pick<TeachOptions, "database" | "seed" | "directions" | "shown" | "drafts">) {
  const rng = new Rng(seed);
  const tablesOf = createTableReader(database);
  const uses = new Map<string, number>();
  const use = (tables: readonly string[]) => {
    for (const table of tables) uses.set(table, (uses.get(table) ?? 0) + 1);
  };
  for (const { sql } of shown) use(tablesOf(sql));
  const waiting = rng.shuffle(drafts);
  let index = 0;
  const next = (): TeachJob | undefined => {
    const wanted = directions[index % directions.length];
    const direction = waiting.length > 0 ? wanted : directions.find((it) => it !== FROM_SQL);
    const common = { seed: seed * 1000 + 10 * index++ };
    const voice = drawVoice(rng);
    if (direction === FROM_SQL) {
      const draft = takeRarest(waiting, ({ sql }) => rarityOf(tablesOf(sql), uses));
      use(tablesOf(draft.sql));
      return { ...common, direction, draft, voice, shown: pickShown(rng, shown, []) };
    }
    const tables = direction === undefined ? [] : drawTables(rng, database, uses);
    if (tables.length === 0) return undefined;
    const names = tables.map(({ name }) => name.toLowerCase());
    use(names);
    const about = shown.filter(({ sql }) => tablesOf(sql).some((name) => names.includes(name)));
    const question = {
      voice,
      demand: drawDemand(rng),
      tables: tables.map(({ name }) => name),
      cellValues: tables.flatMap((table) => cellValuesOf(rng, table)),
    };
    const direct = "question-to-sql" as const;
    return { ...common, direction: direct, question, shown: pickShown(rng, shown, about) };
  };
  return (most: number): TeachJob[] => {
    const jobs: TeachJob[] = [];
    for (let job = most > 0 ? next() : undefined; job !== undefined;) {
      jobs.push(job);
      job = jobs.length < most ? next() : undefined;
    }
    return jobs;
  };
}

const FROM_SQL = "sql-to-question";

/** The tables of a statement in lower case; each statement is read once. */
function createTableReader({ dialect, tables }: Database): (sql: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (sql) => {
    const found =
      known.get(sql) ??
      (namesOf(sql, dialect, tables)?.tables ?? []).map((name) => name.toLowerCase());
    known.set(sql, found);
    return found;
  };
}

/** The greater, the fewer pairs the rarest of the tables has. */
const rarityOf = (tables: readonly string[], uses: ReadonlyMap<string, number>): number =>
  Math.max(0, ...tables.map((table) => 1 / (1 + (uses.get(table) ?? 0))));

/** Takes the one with the highest score from the front of a list that is not empty. */
function takeRarest(waiting: Example[], scoreOf: (draft: Example) => number): Example {
  const scores = waiting.slice(0, CHOICE).map(scoreOf);
  return waiting.splice(scores.indexOf(Math.max(...scores)), 1)[0];
}

/** One to three tables that keys connect; those with few pairs are the likelier. */
function drawTables(
  rng: Rng,
  { tables }: Database,
  uses: ReadonlyMap<string, number>,
): readonly Table[] {
  const filled = tables.filter(({ rowCount }) => rowCount > 0);
  const usable = filled.length > 0 ? filled : tables;
  const weightOf = ({ name }: Table) => rarityOf([name.toLowerCase()], uses) ** 0.7;
  const chosen: Table[] = [];
  const wanted = 1 + (rng.next() < 0.6 ? 1 : 0) + (rng.next() < 0.25 ? 1 : 0);
  while (chosen.length < wanted) {
    const near = usable.filter(
      (table) =>
        !chosen.includes(table) &&
        (chosen.length === 0 || chosen.some((other) => areJoined(table, other))),
    );
    const table = pickWeighted(rng, near, weightOf);
    if (table === undefined) break;
    chosen.push(table);
  }
  return chosen;
}

const areJoined = (a: Table, b: Table): boolean => {
  const reaches = (from: Table, to: Table) =>
    from.foreignKeys.some(({ refTable }) => refTable.toLowerCase() === to.name.toLowerCase());
  return reaches(a, b) || reaches(b, a);
};

/** A few columns of a table with some of their values. */
const cellValuesOf = (rng: Rng, table: Table): string[] =>
  rng
    .shuffle(table.columns.filter(({ cellValues }) => cellValues.some((value) => value !== null)))
    .slice(0, 4)
    .map(({ name, cellValues }) => {
      const values = cellValues.filter((value) => value !== null).slice(0, 3);
      return `${table.name}.${name}: ${values.map((value) => String(value).slice(0, 40)).join(", ")}`;
    });

/** Some solved pairs: half of them about the same tables, as far as there are any. */
function pickShown(
  rng: Rng,
  shown: readonly Example[],
  about: readonly Example[],
): readonly Example[] {
  const near = rng.shuffle(about).slice(0, SHOWN / 2);
  const others = rng.shuffle(shown).filter((example) => !near.includes(example));
  return [...near, ...others].slice(0, SHOWN);
}

const runJob = (job: TeachJob, options: TeachOptions): Promise<JobEnd> =>
  job.direction === "sql-to-question" ? askForWords(job, options) : askForBoth(job, options);

async function askForBoth(
  { seed, shown, question: wanted }: TeachJob & { direction: "question-to-sql" },
  { calls, database, run, repairs, systemTemplate }: TeachOptions,
): Promise<JobEnd> {
  const about = { method: "teacher:question-to-sql" };
  const asked = await converse<string, { question: string }>({
    calls,
    messages: questionMessages(database, wanted, shown),
    fields: questionFields,
    seed,
    repairs,
    about,
    judge: ({ question }) => judgeQuestion(question),
  });
  const question = asked.value;
  if (question === undefined) return { ...asked, candidates: [] };
  const answered = await converse<string, { sql: string }>({
    calls,
    messages: sqlMessages(database, question, shown, systemTemplate),
    fields: sqlFields,
    seed,
    repairs,
    about,
    judge: ({ sql }) => judgeSql(question, sql, database, run),
  });
  const sql = answered.value;
  return {
    candidates: sql === undefined ? [] : [{ ...about, question, sql, seed }],
    rejections: [...asked.rejections, ...answered.rejections],
    isLimited: answered.isLimited,
  };
}

async function askForWords(
  { seed, shown, draft, voice }: TeachJob & { direction: "sql-to-question" },
  { calls, database, repairs }: TeachOptions,
): Promise<JobEnd> {
  const about = { method: "teacher:sql-to-question", parentId: draft.id };
  const { value, ...end } = await converse<string, { question: string }>({
    calls,
    messages: wordingMessages(database, draft, voice, shown),
    fields: questionFields,
    seed,
    repairs,
    about,
    judge: ({ question }) => judgeWording(question, draft),
  });
  const pair = { ...about, sql: draft.sql, seed, isDiscriminating: draft.checks.discriminating };
  return { ...end, candidates: value === undefined ? [] : [{ ...pair, question: value }] };
}
