/**
 * What a schema's knowledge and the terms of its tables define in SQL: "Open balance = Amount - Paid where ClosedOn IS
 * NULL", "An open job is Status = 1". A sentence counts only if the columns of some table, a term only if those of its
 * own, make its SQL run there. Knows no shape.
 */
import { lexSql, nameOfToken } from "../../sql/lexer.ts";
import type { Database, Table } from "../../schema/schema.ts";
import { pluralOf, singularOf } from "./english.ts";
import type { RunMany } from "./samples.ts";
import { quoteName } from "./select.ts";

/** SQL of one table whose columns are printed as the statement at hand must. */
export type TableSql = {
  readonly columns: readonly string[];
  print(column: (name: string) => string): string;
};

export type Definition = {
  readonly table: string;
  /** "open balance", "overdue". */
  readonly term: string;
  /** What is computed; absent when the sentence defines a condition alone. */
  readonly value?: TableSql;
  readonly condition?: TableSql;
};

const SENTENCE =
  /^(?:an? |the )?(\p{L}[\p{L}\p{N} ,\-/]{1,90}?)\s*(?:=|:| means | is defined as | is | are )\s*(.+?)(?:,? (?:where|when|if|with) (.+?))?\.?$/iu;
const PREDICATE = /[<>=]|\b(?:is (?:not )?null|like|in \(|between)\b/i;
const KEYWORDS = new Set(
  "and or not is null like in between case when then else end sum avg count min max abs round coalesce julianday date substr upper lower cast as real integer text distinct".split(
    " ",
  ),
);

type Parsed = { readonly term: string; readonly value?: string; readonly condition?: string };

/** One for each of several terms: "billed, invoiced = Amount". */
function parseSentence(sentence: string): Parsed[] {
  const match = SENTENCE.exec(sentence.trim());
  if (match === null) return [];
  const [, names, body, where] = match;
  return names.split(/\s*,\s*/).map((name) => {
    const term = /^\p{Lu}\p{Ll}/u.test(name) ? name[0].toLowerCase() + name.slice(1) : name;
    if (where === undefined && PREDICATE.test(body)) return { term, condition: body };
    return { term, value: body, ...(where && { condition: where }) };
  });
}

/** The SQL of a sentence for one table, or nothing when a word of it is no column there. */
function tableSql(text: string, table: Table): TableSql | undefined {
  const names = new Map(table.columns.map(({ name }) => [name.toLowerCase(), name]));
  const tokens = lexSql(text).map((token) => {
    const isName = token.kind === "word" || token.kind === "name";
    const column = isName ? names.get(nameOfToken(token).toLowerCase()) : undefined;
    return {
      token,
      column,
      isStrange: isName && !column && !KEYWORDS.has(token.text.toLowerCase()),
    };
  });
  const columns = [...new Set(tokens.flatMap(({ column }) => column ?? []))];
  const isClean = tokens.every(
    ({ token, isStrange }) =>
      !isStrange && !["illegal", "comment", "parameter"].includes(token.kind),
  );
  if (!isClean || columns.length === 0) return undefined;
  return {
    columns,
    print: (write) =>
      tokens.reduceRight(
        (sql, { token, column }) =>
          column === undefined
            ? sql
            : sql.slice(0, token.start) + write(column) + sql.slice(token.end),
        text,
      ),
  };
}

/** What the terms of tables and the knowledge say of them, whether it holds for a row or not. */
export const statedOf = ({
  knowledge,
  tables,
}: Pick<Database, "knowledge" | "tables">): readonly Definition[] => [
  ...knowledge.flatMap(parseSentence).flatMap((parsed) => fittingIn(parsed, tables)),
  ...ofTerms(tables),
];

const ofTerms = (tables: readonly Table[]): Definition[] =>
  tables.flatMap((table) =>
    (table.terms ?? []).flatMap(parseSentence).flatMap((parsed) => fittingIn(parsed, [table])),
  );

/** All definitions that hold in some table; one of the knowledge that names a table's rows ("open job") holds for that table alone. */
export async function definitionsOf(
  knowledge: readonly string[],
  tables: readonly Table[],
  nouns: ReadonlyMap<string, readonly string[]>,
  run: RunMany,
): Promise<Definition[]> {
  const drafts = [
    ...knowledge.flatMap(parseSentence).flatMap((parsed) => draftsOf(parsed, tables, nouns)),
    ...ofTerms(tables),
  ];
  const results = await run(
    drafts.map(({ table, value, condition }) => {
      const where = condition ? ` WHERE ${condition.print(quoteName)}` : "";
      return `SELECT ${value?.print(quoteName) ?? "1"} FROM ${quoteName(table)}${where} LIMIT 1`;
    }),
  );
  return drafts.filter((_, index) => {
    const result = results[index];
    return result.ok && result.rows.length > 0;
  });
}

function draftsOf(
  parsed: Parsed,
  tables: readonly Table[],
  nouns: ReadonlyMap<string, readonly string[]>,
): Definition[] {
  const fitting = fittingIn(parsed, tables);
  const { term } = parsed;
  const named = fitting.flatMap((definition): Definition[] => {
    const noun = (nouns.get(definition.table) ?? []).find((one) =>
      [one, singularOf(one), pluralOf(one)].some((form) => term.endsWith(` ${form}`)),
    );
    if (noun === undefined) return [];
    const adjective = term.slice(
      0,
      term.length - (term.endsWith(noun) ? noun : singularOf(noun)).length,
    );
    return [{ ...definition, term: definition.value ? term : adjective.trim() }];
  });
  return named.length > 0 ? named : fitting;
}

/** The definition in every table that has its columns. */
const fittingIn = ({ term, value, condition }: Parsed, tables: readonly Table[]): Definition[] =>
  tables.flatMap((table): Definition[] => {
    const [valueSql, conditionSql] = [value, condition].map((text) =>
      text === undefined ? undefined : tableSql(text, table),
    );
    if ((value && !valueSql) || (condition && !conditionSql)) return [];
    return [
      {
        table: table.name,
        term,
        ...(valueSql && { value: valueSql }),
        ...(conditionSql && { condition: conditionSql }),
      },
    ];
  });
