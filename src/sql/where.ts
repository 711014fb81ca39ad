/**
 * The outermost query of a statement as far as one more condition concerns it: which tables its FROM reads, which names the
 * text speaks of, and the text with a condition more. Judged by tokens; what is between them stays as it was written.
 */
import type { Dialect } from "./dialect.ts";
import { lexSql, nameOfToken } from "./lexer.ts";

export type OuterWhere = {
  /** Those that stand in FROM and JOIN once each, in lower case; not those of sub-queries, nor the optional ones of LEFT JOIN. */
  readonly tables: ReadonlySet<string>;
  /** Every word and quoted name of the whole text, in lower case. */
  readonly names: ReadonlySet<string>;
  /** The text with the conditions behind those of WHERE. */
  with(conditions: readonly string[]): string;
};

const ELSEWHERE = new Set(["union", "intersect", "except", "right", "full"]);
const AFTER_WHERE = new Set("group having window order limit offset fetch ;".split(" "));

/** Undefined for set operations, RIGHT and FULL JOIN, and for what has no FROM of its own. */
export function outerWhereOf(sql: string, dialect: Dialect): OuterWhere | undefined {
  const tokens = lexSql(sql, dialect).filter(({ kind }) => kind !== "comment");
  const isName = (at: number) => tokens[at]?.kind === "word" || tokens[at]?.kind === "name";
  const nameAt = (at: number) => nameOfToken(tokens[at]).toLowerCase();
  let depth = 0;
  let from = -1;
  let where = -1;
  let end = tokens.length;
  const read: string[] = [];
  for (const [at, { kind, text }] of tokens.entries()) {
    if (text === ")") depth--;
    if (text === "(") depth++;
    const word = depth === 0 && kind !== "name" ? text.toLowerCase() : "";
    if (ELSEWHERE.has(word)) return undefined;
    if (end < tokens.length) continue;
    if (word === "from") from = at;
    if (word === "where") where = at;
    if (from >= 0 && AFTER_WHERE.has(word)) end = at;
    const isOptional = /^(left|outer)$/i.test(tokens[at - 1]?.text ?? "");
    const isSource = word === "from" || (word === "join" && !isOptional) || word === ",";
    if (from >= 0 && where < 0 && end > at && isSource && isName(at + 1)) read.push(nameAt(at + 1));
  }
  if (from < 0 || depth !== 0) return undefined;
  const names = new Set([...tokens.keys()].filter(isName).map(nameAt));
  const head = sql.slice(0, tokens[end - 1].end);
  const tail = sql.slice(head.length);
  const own = where < 0 ? [] : [head.slice(tokens[where].end).trim()];
  const before = where < 0 ? `${head} WHERE` : sql.slice(0, tokens[where].end);
  return {
    tables: new Set(read.filter((name) => read.indexOf(name) === read.lastIndexOf(name))),
    names,
    with: (conditions) => `${before} ${[...own, ...conditions].map(grouped).join(" AND ")}${tail}`,
  };
}

/** In brackets where it holds an OR of its own. */
const grouped = (condition: string, _: number, all: readonly string[]): string => {
  let depth = 0;
  const hasOr = lexSql(condition).some(({ kind, text }) => {
    if (text === "(") depth++;
    if (text === ")") depth--;
    return depth === 0 && kind === "word" && text.toLowerCase() === "or";
  });
  return hasOr && all.length > 1 ? `(${condition})` : condition;
};
