/**
 * The statements of grammar.ts as a grammar in GBNF, for llama.cpp's server, which decodes in a process of its own
 * (github.com/ggml-org/llama.cpp/blob/master/grammars/README.md). Context-free: of what grammar.ts knows, it knows the
 * names, the clauses, where aggregates stand and how wide the arms of a set operation are; not which tables are in FROM,
 * which aliases were given, how deep sub-queries nest. Names of its own (AS total) have no place in it, because it could
 * not tell later which there are.
 */
import type { JoinableTable } from "../sql/bind.ts";
import type { Dialect } from "../sql/dialect.ts";
import { AGGREGATES, ARITHMETIC, bothCases, COMPARISONS, FUNCTIONS, TYPES } from "./expression.ts";
import { MAX_ITEMS, MAX_JOINS, REFUSAL } from "./grammar.ts";
import { spellSchema } from "./names.ts";
import { ALIASES } from "./scope.ts";

/** Most parts of one condition, one sum, one list: a model that repeats itself is stopped. */
const MOST_PARTS = 12;

/** The grammar of answers on one schema; the same for the same names. */
export function gbnfOf(tables: readonly JoinableTable[], dialect: Dialect): string {
  const schema = spellSchema(tables, dialect);
  const rules = {
    root: `"SELECT " query | ${literal(`${REFUSAL} `)} [^\\n]{1,120}`,
    query: `"DISTINCT "? ("*" body order? limit? | item tail-1)`,
    "query-1": `"DISTINCT "? item rest-1`,
    ...Object.fromEntries(widths().flatMap(rulesOfWidth)),
    item: "value",
    body: `" FROM " source join{0,${MAX_JOINS}} (" WHERE " row-condition)? group?`,
    group: `" GROUP BY " ${listOf("row-key")} (" HAVING " condition)?`,
    order: `" ORDER BY " ${listOf(`key direction?`)}`,
    "set-order": `" ORDER BY " ${listOf("(column | place) direction?")}`,
    direction: `" ASC" | " DESC"`,
    place: `[1-9] | "1" [0-2]`,
    limit: `" LIMIT " integer (" OFFSET " integer)?`,
    source: `(table | "(SELECT " query ")") (" AS " alias)?`,
    join: `" LEFT"? " JOIN " source (" ON " row-condition | " USING (" ${listOf("column")} ")")`,
    ...expressionRules("", `"(" "DISTINCT "? row-value ")"`),
    ...expressionRules("row-"),
    sign: `" " ${oneOf(ARITHMETIC)} " "`,
    relation: `" " ${oneOf(COMPARISONS)} " "`,
    literals: listOf("(string | number)"),
    string: `"'" ([^'\\n] | "''"){0,78} "'"`,
    number: `[0-9]{1,11} ("." [0-9]{1,3})?`,
    integer: "[0-9]{1,9}",
    name: `((table | alias) ".")? column`,
    table: oneOf(schema.tables.keys()),
    alias: oneOf(ALIASES),
    column: oneOf(schema.columns),
  };
  return Object.entries(rules)
    .map(([name, rule]) => `${name} ::= ${rule}\n`)
    .join("");
}

const widths = () => Array.from({ length: MAX_ITEMS }, (_, i) => i + 1);

/** What may follow the list's column number `width`, and the statement once the list has ended there. */
function rulesOfWidth(width: number): [string, string][] {
  const more = width < MAX_ITEMS ? ` | ", " item tail-${width + 1}` : "";
  const items = Array(width).fill("item").join(` ", " `);
  const arm = `(" UNION " "ALL "? | " INTERSECT " | " EXCEPT ") "SELECT " "DISTINCT "? ${items} body`;
  return [
    [`tail-${width}`, `rest-${width}${more}`],
    [`rest-${width}`, `body ((${arm})+ set-order? | order?) limit?`],
  ];
}

/** Values and conditions; those whose names begin with `row-` hold no aggregate, whose argument is given otherwise. */
function expressionRules(kind: "" | "row-", aggregate?: string): Record<string, string> {
  const value = `${kind}value`;
  const condition = `${kind}condition`;
  const calls = Object.entries(FUNCTIONS).map(
    ([name, [fewest, most]]) =>
      `${oneOf(bothCases([name]))} "(" ${value} (", " ${value}){${fewest - 1},${most - 1}} ")"`,
  );
  const aggregates = aggregate
    ? [`${oneOf(bothCases(AGGREGATES))} ${aggregate}`, `${oneOf(bothCases(["COUNT"]))} "(*)"`]
    : [];
  return {
    [value]: `${kind}operand (sign ${kind}operand){0,${MOST_PARTS}}`,
    [`${kind}operand`]: `number | string | ${kind}open`,
    [`${kind}open`]: [
      "name",
      `"NULL"`,
      `"-" number`,
      `"(" ${value} ")"`,
      `"(SELECT " query-1 ")"`,
      `"CASE" (" WHEN " ${condition} " THEN " ${value})+ (" ELSE " ${value})? " END"`,
      `"CAST(" ${value} " AS " ${oneOf(TYPES)} ")"`,
      ...aggregates,
      ...calls,
    ].join(" | "),
    // a number alone names a place of the list
    [`${kind}key`]: `place | ${kind}open | ${kind}operand (sign ${kind}operand){1,${MOST_PARTS}}`,
    [condition]: `${kind}test ((" AND " | " OR ") ${kind}test){0,${MOST_PARTS}}`,
    [`${kind}test`]: [
      `"NOT " ${kind}test`,
      `"EXISTS (SELECT " query ")"`,
      `"(" ${condition} ")"`,
      `${value} ${kind}comparison`,
    ].join(" | "),
    [`${kind}comparison`]: [
      `relation ${value}`,
      `" IS " "NOT "? "NULL"`,
      `" NOT"? (" IN (" (literals | "SELECT " query-1) ")" | " LIKE " string | " BETWEEN " ${value} " AND " ${value})`,
    ].join(" | "),
  };
}

const listOf = (rule: string): string => `${rule} (", " ${rule})*`;

/** Any text as GBNF writes it. */
const literal = (text: string): string =>
  `"${text.replace(/["\\]|\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;

/**
 * One of the texts, those with the same beginning together: a wide schema has thousands of names, and llama.cpp follows
 * every alternative that is still open at every token.
 */
function oneOf(texts: Iterable<string>): string {
  const all = [...new Set(texts)];
  const branches = [...Map.groupBy(all, ([first]) => first)].flatMap(([first, branch]) => {
    if (first === undefined) return [];
    const shared = sharedBeginning(branch);
    const rests = branch.map((text) => text.slice(shared.length));
    return literal(shared) + (rests.length > 1 ? ` ${oneOf(rests)}` : "");
  });
  return `(${branches.join(" | ")})${all.includes("") ? "?" : ""}`;
}

/** In whole characters. */
function sharedBeginning([first, ...others]: readonly string[]): string {
  const characters = [...first];
  while (!others.every((text) => text.startsWith(characters.join("")))) characters.pop();
  return characters.join("");
}
