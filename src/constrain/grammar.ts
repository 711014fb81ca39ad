/**
 * The SELECT statements that may be written on one schema, as a recursive descent over terminals that says what may stand
 * next. A part of SQL is left out on purpose (window functions, WITH, comma joins, HAVING without GROUP BY): what is
 * admitted runs. Every table exists, every column stands in a table of its FROM, aggregates stand where they may, the
 * arms of a set operation have as many columns as each other.
 *
 * A SELECT names its columns before its tables, so its list admits any column and FROM must then bring them all: it
 * cannot end before.
 */
import type { Expected, OpenKind, SqlTerminal } from "./expected.ts";
import type { SpelledSchema } from "./names.ts";

/** Opens an answer that is no SQL; its reason follows. */
export const REFUSAL = "-- cannot answer: ";

const MAX_ITEMS = 12;
const MAX_JOINS = 12;
const MAX_DEPTH = 4;
const COMPARISONS = ["=", "<>", "!=", "<", ">", "<=", ">="];
const ARITHMETIC = ["+", "-", "*", "/", "||"];
const OPERANDS: readonly OpenKind[] = ["number", "string"];
const TYPES = ["INTEGER", "REAL", "TEXT", "FLOAT", "NUMERIC"];
const ALIASES = ["T1", "T2", "T3", "T4", "T5", "T6"];

/** Fewest and most arguments of the functions that are admitted. */
const FUNCTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ABS: [1, 1],
  ROUND: [1, 2],
  LENGTH: [1, 1],
  LOWER: [1, 1],
  UPPER: [1, 1],
  TRIM: [1, 1],
  SUBSTR: [2, 3],
  INSTR: [2, 2],
  REPLACE: [3, 3],
  COALESCE: [2, 4],
  IFNULL: [2, 2],
  NULLIF: [2, 2],
  DATE: [1, 3],
  JULIANDAY: [1, 3],
  STRFTIME: [2, 3],
};
const AGGREGATES = ["COUNT", "SUM", "AVG", "MIN", "MAX"];
const bothCases = (names: readonly string[]) => names.flatMap((name) => [name, name.toLowerCase()]);
const functionNames = new Set(bothCases(Object.keys(FUNCTIONS)));
const aggregateNames = new Set(bothCases(AGGREGATES));
/** Names that a `(` follows without a blank. */
export const isFunctionName = (text: string): boolean =>
  functionNames.has(text) || aggregateNames.has(text) || text === "CAST";

type Source = {
  /** How a column is qualified by it. */
  readonly name: string;
  /** The table that it is; none for a SELECT. */
  readonly table?: string;
  readonly columns: ReadonlySet<string>;
};

/** A column that was named before FROM, with its table or alias if that was named. */
type Promised = { readonly table?: string; readonly column: string; readonly isOwn?: boolean };

/** One SELECT: its tables once they are known, and the columns that were named before. */
type Scope = {
  readonly parent?: Scope;
  readonly sources: Source[];
  readonly promised: Promised[];
  /** Names that the list gave with AS. */
  readonly outputs: Set<string>;
  /** Plain columns of the list, by which a set operation may be ordered. */
  readonly plain: Set<string>;
  isRead: boolean;
  hasAggregate: boolean;
  /** The list's places that a number in GROUP BY may name. */
  readonly groupable: string[];
};

/** Texts that may be many: asked for one, and listed only where the terminals end. */
type Texts = readonly string[] | (Pick<ReadonlySet<string>, "has"> & Iterable<string>);

const holds = (texts: Texts, text: string): boolean =>
  "has" in texts ? texts.has(text) : texts.includes(text);

const either = (...parts: readonly Texts[]): Texts => ({
  has: (text) => parts.some((part) => holds(part, text)),
  *[Symbol.iterator]() {
    for (const part of parts) yield* part;
  },
});

type Kind = "value" | "condition";
type Wanted = Kind | "either";
type Place = {
  readonly scope: Scope;
  readonly depth: number;
  readonly aggregates: boolean;
  /** Whether names that the list gave with AS may be read. */
  readonly outputs?: boolean;
  /** Only this SELECT's own columns: an aggregate of another's would be the other's. */
  readonly isOwn?: boolean;
};

/** Names that SQL takes for one, though they are spelt in two ways, share an entry. */
function columnsByLowerCase(sources: readonly Source[]): Map<string, string[]> {
  const names = sources.flatMap(({ columns }) => [...columns]);
  return Map.groupBy(names, (name) => name.toLowerCase());
}

/** The places of a list of `count` columns; of `*` the first is certain. */
const placesTo = (count = 1): string[] => Array.from({ length: count }, (_, i) => String(i + 1));

/** Thrown where the terminals end, and where one of them may not stand. */
const ENDED = Symbol("ended");
const WRONG = Symbol("wrong");

export type Reading = {
  /** Leaves out all that need not be there, so that the statement ends soon. */
  readonly isClosing: boolean;
  /** FROM has to bring every column that the list named; otherwise it may leave joins to sql/bind.ts. */
  readonly isStrict: boolean;
};

/** What may follow `terminals`; nothing if they are no beginning of a statement. */
export function expectedAfter(
  terminals: readonly SqlTerminal[],
  schema: SpelledSchema,
  { isClosing, isStrict }: Reading,
): Expected | undefined {
  const fixed = new Set<string>();
  const open = new Set<OpenKind>();
  let end = false;
  let at = 0;
  const atEnd = () => at === terminals.length;

  const offer = (texts: Texts, kinds: readonly OpenKind[] = []) => {
    for (const text of texts) fixed.add(text);
    for (const kind of kinds) open.add(kind);
  };
  /** Takes one of `texts` if it stands here; it need not. */
  const accept = (...texts: readonly string[]): string | undefined => {
    if (atEnd()) {
      if (!isClosing) offer(texts);
      return undefined;
    }
    const { kind, text } = terminals[at];
    if (kind !== "fixed" || !texts.includes(text)) return undefined;
    at++;
    return text;
  };
  /** Takes one of them; something must stand here. `few` is offered where the statement should end soon. */
  const need = (texts: Texts, kinds: readonly OpenKind[] = [], few: Texts = texts): SqlTerminal => {
    if (atEnd()) {
      offer(isClosing ? few : texts, kinds);
      throw ENDED;
    }
    const terminal = terminals[at++];
    const { kind, text } = terminal;
    if (kind === "fixed" ? holds(texts, text) : kinds.includes(kind)) return terminal;
    throw WRONG;
  };

  function answer(): void {
    if (need(["SELECT", REFUSAL]).text === REFUSAL) need([], ["reason"]);
    else query(undefined, undefined, 0);
    if (!atEnd()) throw WRONG;
    end = true;
  }

  /** After SELECT. Gives the columns of the result, where they can be counted. */
  function query(parent: Scope | undefined, wanted: number | undefined, depth: number): Scope {
    const first = select(parent, wanted, depth);
    let isCompound = false;
    let last = first;
    while (first.count !== undefined) {
      const operator = accept("UNION", "INTERSECT", "EXCEPT");
      if (operator === undefined) break;
      if (operator === "UNION") accept("ALL");
      need(["SELECT"]);
      last = select(parent, first.count, depth);
      isCompound = true;
    }
    if (accept("ORDER")) {
      need(["BY"]);
      const { scope } = isCompound ? first : last;
      do {
        if (isCompound) need([...scope.plain, ...scope.outputs, ...placesTo(first.count)]);
        else {
          const place = { scope, depth, aggregates: scope.hasAggregate, outputs: true };
          sortKey(place, placesTo(first.count));
        }
        accept("ASC", "DESC");
      } while (accept(","));
    }
    if (accept("LIMIT")) {
      need([], ["integer"]);
      if (accept("OFFSET")) need([], ["integer"]);
    }
    return first.scope;
  }

  function select(parent: Scope | undefined, wanted: number | undefined, depth: number) {
    const scope: Scope = {
      parent,
      sources: [],
      promised: [],
      outputs: new Set(),
      plain: new Set(),
      isRead: false,
      hasAggregate: false,
      groupable: [],
    };
    accept("DISTINCT");
    const count = list(scope, wanted, depth);
    need(["FROM"]);
    from(scope, depth);
    const rows: Place = { scope, depth, aggregates: false };
    if (accept("WHERE")) expression(rows, "condition");
    if (accept("GROUP")) {
      need(["BY"]);
      do sortKey(rows, scope.groupable);
      while (accept(","));
      scope.hasAggregate = true;
      if (accept("HAVING")) expression({ ...rows, aggregates: true, outputs: true }, "condition");
    }
    return { scope, count };
  }

  /** An expression of GROUP BY or ORDER BY. A number alone, however signed and bracketed, names a place of the list. */
  function sortKey(place: Place, places: readonly string[]): void {
    const start = at;
    expression(place, "value");
    const text = terminals.slice(start, at).map((terminal) => terminal.text);
    const number = text.filter((one) => one !== "(" && one !== ")").join("");
    if (!/^-*\d+$/.test(number) || places.includes(number)) return;
    if (!atEnd()) throw WRONG;
    offer(ARITHMETIC);
    throw ENDED;
  }

  /** The columns of a SELECT; counts them, but for `*`. */
  function list(scope: Scope, wanted: number | undefined, depth: number): number | undefined {
    if (wanted === undefined && accept("*")) {
      scope.groupable.push("1");
      return undefined;
    }
    let hasAggregate = false;
    for (let count = 1; ; count++) {
      const start = at;
      scope.hasAggregate = false;
      expression({ scope, depth, aggregates: true }, "value");
      if (!scope.hasAggregate) scope.groupable.push(String(count));
      scope.hasAggregate = hasAggregate ||= scope.hasAggregate;
      const column = at === start + 1 ? terminals[start] : undefined;
      if (accept("AS")) scope.outputs.add(need([], ["newName"]).text);
      else if (column?.kind === "fixed" && column.text !== "NULL") scope.plain.add(column.text);
      if (count === (wanted ?? MAX_ITEMS)) return count;
      if (wanted !== undefined) need([","]);
      else if (!accept(",")) return count;
    }
  }

  function from(scope: Scope, depth: number): void {
    source(scope, depth);
    for (let joins = 0; joins < MAX_JOINS; joins++) {
      if (isStrict && atEnd() && missingFrom(scope) && hasSourceLeft(scope)) {
        offer(["JOIN"]);
        throw ENDED;
      }
      const word = hasSourceLeft(scope) ? accept("JOIN", "LEFT") : undefined;
      if (word === undefined) break;
      if (word === "LEFT") need(["JOIN"]);
      join(scope, depth);
    }
    scope.isRead = true;
  }

  /** Whether a table is left that is not in FROM under its own name: then a join can end, however soon it must. */
  const hasSourceLeft = ({ sources }: Scope): boolean =>
    [...schema.tables.keys()].some((name) => sources.every((one) => one.name !== name));

  function join(scope: Scope, depth: number): void {
    const before = columnsByLowerCase(scope.sources);
    const shared = [...columnsByLowerCase([source(scope, depth)])].flatMap(([lower, names]) =>
      before.has(lower) ? [...names, ...(before.get(lower) ?? [])] : [],
    );
    if (need(shared.length > 0 ? ["USING", "ON"] : ["ON"]).text === "USING") {
      need(["("]);
      const left = new Set(shared);
      do left.delete(need(left).text);
      while (left.size > 0 && accept(","));
      need([")"]);
      return;
    }
    scope.isRead = true;
    expression({ scope, depth, aggregates: false }, "condition");
    scope.isRead = false;
  }

  function source(scope: Scope, depth: number): Source {
    const taken = new Set(scope.sources.map(({ name }) => name));
    const missing = isStrict && atEnd() ? missingFrom(scope) : undefined;
    const known = missing && scope.sources.length > 0 ? tablesTowards(missing, scope) : undefined;
    const tables = (known ?? [...schema.tables.keys()]).filter((name) => !taken.has(name));
    const { text } = need(depth < MAX_DEPTH && !known ? [...tables, "("] : tables, [], tables);
    let columns = schema.tables.get(text)?.columns;
    if (columns === undefined) {
      need(["SELECT"]);
      const inner = query(undefined, undefined, depth + 1);
      need([")"]);
      columns = new Set([...inner.plain, ...inner.outputs]);
    }
    const aliases = ALIASES.filter((name) => !taken.has(name));
    const alias = aliases.length > 0 && accept("AS") ? need(aliases).text : undefined;
    const added = { name: alias ?? text, ...(text !== "(" && { table: text }), columns };
    scope.sources.push(added);
    return added;
  }

  function expression(place: Place, wanted: Wanted): Kind {
    let kind = operand(place, wanted);
    for (;;) {
      if (kind === "value") {
        if (accept(...ARITHMETIC)) {
          operand(place, "value");
          continue;
        }
        if (wanted === "value" || !comparison(place, wanted === "condition")) return kind;
        kind = "condition";
      } else if (wanted !== "value" && accept("AND", "OR")) {
        return expression(place, "condition");
      } else return kind;
    }
  }

  function value(place: Place): void {
    expression(place, "value");
  }

  /** What makes a condition of a value; whether one stands here. */
  function comparison(place: Place, isNeeded: boolean): boolean {
    const words = [...COMPARISONS, "IS", "NOT", "IN", "LIKE", "BETWEEN"];
    let word = isNeeded ? need(words, [], ["=", "IS"]).text : accept(...words);
    if (word === undefined) return false;
    if (word === "NOT") word = need(["IN", "LIKE", "BETWEEN"]).text;
    if (word === "IS") {
      accept("NOT");
      need(["NULL"]);
    } else if (word === "LIKE") need([], ["string"]);
    else if (word === "BETWEEN") {
      value(place);
      need(["AND"]);
      value(place);
    } else if (word === "IN") members(place);
    else value(place);
    return true;
  }

  function members({ scope, depth }: Place): void {
    need(["("]);
    const nested = depth < MAX_DEPTH ? ["SELECT"] : [];
    if (need(nested, ["string", "number"], []).text === "SELECT") query(scope, 1, depth + 1);
    else while (accept(",")) need([], ["string", "number"]);
    need([")"]);
  }

  function operand(place: Place, wanted: Wanted): Kind {
    const { scope, depth, aggregates } = place;
    const names = namesIn(place);
    const words = either(
      wanted === "value" ? [] : ["NOT", "EXISTS"],
      aggregates ? aggregateNames : [],
      functionNames,
      ["CASE", "CAST", "NULL", "("],
      // two of them would begin a comment
      terminals[at - 1]?.text === "-" ? [] : ["-"],
    );
    const token = need(depth > MAX_DEPTH ? names : either(names, words), OPERANDS, names);
    const { kind, text } = token;
    if (kind !== "fixed" || text === "NULL") return "value";
    const inner = { ...place, depth: depth + 1 };
    if (text === "NOT") {
      expression(place, "condition");
      return "condition";
    }
    if (text === "EXISTS") {
      need(["("]);
      need(["SELECT"]);
      query(scope, undefined, depth + 1);
      need([")"]);
      return "condition";
    }
    if (text === "(") return brackets(inner, wanted);
    if (text === "CASE") cases(inner);
    else if (text === "-") need([], ["number"]);
    else if (text === "CAST") {
      need(["("]);
      value(inner);
      need(["AS"]);
      need(TYPES);
      need([")"]);
    } else if (!holds(names, text) || (holds(words, text) && opensCall())) call(text, inner);
    else column(place, text);
    return "value";
  }

  /** Whether a name that is a column's and a function's is the function's here. */
  function opensCall(): boolean {
    if (atEnd() && !isClosing) offer(["("]);
    return !atEnd() && terminals[at].text === "(";
  }

  function brackets(place: Place, wanted: Wanted): Kind {
    let kind: Kind = "value";
    if (!atEnd() && terminals[at].text === "SELECT") {
      at++;
      query(place.scope, 1, place.depth);
    } else {
      if (atEnd() && !isClosing) offer(["SELECT"]);
      kind = expression(place, wanted === "value" ? "value" : "either");
    }
    need([")"]);
    return kind;
  }

  function cases(place: Place): void {
    need(["WHEN"]);
    do {
      expression(place, "condition");
      need(["THEN"]);
      value(place);
    } while (accept("WHEN"));
    if (accept("ELSE")) value(place);
    need(["END"]);
  }

  function call(name: string, place: Place): void {
    need(["("]);
    const rows = { ...place, aggregates: false, outputs: false, isOwn: true };
    if (aggregateNames.has(name)) {
      place.scope.hasAggregate = true;
      const isCount = name.toUpperCase() === "COUNT";
      if (!(isCount && accept("*"))) {
        accept("DISTINCT");
        value(rows);
      }
    } else {
      const [fewest, most] = FUNCTIONS[name.toUpperCase()];
      for (let count = 1; ; count++) {
        value(place);
        if (count < fewest) need([","]);
        else if (count === most || !accept(",")) break;
      }
    }
    need([")"]);
  }

  /** A name was read: a column, or a table with its column after a dot. */
  function column(place: Place, text: string): void {
    const { scope, isOwn } = place;
    const owner = qualifiersIn(place).get(text);
    const isColumn = columnsIn(place).has(text);
    const isQualified =
      owner !== undefined && (isColumn ? accept(".") !== undefined : need(["."]) !== undefined);
    if (isQualified) promise(scope, { column: need(owner).text, table: text, isOwn });
    else if (!(place.outputs && scope.outputs.has(text))) promise(scope, { column: text, isOwn });
  }

  function promise(scope: Scope, column: Promised): void {
    const { table, column: name } = column;
    for (let one: Scope | undefined = scope; one !== undefined; one = one.parent) {
      if (!one.isRead) {
        one.promised.push(column);
        return;
      }
      if (table !== undefined && one.sources.some((item) => item.name === table)) return;
      if (table === undefined && one.sources.some(({ columns }) => columns.has(name))) return;
    }
  }

  const isKept = (scope: Scope, { table, column: name, isOwn }: Promised): boolean => {
    for (let one: Scope | undefined = scope; one !== undefined; one = outerOf(one, isOwn))
      for (const { name: owner, columns } of one.sources)
        if (columns.has(name) && (table === undefined || table === owner)) return true;
    return false;
  };

  /** A column of the list that FROM has not brought yet. */
  const missingFrom = (scope: Scope): Promised | undefined =>
    scope.promised.find((one) => !isKept(scope, one));

  /** The tables that have the column, and the next ones on the shortest ways to them along foreign keys. */
  function tablesTowards({ table, column: name }: Promised, scope: Scope): readonly string[] {
    const owners = [...schema.tables.values()]
      .filter((one) => (table === undefined || one.name === table) && one.columns.has(name))
      .map((one) => one.name);
    const reached = new Set(scope.sources.flatMap(({ table: own }) => own ?? []));
    const seen = new Set(owners);
    for (let ring = owners; ring.length > 0;) {
      const next = ring.filter((one) => schema.neighbours(one).some((other) => reached.has(other)));
      if (next.length > 0) return [...next, ...owners];
      ring = ring.flatMap((one) => schema.neighbours(one)).filter((one) => !seen.has(one));
      for (const one of ring) seen.add(one);
    }
    return owners;
  }

  const outerOf = ({ parent }: Scope, isOwn?: boolean): Scope | undefined =>
    isOwn ? undefined : parent;

  /** Columns that may stand bare. */
  function columnsIn({ scope, outputs = false, isOwn }: Place): ReadonlySet<string> {
    if (!scope.isRead) return schema.columns;
    const names = new Set(outputs ? scope.outputs : []);
    for (let one: Scope | undefined = scope; one?.isRead; one = outerOf(one, isOwn))
      for (const { columns } of one.sources) for (const name of columns) names.add(name);
    return names;
  }

  /** Tables and aliases that may stand before a dot, with the columns that may follow it. */
  function qualifiersIn({ scope, isOwn }: Place): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (let one: Scope | undefined = scope; one !== undefined; one = outerOf(one, isOwn)) {
      for (const { name, columns } of one.sources)
        if (name !== "(" && columns.size > 0 && !found.has(name)) found.set(name, columns);
      if (one.isRead) continue;
      for (const { name, columns } of schema.tables.values())
        if (!found.has(name)) found.set(name, columns);
      if (!isStrict)
        for (const alias of ALIASES) if (!found.has(alias)) found.set(alias, schema.columns);
    }
    return found;
  }

  function namesIn(place: Place): Texts {
    const qualifiers = qualifiersIn(place);
    return either(columnsIn(place), {
      has: (text) => qualifiers.has(text),
      [Symbol.iterator]: () => qualifiers.keys(),
    });
  }

  try {
    answer();
  } catch (reason) {
    if (reason === WRONG) return undefined;
    if (reason !== ENDED) throw reason;
  }
  return { fixed, open, end };
}
