/**
 * The comments that people write into their CREATE TABLE: behind the opening bracket for the table, at the end of its
 * line for a column. SQLite keeps the text of a definition, comments and all. Reads comments only: types and keys come
 * from the database itself.
 */
import { lexSql, nameOfToken, type SqlToken } from "../sql/lexer.ts";

export type DdlComments = {
  readonly table?: string;
  /** Lower-case column name → comment. */
  readonly columns: ReadonlyMap<string, string>;
};

const CONSTRAINTS = new Set(["constraint", "primary", "unique", "check", "foreign"]);

/** Comments of one CREATE TABLE. Unusual text gives no comments, never an error. */
export function ddlComments(ddl: string): DdlComments {
  const found = new Map<string, string[]>();
  const TABLE = "";
  let depth = 0;
  let owner: string | undefined = TABLE;
  let isItemStart = false;
  let previousEnd = 0;
  for (const token of lexSql(ddl)) {
    if (token.kind === "comment") {
      const isSameLine = !ddl.slice(previousEnd, token.start).includes("\n");
      if (isSameLine && owner !== undefined) append(found, owner, textOf(token));
      continue;
    }
    previousEnd = token.end;
    if (token.text === ")") depth--;
    if (depth === 1 && isItemStart) {
      const name = nameOfToken(token).toLowerCase();
      owner = token.kind === "word" && CONSTRAINTS.has(name) ? undefined : name;
      isItemStart = false;
    }
    if (depth === 1 && token.text === ",") isItemStart = true;
    if (token.text === "(" && depth++ === 0) isItemStart = true;
  }
  const joined = new Map([...found].map(([name, texts]) => [name, texts.join(" ")]));
  const table = joined.get(TABLE);
  joined.delete(TABLE);
  return { columns: joined, ...(table !== undefined && { table }) };
}

function append(found: Map<string, string[]>, owner: string, text: string): void {
  if (text !== "") found.set(owner, [...(found.get(owner) ?? []), text]);
}

const textOf = ({ text }: SqlToken): string =>
  text
    .replace(/^--+|^\/\*+|\*+\/$/g, "")
    .replace(/\s+/g, " ")
    .trim();
