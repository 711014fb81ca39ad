/**
 * The SELECT statements that may be written on one schema, as a recursive descent over terminals that says what may stand
 * next. A part of SQL is left out on purpose (window functions, WITH, comma joins, HAVING without GROUP BY): what is
 * admitted runs. Every table exists, every column stands in a table of its FROM, aggregates stand where they may, the
 * arms of a set operation have as many columns as each other.
 *
 * A SELECT names its columns before its tables, so its list admits any column and FROM must then bring them all: it
 * cannot end before.
 */
import type { Expected, SqlTerminal } from "./expected.ts";
import { ARITHMETIC, expression, MAX_DEPTH, type Parse } from "./expression.ts";
import type { SpelledSchema } from "./names.ts";
import { expectedBy } from "./reader.ts";
import {
  ALIASES,
  emptyScope,
  hasTableLeft,
  missingFrom,
  type Naming,
  type Place,
  type Scope,
  type Source,
  tablesTowards,
} from "./scope.ts";

/** Opens an answer that is no SQL; its reason follows. No blank ends it: a word and the blank before it are one token. */
export const REFUSAL = "-- cannot answer:";

export const MAX_ITEMS = 12;
export const MAX_JOINS = 12;

/** Names that SQL takes for one, though they are spelt in two ways, share an entry. */
function columnsByLowerCase(sources: readonly Source[]): Map<string, string[]> {
  const names = sources.flatMap(({ columns }) => [...columns]);
  return Map.groupBy(names, (name) => name.toLowerCase());
}

/** The places of a list of `count` columns; of `*` the first is certain. */
const placesTo = (count = 1): string[] => Array.from({ length: count }, (_, i) => String(i + 1));

/** In which sense statements are read. */
export type Reading = Pick<Naming, "isStrict"> & {
  readonly mayRefuse: boolean;
  /** Leaves out all that need not be there, so that the statement ends soon. */
  readonly isClosing: boolean;
};

/** What may follow `terminals`; nothing if they are no beginning of a statement. */
export function expectedAfter(
  terminals: readonly SqlTerminal[],
  schema: SpelledSchema,
  { isClosing, isStrict, mayRefuse }: Reading,
): Expected | undefined {
  return expectedBy(terminals, isClosing, (reader) => {
    const parse: Parse = {
      reader,
      schema,
      isStrict,
      query: (parent, wanted, depth) => query(parse, parent, wanted, depth),
    };
    const begun = reader.need(mayRefuse ? ["SELECT", REFUSAL] : ["SELECT"]);
    if (begun.text === REFUSAL) reader.need([], ["reason"]);
    else parse.query(undefined, undefined, 0);
  });
}

/** After SELECT. Gives the columns of the result, where they can be counted. */
function query(
  parse: Parse,
  parent: Scope | undefined,
  wanted: number | undefined,
  depth: number,
): Scope {
  const { reader } = parse;
  const first = select(parse, parent, wanted, depth);
  let isCompound = false;
  let last = first;
  while (first.count !== undefined) {
    const operator = reader.accept("UNION", "INTERSECT", "EXCEPT");
    if (operator === undefined) break;
    if (operator === "UNION") reader.accept("ALL");
    reader.need(["SELECT"]);
    last = select(parse, parent, first.count, depth);
    isCompound = true;
  }
  if (reader.accept("ORDER")) {
    reader.need(["BY"]);
    const { scope } = isCompound ? first : last;
    do {
      if (isCompound) reader.need([...scope.plain, ...scope.outputs, ...placesTo(first.count)]);
      else {
        const place = { scope, depth, aggregates: scope.hasAggregate, outputs: true };
        sortKey(parse, place, placesTo(first.count));
      }
      reader.accept("ASC", "DESC");
      if (parse.schema.dialect === "postgres" && reader.accept("NULLS"))
        reader.need(["LAST", "FIRST"]);
    } while (reader.accept(","));
  }
  if (reader.accept("LIMIT")) {
    reader.need([], ["integer"]);
    if (reader.accept("OFFSET")) reader.need([], ["integer"]);
  }
  return first.scope;
}

function select(
  parse: Parse,
  parent: Scope | undefined,
  wanted: number | undefined,
  depth: number,
) {
  const { reader } = parse;
  const scope = emptyScope(parent);
  reader.accept("DISTINCT");
  const count = list(parse, scope, wanted, depth);
  reader.need(["FROM"]);
  from(parse, scope, depth);
  const rows: Place = { scope, depth, aggregates: false };
  if (reader.accept("WHERE")) expression(parse, rows, "condition");
  if (reader.accept("GROUP")) {
    reader.need(["BY"]);
    do sortKey(parse, rows, scope.groupable);
    while (reader.accept(","));
    scope.hasAggregate = true;
    if (reader.accept("HAVING"))
      expression(parse, { ...rows, aggregates: true, outputs: true }, "condition");
  }
  return { scope, count };
}

/** An expression of GROUP BY or ORDER BY. A number alone, however signed and bracketed, names a place of the list. */
function sortKey(parse: Parse, place: Place, places: readonly string[]): void {
  const readSince = parse.reader.mark();
  expression(parse, place, "value");
  const text = readSince().map((terminal) => terminal.text);
  const number = text.filter((one) => one !== "(" && one !== ")").join("");
  if (/^-*\d+$/.test(number) && !places.includes(number)) parse.reader.stop(ARITHMETIC);
}

/** The columns of a SELECT; counts them, but for `*`. */
function list(
  parse: Parse,
  scope: Scope,
  wanted: number | undefined,
  depth: number,
): number | undefined {
  const { reader } = parse;
  if (wanted === undefined && reader.accept("*")) {
    scope.groupable.push("1");
    return undefined;
  }
  let hasAggregate = false;
  for (let count = 1; ; count++) {
    const readSince = reader.mark();
    scope.hasAggregate = false;
    expression(parse, { scope, depth, aggregates: true }, "value");
    if (!scope.hasAggregate) scope.groupable.push(String(count));
    scope.hasAggregate = hasAggregate ||= scope.hasAggregate;
    const [column, ...more] = readSince();
    if (reader.accept("AS")) scope.outputs.add(reader.need([], ["newName"]).text);
    else if (more.length === 0 && column?.kind === "fixed" && column.text !== "NULL")
      scope.plain.add(column.text);
    if (count === (wanted ?? MAX_ITEMS)) return count;
    if (wanted !== undefined) reader.need([","]);
    else if (!reader.accept(",")) return count;
  }
}

function from(parse: Parse, scope: Scope, depth: number): void {
  const { reader, schema, isStrict } = parse;
  source(parse, scope, depth);
  for (let joins = 0; joins < MAX_JOINS; joins++) {
    if (!hasTableLeft(scope, schema)) break;
    if (isStrict && reader.isAtEnd() && missingFrom(scope)) reader.stop(["JOIN"]);
    const word = reader.accept("JOIN", "LEFT");
    if (word === undefined) break;
    if (word === "LEFT") reader.need(["JOIN"]);
    join(parse, scope, depth);
  }
  scope.isRead = true;
}

function join(parse: Parse, scope: Scope, depth: number): void {
  const { reader } = parse;
  const before = columnsByLowerCase(scope.sources);
  const shared = [...columnsByLowerCase([source(parse, scope, depth)])].flatMap(([lower, names]) =>
    before.has(lower) ? [...names, ...(before.get(lower) ?? [])] : [],
  );
  if (reader.need(shared.length > 0 ? ["USING", "ON"] : ["ON"]).text === "USING") {
    reader.need(["("]);
    const left = new Set(shared);
    do left.delete(reader.need(left).text);
    while (left.size > 0 && reader.accept(","));
    reader.need([")"]);
    return;
  }
  scope.isRead = true;
  expression(parse, { scope, depth, aggregates: false }, "condition");
  scope.isRead = false;
}

function source(parse: Parse, scope: Scope, depth: number): Source {
  const { reader, schema, isStrict } = parse;
  const taken = new Set(scope.sources.map(({ name }) => name));
  const missing = isStrict && reader.isAtEnd() ? missingFrom(scope) : undefined;
  const known =
    missing && scope.sources.length > 0 ? tablesTowards(missing, scope, schema) : undefined;
  const tables = (known ?? [...schema.tables.keys()]).filter((name) => !taken.has(name));
  const { text } = reader.need(depth < MAX_DEPTH && !known ? [...tables, "("] : tables, [], tables);
  let columns = schema.tables.get(text)?.columns;
  if (columns === undefined) {
    reader.need(["SELECT"]);
    const inner = parse.query(undefined, undefined, depth + 1);
    reader.need([")"]);
    columns = new Set([...inner.plain, ...inner.outputs]);
  }
  // one that the list took from a SELECT around this one would now mean another table
  const isMeant = (alias: string) =>
    isStrict && scope.promised.some(({ table, column }) => table === alias && !columns.has(column));
  const aliases = ALIASES.filter((name) => !taken.has(name) && !isMeant(name));
  const alias = aliases.length > 0 && reader.accept("AS") ? reader.need(aliases).text : undefined;
  const added = { name: alias ?? text, ...(text !== "(" && { table: text }), columns };
  scope.sources.push(added);
  return added;
}
