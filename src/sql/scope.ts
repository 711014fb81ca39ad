/**
 * Who is meant by each name of a statement: which source (table, sub-query, common table expression) a column belongs
 * to, by SQL's rules of scope. Works without a schema as far as qualifiers go, and fully with one. Changes nothing.
 */
import {
  bodyOf,
  isList,
  isNode,
  isQuery,
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

export type Resolution = {
  readonly sources: readonly Source[];
  /** Bodies of `T.*` with the source that T names in its scope. */
  readonly stars: ReadonlyMap<SqlNode, Source>;
  readonly columns: readonly ColumnUse[];
  readonly usings: readonly UsingColumn[];
};

type Env = { readonly scope?: Scope; readonly queries: ReadonlyMap<string, NamedQuery> };
type NamedQuery = { readonly node: SqlNode; readonly outputs?: ReadonlySet<string> };
type Outputs = ReadonlySet<string> | undefined;

/** Resolves every column of a statement. With `tables`, unqualified and unknown names are decided too. */
export function resolveNames(statement: SqlNode, tables?: readonly NamedTable[]): Resolution {
  const known = tables && new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const sources: Source[] = [];
  const columns: ColumnUse[] = [];
  const stars = new Map<SqlNode, Source>();
  const usings: UsingColumn[] = [];

  const visit = (value: SqlValue, env: Env): void => {
    if (isList(value)) value.forEach((item) => visit(item, env));
    if (!isNode(value)) return;
    const column = bodyOf(value, "column");
    if (column !== undefined && env.scope !== undefined) columns.push(useOf(column, env.scope));
    else if (isQuery(value)) visitQuery(value, env);
    else if (isNode(value.star)) {
      const qualifier = nameIn(value.star.table).toLowerCase();
      const source = env.scope?.sources.find(({ alias }) => alias === qualifier);
      if (source !== undefined) stars.set(value.star, source);
    } else for (const child of Object.values(value)) visit(child, env);
  };

  /** Visits a query and returns the names of its result columns. */
  const visitQuery = (node: SqlNode, env: Env): Outputs => {
    const inner = bodyOf(node, "subquery");
    if (inner !== undefined && isNode(inner.this)) return visitQuery(inner.this, env);
    const select = bodyOf(node, "select");
    if (select !== undefined) return visitSelect(select, env);
    const operation = setOperationOf(node);
    if (operation === undefined) {
      for (const child of Object.values(node)) visit(child, env);
      return undefined;
    }
    const { body } = operation;
    const queries = withQueries(body.with, env);
    const left = visitQuery(body.left as SqlNode, { ...env, queries });
    visitQuery(body.right as SqlNode, { ...env, queries });
    const first = leftmostSelect(node);
    const scope: Scope = {
      sources: [],
      aliases: first === undefined ? new Map() : aliasesOf(first),
      using: new Map(),
      ...(env.scope && { parent: env.scope }),
    };
    scope.sources.push({ alias: "", node, scope, ...(left && { outputs: left }) });
    visit(body.order_by, { scope, queries });
    return left;
  };

  const visitSelect = (select: SqlNode, env: Env): Outputs => {
    const queries = withQueries(select.with, env);
    const scope: Scope = {
      sources: [],
      aliases: aliasesOf(select),
      using: new Map(),
      ...(env.scope && { parent: env.scope }),
    };
    const inner: Env = { scope, queries };
    const from = bodyOf(select, "from");
    for (const source of listOf(from?.expressions)) addSource(source, scope, env, queries);
    const joins = listOf(select.joins).filter(isNode);
    const hasStar = listOf(select.expressions).some((item) => bodyOf(item, "star")?.table === null);
    for (const join of joins) {
      const before = scope.sources.length;
      addSource(join.this, scope, env, queries);
      const left = scope.sources.slice(0, before);
      for (const name of listOf(join.using).map(nameIn)) {
        const using = usingOf(join, name, left, scope, hasStar);
        usings.push(using);
        if (using.left !== undefined) scope.using.set(name.toLowerCase(), using.left);
      }
    }
    for (const join of joins) visit(join.on, inner);
    for (const [key, child] of Object.entries(select))
      if (!["with", "from", "joins"].includes(key)) visit(child, inner);
    return outputsOf(select, scope);
  };

  const withQueries = (clause: SqlValue, env: Env): ReadonlyMap<string, NamedQuery> => {
    if (!isNode(clause)) return env.queries;
    const queries = new Map(env.queries);
    for (const cte of listOf(clause.ctes).filter(isNode)) {
      const name = nameIn(cte.alias).toLowerCase();
      const listed = listOf(cte.columns).map((column) => nameIn(column).toLowerCase());
      const declared = listed.length > 0 ? new Set(listed) : undefined;
      const query = cte.this as SqlNode;
      if (clause.recursive === true)
        queries.set(name, { node: query, ...(declared && { outputs: declared }) });
      const outputs = declared ?? visitQuery(query, { ...env, queries });
      if (declared !== undefined) visitQuery(query, { ...env, queries });
      queries.set(name, { node: query, ...(outputs && { outputs }) });
    }
    return queries;
  };

  const addSource = (
    value: SqlValue,
    scope: Scope,
    env: Env,
    queries: ReadonlyMap<string, NamedQuery>,
  ): void => {
    const add = (source: Omit<Source, "scope">) => {
      const whole = { ...source, scope };
      scope.sources.push(whole);
      sources.push(whole);
    };
    if (!isNode(value)) return;
    const table = bodyOf(value, "table");
    const joined = bodyOf(value, "joined_table");
    const subquery = bodyOf(value, "subquery");
    if (table !== undefined) {
      const name = nameIn(table.name);
      const alias = (nameIn(table.alias) || name).toLowerCase();
      const query = isNode(table.schema) ? undefined : queries.get(name.toLowerCase());
      if (query !== undefined)
        add({
          alias,
          query: query.node,
          node: table,
          ...(query.outputs && { outputs: query.outputs }),
        });
      else {
        const declared = known?.get(name.toLowerCase());
        const outputs = declared && new Set(declared.columns.map((c) => c.name.toLowerCase()));
        add({ alias, table: name, node: table, ...(outputs && { outputs }) });
      }
    } else if (joined !== undefined) {
      addSource(joined.left, scope, env, queries);
      for (const join of listOf(joined.joins).filter(isNode)) {
        addSource(join.this, scope, env, queries);
        visit([join.on, join.using], { scope, queries });
      }
    } else if (subquery !== undefined) {
      const outputs = visitQuery(value, { ...env, queries });
      const query = subquery.this as SqlNode;
      add({
        alias: nameIn(subquery.alias).toLowerCase(),
        query,
        node: subquery,
        ...(outputs && { outputs }),
      });
    } else {
      add({ alias: nameIn(bodyOf(value, "alias")?.alias).toLowerCase(), node: value });
      visit(value, { scope, queries });
    }
  };

  visit(statement, { queries: new Map() });
  return { sources, columns, stars, usings };
}

/** `left` are the sources before the join, the scope's others those that it adds. */
function usingOf(
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
function useOf(node: SqlNode, scope: Scope): ColumnUse {
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
  const literal = quoted && qualifier === "";
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

function aliasesOf(select: SqlNode): Map<string, SqlValue> {
  const aliases = new Map<string, SqlValue>();
  for (const item of listOf(select.expressions)) {
    const alias = bodyOf(item, "alias");
    if (alias !== undefined) aliases.set(nameIn(alias.alias).toLowerCase(), alias.this);
  }
  return aliases;
}

/** Names of a SELECT's result columns, or undefined where a star over an unknown source hides them. */
function outputsOf(select: SqlNode, scope: Scope): Outputs {
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
