/**
 * Training pairs under a schema from which a table was taken away: a question that needs the table is to be refused, one
 * that does not keeps its answer, so that the missing line of the schema decides and not the question. Such an example
 * carries the table in `without`; who renders it takes it out of the prompt. Knows no prompt.
 */
import { Rng } from "../base/rng.ts";
import { partOf } from "../schema/part.ts";
import type { Database } from "../schema/schema.ts";
import { namesOf } from "../sql/names.ts";
import type { Example } from "./example.ts";
import { nounsOfTables } from "./synthesize/nouns.ts";

/** A question with its answer under the schema without some tables. */
export type AblatedPair = Pick<Example, "question" | "sql" | "kind" | "refusal"> & {
  readonly without: readonly string[];
};

export type AblateOptions = {
  /** Examples wanted: half refused, half answered. */
  readonly count: number;
  /** Examples that share one reduced schema: each such group costs one more prefix a pass. */
  readonly groupSize: number;
  readonly seed: number;
};

/** The schema without some of its tables and without the keys that lead to them. */
export function withoutTables(database: Database, names: readonly string[]): Database {
  const isGone = (name: string) => names.some((gone) => gone.toLowerCase() === name.toLowerCase());
  return partOf(database, (name) => !isGone(name));
}

/** Pairs for reduced schemas out of right ones; fewer when no table is both used and spared. */
export function ablate(
  pairs: readonly Pick<Example, "question" | "sql">[],
  database: Database,
  { count, groupSize, seed }: AblateOptions,
): AblatedPair[] {
  const rng = new Rng(seed);
  const used = pairs
    .map(({ question, sql }) => ({ question, sql, tables: tablesIn(sql, database) }))
    .filter(({ tables }) => tables.size > 0);
  const nouns = nounsOfTables(database.tables);
  const result: AblatedPair[] = [];
  for (const { name } of rng.shuffle(database.tables)) {
    if (result.length >= count) break;
    const half = Math.ceil(Math.min(groupSize, count - result.length) / 2);
    const [needing = [], sparing = []] = [true, false].map((needs) =>
      rng
        .shuffle(used.filter(({ tables }) => tables.has(name.toLowerCase()) === needs))
        .slice(0, half),
    );
    if (needing.length === 0 || sparing.length === 0) continue;
    const refusal = `no table of ${nouns.get(name)?.nouns[0] ?? name}`;
    const without = [name];
    result.push(
      ...needing.map(({ question }): AblatedPair => ({
        question,
        sql: "",
        kind: "refuse",
        refusal,
        without,
      })),
      ...sparing.map(({ question, sql }): AblatedPair => ({
        question,
        sql,
        kind: "answer",
        without,
      })),
    );
  }
  return result.slice(0, count);
}

/** The tables that a statement names, in small letters. */
const tablesIn = (sql: string, { dialect, tables }: Database): Set<string> =>
  new Set(namesOf(sql, dialect, tables)?.tables.map((name) => name.toLowerCase()));
