/**
 * defog's sql-eval: CSV with question, query, db_name, query_category. A query may stand for several: statements behind each
 * other, or columns in braces of which any will do, with `GROUP BY {}` for the same columns. The first of them is taken, in
 * the order in which defog's own evaluation makes them.
 */
import { lexSql } from "../../sql/lexer.ts";
import { type Form, given, hasTexts, textOf } from "./record.ts";

export const defogForm: Form = {
  help: "defog sql-eval: columns question, query, db_name, query_category",
  licence: "Apache-2.0",
  matches: (fields) => hasTexts(fields, "question", "query", "db_name", "query_category"),
  read: (fields) => [
    {
      question: textOf(fields, "question"),
      answer: firstAlternative(textOf(fields, "query")),
      ...given({
        dbId: textOf(fields, "db_name"),
        evidence: textOf(fields, "instructions"),
        dialect: textOf(fields, "db_type"),
      }),
    },
  ],
};

/** One query of those that `query` stands for. */
export function firstAlternative(query: string): string {
  const tokens = lexSql(query);
  const end = tokens.find(({ text }, index) => index > 0 && text === ";");
  const first = query.slice(0, end?.start).trim();
  const open = tokens.find(({ kind, text }) => kind === "illegal" && text === "{");
  const close = tokens.find(({ kind, text }) => kind === "illegal" && text === "}");
  if (open === undefined || close === undefined || close.start > first.length) return first;
  const [column] = query.slice(open.end, close.start).split(",");
  const rest = first.slice(close.end).replace(/\bGROUP BY \{\}/i, `GROUP BY ${column.trim()}`);
  return `${first.slice(0, open.start)}${column.trim()}${rest}`;
}
