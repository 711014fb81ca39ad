/**
 * What a database looks like, as plain data: the one description that prompts, synthesis, linking and checks read.
 * Knows no driver and no file.
 */
import type { Dialect } from "../sql/dialect.ts";

export type Cell = null | number | bigint | string | Uint8Array;

export type Column = {
  readonly name: string;
  /** The declared type as the database spells it; may be empty in SQLite. */
  readonly type: string;
  readonly notNull: boolean;
  /** Position in the primary key from 1, or 0. */
  readonly primaryKey: number;
  /** What the DDL's comment or schema/notes.yaml says. */
  readonly comment?: string;
  /** A few real values, most frequent first; numbers, text and null only. */
  readonly cellValues: readonly (null | number | string)[];
  readonly distinctCount: number;
  readonly nullCount: number;
};

export type ForeignKey = {
  readonly columns: readonly string[];
  readonly refTable: string;
  readonly refColumns: readonly string[];
};

export type Table = {
  readonly name: string;
  readonly kind: "table" | "view";
  readonly comment?: string;
  readonly columns: readonly Column[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly rowCount: number;
  /** Words of the house with their SQL on this table, such as "overdue means Due < '2025-12-31'": for pairs and finished answers, not for prompts. */
  readonly terms?: readonly string[];
};

export type Database = {
  readonly dbId: string;
  readonly dialect: Dialect;
  readonly tables: readonly Table[];
  /** Rules and facts that a person wrote down for the model, one sentence each. */
  readonly knowledge: readonly string[];
  /** SHA-256 over names, types, keys, comments and knowledge; rows and cell values do not count. */
  readonly fingerprint: string;
};
