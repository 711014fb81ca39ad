/** Schemas of a dataset in Spider's form: from its tables.json, or from the databases themselves. */
import { existsSync, readFileSync } from "node:fs";
import { messageOf, UserError } from "../../base/errors.ts";
import { introspect } from "../../schema/introspect.ts";
import type { Column, Database, ForeignKey, Table } from "../../schema/schema.ts";
import { spiderDatabaseFile } from "../spider.ts";
import type { Schemas } from "./dataset.ts";

type SpiderSchema = {
  readonly db_id: string;
  readonly table_names_original: readonly string[];
  readonly column_names_original: readonly (readonly [number, string])[];
  readonly primary_keys: readonly (number | readonly number[])[];
  readonly foreign_keys: readonly (readonly [number, number])[];
};

/** The schemas of tables.json. Raises UserError("data-invalid") for a file of another form. */
export function readSpiderSchemas(file: string): Schemas {
  try {
    const schemas = JSON.parse(readFileSync(file, "utf8")) as SpiderSchema[];
    return new Map(schemas.map((schema) => [schema.db_id, toSchema(schema)]));
  } catch (error) {
    throw new UserError(
      "data-invalid",
      `${file} is not a tables.json in Spider's form: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** The schemas of these databases in a folder; those that are not there are left out. */
export function introspectAll(folder: string, dbIds: readonly string[]): Schemas {
  if (!existsSync(folder)) throw new UserError("not-found", `there is no folder ${folder}`);
  return new Map(
    dbIds.flatMap((dbId): [string, Database][] => {
      try {
        const file = spiderDatabaseFile(folder, dbId);
        return [[dbId, introspect(file, { dbId, withStatistics: false }).database]];
      } catch (error) {
        if (error instanceof UserError) return [];
        throw error;
      }
    }),
  );
}

function toSchema(schema: SpiderSchema): Pick<Database, "tables" | "dialect"> {
  const primary = new Set(schema.primary_keys.flat());
  const nameOf = (index: number) => schema.column_names_original[index][1];
  const ownerOf = (index: number) => schema.column_names_original[index][0];
  const tables = schema.table_names_original.map((name, at): Table => {
    const own = schema.column_names_original.flatMap(([owner], i) => (owner === at ? [i] : []));
    const columns = own.map((i): Column => ({
      name: nameOf(i),
      type: "",
      notNull: false,
      primaryKey: primary.has(i) ? 1 : 0,
      cellValues: [],
      distinctCount: 0,
      nullCount: 0,
    }));
    const foreignKeys = schema.foreign_keys
      .filter(([from]) => ownerOf(from) === at)
      .map(([from, to]): ForeignKey => ({
        columns: [nameOf(from)],
        refTable: schema.table_names_original[ownerOf(to)],
        refColumns: [nameOf(to)],
      }));
    return { name, kind: "table", columns, foreignKeys, rowCount: 0 };
  });
  return { dialect: "sqlite", tables };
}
