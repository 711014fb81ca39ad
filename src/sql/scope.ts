/**
 * Scopes of a statement: which source (table, sub-query, common table expression) a column belongs to, by SQL's rules.
 * Works without a schema as far as qualifiers go, and fully with one. Knows one scope chain at a time; resolve.ts walks
 * the statement.
 */
import {
  bodyOf,
  isNode,
  listOf,
  nameIn,
  setOperationOf,
  type SqlNode,
  type SqlValue,
} from "./tree.ts";

/** The tables that may be named; a schema's tables fit. */
export type NamedTable = {
  readonly name: string;
  readonly columns: readonly { readonly name: string }[];
};

export type Source = {
  /** The name by which columns refer to it, in lower case. */
  readonly alias: string;
  /** The table as written, unless it is a sub-query, a common table expression or a function. */
  readonly table?: string;
  /** The query behind a common table expression or sub-query. */
  readonly query?: SqlNode;
  /** Lower-case column names; undefined = not known. */
  readonly outputs?: ReadonlySet<string>;
  readonly node: SqlNode;
  readonly scope: Scope;
};

export type Scope = {
  readonly sources: Source[];
  readonly parent?: Scope;
  /** Output names of this SELECT, lower case, with their expressions. */
  readonly aliases: Map<string, SqlValue>;
  /** Columns of USING clauses, lower case, with the source that stands for both sides. */
  readonly using: Map<string, Source>;
};

/** One mention of a column. */
export type ColumnUse = {
  /** The body of the `column` node. */
  readonly node: SqlNode;
  readonly name: string;
  readonly qualifier: string;
  readonly quoted: boolean;
  readonly scope: Scope;
  /** The source that has it, when that is certain. */
  readonly source?: Source;
  /** The expression it stands for, when it is an output name of its SELECT. */
  readonly expression?: SqlValue;
  /** No source in reach has it; only said when all of them are known. */
  readonly unknown: boolean;
  /** Double-quoted text that SQLite takes for a string because no such column exists. */
  readonly literal: boolean;
};

/** One column of a USING clause and the two sources it joins. */
export type UsingColumn = {
  readonly join: SqlNode;
  readonly name: string;
  /**
   * The first source to the left that has it, when that is certain and stands for the joined column: not in outer joins
   * to the right, nor beside a `*`, which shows a joined column once.
   */
  readonly left?: Source;
  readonly right?: Source;
  /** One side is known and lacks it. */
  readonly unknown: boolean;
};

/** `left` are the sources before the join, the scope's others those that it adds. */
export function usingOf(
  join: SqlNode,
  name: string,
  left: readonly Source[],
  scope: Scope,
  hasStar: boolean,
): UsingColumn {
  const key = name.toLowerCase();
  const right = scope.sources.slice(left.length);
  const lacks = (sources: readonly Source[]) =>
    sources.every(({ outputs }) => outputs !== undefined && !outputs.has(key));
  const isLeftKept = join.kind !== "Right" && join.kind !== "Full";
  const certain =
    scope.using.get(key) ??
    left.find(({ outputs }) => outputs?.has(key)) ??
    (left.length === 1 ? left[0] : undefined);
  return {
    join,
    name,
    ...(certain && !hasStar && isLeftKept && { left: certain }),
    ...(right.length === 1 && { right: right[0] }),
    unknown: lacks(left) || lacks(right),
  };
}

const ROW_ID = new Set(["rowid", "oid", "_rowid_"]);

/** Decides one column: inner scopes first; a source that is certain, an output name, or nothing. */
export function useOf(node: SqlNode, scope: Scope, mayQuoteText = true): ColumnUse {
  const name = nameIn(node.name);
  const key = name.toLowerCase();
  const qualifier = nameIn(node.table).toLowerCase();
  const quoted = isNode(node.name) && node.name.quoted === true;
  const use = { node, name, qualifier, quoted, scope, unknown: false, literal: false };
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const joined = qualifier === "" ? at.using.get(key) : undefined;
    if (joined !== undefined) return { ...use, source: joined };
    const candidates = at.sources.filter((s) => qualifier === "" || s.alias === qualifier);
    const having = candidates.filter((s) => s.outputs?.has(key) || (s.table && ROW_ID.has(key)));
    const open = candidates.filter((s) => s.outputs === undefined);
    if (having.length > 0 || (qualifier !== "" && candidates.length > 0)) {
      const source = having[0] ?? candidates[0];
      return { ...use, source, unknown: having.length === 0 && open.length === 0 };
    }
    const expression = qualifier === "" ? at.aliases.get(key) : undefined;
    if (expression !== undefined) return { ...use, expression };
    if (open.length === 1 && candidates.length === 1 && at === scope && !quoted)
      return { ...use, source: open[0] };
    if (open.length > 0) return use;
  }
  const literal = mayQuoteText && quoted && qualifier === "";
  return { ...use, unknown: !literal, literal };
}

/** The SELECT whose names a set operation's result carries. */
export function leftmostSelect(query: SqlValue): SqlNode | undefined {
  const select = bodyOf(query, "select");
  if (select !== undefined) return select;
  const inner =
    bodyOf(query, "subquery") ?? setOperationOf(query)?.body ?? (isNode(query) ? query : undefined);
  const left = inner?.left ?? inner?.this;
  return left === undefined ? undefined : leftmostSelect(left);
}

/** Output names of a SELECT, lower case, with their expressions. */
export function aliasesOf(select: SqlNode): Map<string, SqlValue> {
  const aliases = new Map<string, SqlValue>();
  for (const item of listOf(select.expressions)) {
    const alias = bodyOf(item, "alias");
    if (alias !== undefined) aliases.set(nameIn(alias.alias).toLowerCase(), alias.this);
  }
  return aliases;
}

/** Names of a SELECT's result columns, or undefined where a star over an unknown source hides them. */
export function outputsOf(select: SqlNode, scope: Scope): ReadonlySet<string> | undefined {
  const outputs = new Set<string>();
  for (const item of listOf(select.expressions)) {
    const star = bodyOf(item, "star");
    const column = bodyOf(item, "column");
    const alias = bodyOf(item, "alias");
    if (star !== undefined || nameIn(column?.name) === "*") {
      const qualifier = nameIn((star ?? column)?.table).toLowerCase();
      for (const source of scope.sources) {
        if (qualifier !== "" && source.alias !== qualifier) continue;
        if (source.outputs === undefined) return undefined;
        for (const name of source.outputs) outputs.add(name);
      }
    } else if (alias !== undefined) outputs.add(nameIn(alias.alias).toLowerCase());
    else if (column !== undefined) outputs.add(nameIn(column.name).toLowerCase());
  }
  return outputs;
}
