/**
 * What of a schema will hurt a model that writes SQL: joins that no key declares, names that say nothing, codes that
 * nobody explained. Reads the database; changes nothing.
 */
import type { Notes } from "../../schema/notes.ts";
import { openTrusted } from "../../db/sqlite.ts";
import type { ColumnProfile } from "../../schema/profile.ts";
import type { Column, Database, Table } from "../../schema/schema.ts";
import { isPlainName, quoteName } from "../../sql/quote.ts";
import { isCryptic } from "../synthesize/names.ts";
import { isCodeColumn, needsWords } from "./guess.ts";

export type LintCode =
  | "no-keys"
  | "no-primary-key"
  | "unreferenced-id"
  | "cryptic-table"
  | "cryptic-column"
  | "no-description"
  | "unexplained-codes"
  | "open-guess"
  | "empty-table"
  | "empty-column"
  | "quoted-name"
  | "same-name";

export type LintProblem = {
  readonly code: LintCode;
  /** `Table` or `Table.Column`; empty for the whole schema. */
  readonly place: string;
  readonly message: string;
};

/** Problems, the worst kinds first. Raises UserError("database-invalid") for a file that cannot be read. */
export function lintSchema(
  file: string,
  database: Database,
  profiles: readonly ColumnProfile[],
  notes: Notes | undefined,
): LintProblem[] {
  return [
    ...keyProblems(database),
    ...unreferencedIds(file, database),
    ...database.tables.flatMap(nameProblems),
    ...profiles.filter(isUnexplained).map(({ table, column, values }): LintProblem => ({
      code: "unexplained-codes",
      place: `${table.name}.${column.name}`,
      message: `holds the codes ${values
        .slice(0, 6)
        .map(({ value }) => value)
        .join(", ")}, which no description explains`,
    })),
    ...openGuesses(notes),
    ...database.tables.flatMap((table) => emptyProblems(table, profiles)),
  ];
}

function keyProblems({ tables }: Database): LintProblem[] {
  const own = tables.filter(({ kind }) => kind === "table");
  const isUnlinked = own.length > 1 && own.every(({ foreignKeys }) => foreignKeys.length === 0);
  return [
    ...(isUnlinked
      ? [
          {
            code: "no-keys" as const,
            place: "",
            message: `${own.length} tables and no foreign key: joins are a guess for synthesis and model alike`,
          },
        ]
      : []),
    ...own
      .filter(({ columns }) => columns.every(({ primaryKey }) => primaryKey === 0))
      .map(({ name }): LintProblem => ({
        code: "no-primary-key",
        place: name,
        message: "has no primary key: what a row is cannot be told",
      })),
  ];
}

/** Columns that are named as the key of another table, hold only values that stand there, and are no foreign key. */
function unreferencedIds(file: string, { tables }: Database): LintProblem[] {
  const targets = tables.flatMap((table) => {
    const key = table.columns.filter(({ primaryKey }) => primaryKey > 0);
    return key.length === 1 && table.rowCount > 0 ? [{ table, column: key[0] }] : [];
  });
  const connection = openTrusted(file);
  try {
    return tables
      .filter(({ kind }) => kind === "table")
      .flatMap((table) =>
        table.columns
          .filter((column) => column.distinctCount > 0 && !isReferenced(table, column))
          .flatMap((column): LintProblem[] => {
            const target = targets.find(
              (one) =>
                one.table !== table && looksLike(column.name, one.table.name, one.column.name),
            );
            const [from, to] = [table, target?.table].map((one) => one && quote(one.name));
            const isHeld =
              target !== undefined &&
              connection
                .prepare(
                  `SELECT 1 FROM ${from} WHERE ${quote(column.name)} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${to} AS t2s_target WHERE t2s_target.${quote(target.column.name)} = ${from}.${quote(column.name)}) LIMIT 1`,
                )
                .get() === undefined;
            return isHeld
              ? [
                  {
                    code: "unreferenced-id",
                    place: `${table.name}.${column.name}`,
                    message: `holds only values of ${target.table.name}.${target.column.name}, and no foreign key says so`,
                  },
                ]
              : [];
          }),
      );
  } finally {
    connection.close();
  }
}

const quote = (name: string) => quoteName(name, "sqlite");

const isReferenced = ({ foreignKeys, columns }: Table, { name, primaryKey }: Column): boolean =>
  foreignKeys.some((key) => key.columns.includes(name)) ||
  (primaryKey > 0 && columns.filter((column) => column.primaryKey > 0).length === 1);

/** `customer_id`, `CustomerNo` beside a table customer(id); or a key of the same name unless it is just "id". */
function looksLike(column: string, table: string, key: string): boolean {
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const [own, other, target] = [bare(column), bare(table), bare(key)];
  if (/^(id|no|nr|key|code|name)$/.test(own)) return false;
  const singular = other.replace(/s$/, "");
  return own === target || own === singular + target || own === other + target;
}

function nameProblems(table: Table): LintProblem[] {
  const problem = (code: LintCode, message: string, column?: string): LintProblem => ({
    code,
    place: column === undefined ? table.name : `${table.name}.${column}`,
    message,
  });
  const names = table.columns.map(({ name }) => name);
  const lower = names.map((name) => name.toLowerCase());
  const bare = table.columns.filter(({ comment }) => comment === undefined).map(({ name }) => name);
  const cryptic = bare.filter(isCryptic);
  const abbreviated = bare.filter((name) => needsWords(name) && !isCryptic(name));
  const isCrypticTable = isCryptic(table.name) && table.comment === undefined;
  return [
    ...(isCrypticTable
      ? [problem("cryptic-table", "says nothing by its name and has no description")]
      : []),
    ...cryptic.map((name) =>
      problem("cryptic-column", "says nothing by its name and has no description", name),
    ),
    ...(abbreviated.length > 0
      ? [
          problem(
            "no-description",
            `${bare.length} of ${names.length} columns have no description; of these, abbreviated: ${abbreviated.join(", ")}`,
          ),
        ]
      : []),
    ...(isPlainName(table.name, "sqlite") ? [] : [problem("quoted-name", QUOTED)]),
    ...names
      .filter((name) => !isPlainName(name, "sqlite"))
      .map((name) => problem("quoted-name", QUOTED, name)),
    ...names
      .filter((name, i) => lower.indexOf(name.toLowerCase()) !== i)
      .map((name) => problem("same-name", "differs from another column in case only", name)),
  ];
}

const QUOTED = "must be quoted in SQL, which small models forget";

/** Codes whose column has no description, or one that still asks. */
const isUnexplained = (profile: ColumnProfile): boolean =>
  isCodeColumn(profile) &&
  (profile.column.comment === undefined || / \?(,|;|$)/.test(profile.column.comment));

const openGuesses = (notes: Notes | undefined): LintProblem[] =>
  Object.entries(notes?.tables ?? {}).flatMap(([table, { columns }]) =>
    Object.entries(columns).flatMap(([column, { guess }]): LintProblem[] =>
      guess === undefined
        ? []
        : [
            {
              code: "open-guess",
              place: `${table}.${column}`,
              message: `"${guess}" is a guess: delete \`guess: true\` in notes.yaml to accept it`,
            },
          ],
    ),
  );

function emptyProblems(table: Table, profiles: readonly ColumnProfile[]): LintProblem[] {
  if (table.rowCount === 0)
    return [
      {
        code: "empty-table",
        place: table.name,
        message: "has no rows: nothing can be asked of it that returns something",
      },
    ];
  return profiles
    .filter((profile) => profile.table === table && profile.nulls === profile.rows)
    .map(({ column }): LintProblem => ({
      code: "empty-column",
      place: `${table.name}.${column.name}`,
      message: "is always NULL",
    }));
}
