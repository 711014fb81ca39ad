/** What makes two schemas the same to a model: names, types, keys, comments and knowledge; not rows or cell values. */
import { hashOfJson } from "../base/hash.ts";
import type { Database } from "./schema.ts";

/** SHA-256 of all that a prompt could show of the schema. */
export const fingerprintOf = ({
  dialect,
  tables,
  knowledge,
}: Omit<Database, "fingerprint">): string =>
  hashOfJson({
    dialect,
    knowledge,
    tables: tables.map(({ name, kind, comment, columns, foreignKeys }) => ({
      name,
      kind,
      comment,
      foreignKeys,
      columns: columns.map((column) => [
        column.name,
        column.type,
        column.notNull,
        column.primaryKey,
        column.comment ?? null,
      ]),
    })),
  });
