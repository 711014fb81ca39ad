/**
 * What files in Spider's form hold, without a project: counts by file, hardness, SQL features, databases, and whether
 * the files to train on and those to measure with share a database. Reads no file itself.
 */
import { UserError } from "../../base/errors.ts";
import type { Database } from "../../schema/schema.ts";
import { featuresOf } from "../../sql/features.ts";
import { hardnessOf } from "../../sql/hardness.ts";
import { templateOf } from "../../sql/template.ts";
import type { SpiderItem } from "../spider.ts";
import { countBy, type Counts } from "./counts.ts";
import { joinGraphOf, usesOf } from "./coverage.ts";
import { type DuplicateStats, duplicatesOf } from "./duplicates.ts";
import { literalsOf } from "./values.ts";
import { type WordingStats, wordingOf } from "./wording.ts";

export type SpiderFile = {
  readonly name: string;
  readonly items: readonly SpiderItem[];
};

/** Schemas by dbId, where they are known. */
export type Schemas = ReadonlyMap<string, Pick<Database, "tables" | "dialect">>;

export type SetStats = {
  readonly n: number;
  /** "unparsed" counts what no parser of ours reads. */
  readonly hardness: Counts;
  /** Items whose own `hardness` is another than ours; left out when the file names none. */
  readonly hardnessDiffers?: number;
  readonly features: Counts;
  /** Answers by the number of tables they read. */
  readonly tablesRead: Counts;
  /** Answers by the conditions of their first WHERE. */
  readonly conditions: Counts;
  readonly templates: number;
  readonly databases: Counts;
  readonly wording: WordingStats;
  readonly duplicates: DuplicateStats;
};

export type FileStats = SetStats & {
  readonly file: string;
  readonly side: "train" | "dev";
};

export type DatabaseUse = {
  readonly dbId: string;
  readonly files: readonly string[];
  readonly pairs: number;
  /** With a schema only: how much of it the pairs use. */
  readonly tables?: Used;
  readonly columns?: Used;
  readonly keys?: Used;
};
export type Used = { readonly all: number; readonly used: number };

/** What is counted of files in Spider's form. */
export type DatasetStats = {
  readonly n: number;
  readonly files: readonly FileStats[];
  readonly databases: readonly DatabaseUse[];
  /** Databases of both sides; `null` when there is one side only. */
  readonly sharedDatabases: readonly string[] | null;
  /** Databases that the items name and the schemas lack; empty without schemas. */
  readonly unknownDatabases: readonly string[];
};

/** A file whose name says dev, val, valid or test measures; any other trains. */
export const sideOf = (name: string): FileStats["side"] =>
  /(^|[^a-z])(dev|val|valid|validation|test)([^a-z]|$)/i.test(name) ? "dev" : "train";

/** Counts files in Spider's form and checks that their sides share no database. */
export function datasetStats(
  files: readonly SpiderFile[],
  schemas: Schemas = new Map(),
): DatasetStats {
  const stats = files.map(({ name, items }): FileStats => ({
    file: name,
    side: sideOf(name),
    ...setStats(items),
  }));
  const named = (side: FileStats["side"]) =>
    new Set(stats.filter((one) => one.side === side).flatMap((one) => Object.keys(one.databases)));
  const [train, dev] = [named("train"), named("dev")];
  const all = [...new Set([...train, ...dev])].sort();
  return {
    n: stats.reduce((sum, { n }) => sum + n, 0),
    files: stats,
    databases: all.map((dbId) => databaseUse(dbId, files, schemas)),
    sharedDatabases:
      train.size > 0 && dev.size > 0 ? [...train].filter((dbId) => dev.has(dbId)).sort() : null,
    unknownDatabases: schemas.size === 0 ? [] : all.filter((dbId) => !schemas.has(dbId)),
  };
}

/** Counts of one file's items. */
export function setStats(items: readonly SpiderItem[]): SetStats {
  const read = new Map(
    [...new Set(items.map(({ query }) => query))].map((sql) => [sql, readSql(sql)]),
  );
  const facts = items.map(({ query }) => read.get(query) ?? readSql(query));
  const asked = items.map(({ query, question = "" }, i) => ({
    question,
    sql: query,
    templateId: facts[i].templateId,
  }));
  const own = items.map(({ hardness }) => hardness);
  return {
    n: items.length,
    hardness: countBy(facts, ({ hardness }) => hardness),
    ...(own.some((one) => one !== undefined) && {
      hardnessDiffers: own.filter((one, i) => one !== undefined && one !== facts[i].hardness)
        .length,
    }),
    features: countBy(facts, ({ features }) => features),
    tablesRead: countBy(facts, ({ tables }) => (tables === 0 ? [] : String(tables))),
    conditions: countBy(facts, ({ conditions }) => String(conditions)),
    templates: new Set(facts.map(({ templateId }) => templateId)).size,
    databases: countBy(items, ({ db_id: dbId }) => dbId),
    wording: wordingOf(
      asked.map(({ question }) => question),
      asked.map(({ sql }) => literalsOf(sql)),
    ),
    duplicates: duplicatesOf(asked),
  };
}

type SqlFacts = {
  readonly hardness: string;
  readonly features: readonly string[];
  readonly tables: number;
  readonly conditions: number;
  readonly templateId: string;
};

function readSql(sql: string): SqlFacts {
  const { features = [], tables = 0, conditions = 0 } = featuresOf(sql) ?? {};
  try {
    const { templateId } = templateOf(sql, "sqlite");
    return { hardness: hardnessOf(sql, "sqlite"), features, tables, conditions, templateId };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { hardness: "unparsed", features, tables, conditions, templateId: sql };
  }
}

function databaseUse(dbId: string, files: readonly SpiderFile[], schemas: Schemas): DatabaseUse {
  const items = files.flatMap(({ items: all }) => all.filter(({ db_id: one }) => one === dbId));
  const named = files.filter(({ items: all }) => all.some(({ db_id: one }) => one === dbId));
  const schema = schemas.get(dbId);
  return {
    dbId,
    files: named.map(({ name }) => name),
    pairs: items.length,
    ...(schema && partsUsed(items, schema)),
  };
}

function partsUsed(items: readonly SpiderItem[], schema: Pick<Database, "tables" | "dialect">) {
  const { keys } = joinGraphOf(schema);
  const asked = items.map(({ query }) => ({ sql: query, templateId: query }));
  const uses = [...usesOf(asked, schema).values()];
  const used = (part: "tables" | "columns" | "keys") =>
    new Set(uses.flatMap((use) => use?.[part] ?? [])).size;
  const columns = schema.tables.reduce((sum, table) => sum + table.columns.length, 0);
  return {
    tables: { all: schema.tables.length, used: used("tables") },
    columns: { all: columns, used: used("columns") },
    keys: { all: keys.length, used: used("keys") },
  };
}
