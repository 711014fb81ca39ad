/**
 * How tables hang together: declared foreign keys, what follows from two of them in a row, and, where nothing is
 * declared, columns that carry the name of another table's key and hold only its values. Knows no wording beyond the
 * noun of a link.
 */
import type { ForeignKey, Table } from "../../schema/schema.ts";
import { isPreposition, singularOf } from "./english.ts";
import { wordsOf } from "./names.ts";
import type { TableNouns } from "./nouns.ts";
import type { RunMany } from "./samples.ts";
import { quoteName } from "./select.ts";
import type { Link } from "./vocabulary.ts";

type Edge = Omit<Link, "noun" | "using">;

/** All links between different tables, declared ones first. */
export async function linksOf(
  tables: readonly Table[],
  nouns: ReadonlyMap<string, TableNouns>,
  run: RunMany,
): Promise<Link[]> {
  const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
  const declared = tables.flatMap((table) =>
    table.foreignKeys.flatMap((key) => declaredEdge(table, key, byName)),
  );
  const guessed = await checkedGuesses(guesses(tables, declared), run);
  const edges = [...declared, ...compose([...declared, ...guessed]), ...guessed].filter(
    ({ child, parent }) => child !== parent,
  );
  return edges.map((edge) => ({
    ...edge,
    using: edge.columns.every(({ child, parent }) => child.toLowerCase() === parent.toLowerCase()),
    noun: linkNoun(edge, edges, nouns.get(edge.parent)?.nouns[0] ?? edge.parent),
  }));
}

function declaredEdge(table: Table, key: ForeignKey, byName: ReadonlyMap<string, Table>): Edge[] {
  const parent = byName.get(key.refTable.toLowerCase());
  if (parent === undefined || key.columns.length !== key.refColumns.length) return [];
  const columns = key.columns.map((child, index) => ({ child, parent: key.refColumns[index] }));
  return [{ child: table.name, parent: parent.name, columns, origin: "declared" }];
}

/** a → b by columns that b uses to point at c: a → c. Repeated until nothing is added. */
function compose(edges: readonly Edge[]): Edge[] {
  const known = [...edges];
  const keyOf = ({ child, parent }: Edge) => `${child}\n${parent}`;
  const seen = new Set(known.map(keyOf));
  for (const first of known)
    for (const second of edges) {
      if (second.child !== first.parent || seen.has(`${first.child}\n${second.parent}`)) continue;
      const columns = second.columns.map(({ child, parent }) => ({
        child: first.columns.find((pair) => pair.parent === child)?.child,
        parent,
      }));
      if (columns.some(({ child }) => child === undefined) || first.child === second.parent)
        continue;
      const edge: Edge = {
        child: first.child,
        parent: second.parent,
        columns: columns as { child: string; parent: string }[],
        origin: "composed",
      };
      seen.add(keyOf(edge));
      known.push(edge);
    }
  return known.slice(edges.length);
}

/** Columns named as the only key column of another table ("customer_id"), or as table and key ("customer" + "id"). */
function guesses(tables: readonly Table[], declared: readonly Edge[]): Edge[] {
  const targets = tables.flatMap((table) => {
    const keys = table.columns.filter(({ primaryKey }) => primaryKey > 0);
    return keys.length === 1 ? [{ table, key: keys[0] }] : [];
  });
  return tables.flatMap((child) =>
    child.columns.flatMap((column) =>
      targets.flatMap(({ table: parent, key }): Edge[] => {
        const isLinked = declared.some(
          (edge) => edge.child === child.name && edge.parent === parent.name,
        );
        const sole = child.columns.filter(({ primaryKey }) => primaryKey > 0);
        const isOwnKey = sole.length === 1 && sole[0] === column;
        if (
          child === parent ||
          isLinked ||
          isOwnKey ||
          !namesMatch(column.name, parent.name, key.name)
        )
          return [];
        return [
          {
            child: child.name,
            parent: parent.name,
            columns: [{ child: column.name, parent: key.name }],
            origin: "guessed",
          },
        ];
      }),
    ),
  );
}

function namesMatch(column: string, table: string, key: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const generic = /^(id|key|code|name|no|number|nr|pk|rowid|index|seq)$/i.test(key);
  if (!generic) return plain(column) === plain(key);
  return [table, singularOf(table)].some((name) => plain(column) === plain(name) + plain(key));
}

/** Keeps the guesses whose every value exists in the other table. */
async function checkedGuesses(edges: readonly Edge[], run: RunMany): Promise<Edge[]> {
  const results = await run(
    edges.map(({ child, parent, columns: [pair] }) => {
      const column = quoteName(pair.child);
      return `SELECT 1 FROM ${quoteName(child)} WHERE ${column} IS NOT NULL AND ${column} NOT IN (SELECT ${quoteName(pair.parent)} FROM ${quoteName(parent)} WHERE ${quoteName(pair.parent)} IS NOT NULL) LIMIT 1`;
    }),
  );
  return edges.filter((_, index) => {
    const result = results[index];
    return result.ok && result.rows.length === 0;
  });
}

/** The child's own word for its parent when one column points there ("SupportRepId"), else the parent's noun. */
function linkNoun(edge: Edge, edges: readonly Edge[], parentNoun: string): string {
  const noun = singularOf(parentNoun);
  const isOnly =
    edges.filter(({ child, parent }) => child === edge.child && parent === edge.parent).length ===
    1;
  if (edge.columns.length > 1 && isOnly) return noun;
  const words = wordsOf(edge.columns[edge.columns.length - 1].child);
  while (words.length > 1 && /^(id|key|number|code|name|fk)$/i.test(words[words.length - 1]))
    words.pop();
  const last = words[words.length - 1];
  if (words.length === 1 && /[^aeiou]id$/.test(last)) return noun;
  const saysNothing = words.every((word) => word.length < 3 || /^\d+$/.test(word));
  return saysNothing || isPreposition(last) || /^(via|to|by|id)$/i.test(last)
    ? noun
    : words.join(" ");
}
