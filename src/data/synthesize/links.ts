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
  const keys = tables.flatMap((table) =>
    table.foreignKeys.flatMap((key) => declaredEdge(table, key, byName)),
  );
  const declared = await pickingRows(keys, byName, run);
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

/**
 * The keys that lead to one row at most. Of a key of several columns that is declared column by column, each part alone
 * would multiply rows: such parts are put together, and kept if no two rows share them.
 */
async function pickingRows(
  keys: readonly Edge[],
  byName: ReadonlyMap<string, Table>,
  run: RunMany,
): Promise<Edge[]> {
  const isUnique = await uniquenessOf(keys, byName, run);
  const partial = Map.groupBy(
    keys.filter((_, index) => !isUnique[index]),
    ({ child, parent }) => `${child}\n${parent}`,
  );
  const joined = [...partial.values()]
    .map((parts) => ({ ...parts[0], columns: parts.flatMap(({ columns }) => columns) }))
    .filter(({ columns }) => {
      const names = (side: "child" | "parent") => new Set(columns.map((pair) => pair[side]));
      return names("child").size === columns.length && names("parent").size === columns.length;
    });
  const isJoinedUnique = await uniquenessOf(joined, byName, run);
  return [
    ...keys.filter((_, index) => isUnique[index]),
    ...joined.filter((_, index) => isJoinedUnique[index]),
  ];
}

/** Whether no two rows of the parent share the columns: by its primary key, else by its rows. */
async function uniquenessOf(
  edges: readonly Edge[],
  byName: ReadonlyMap<string, Table>,
  run: RunMany,
): Promise<boolean[]> {
  const isKey = edges.map(({ parent, columns }) => {
    const own = byName.get(parent.toLowerCase())?.columns ?? [];
    const key = own.filter(({ primaryKey }) => primaryKey > 0);
    return key.length > 0 && key.every(({ name }) => columns.some((pair) => pair.parent === name));
  });
  const doubtful = edges.filter((_, index) => !isKey[index]);
  const results = await run(
    doubtful.map(({ parent, columns }) => {
      const names = columns.map((pair) => quoteName(pair.parent));
      const filled = names.map((name) => `${name} IS NOT NULL`).join(" AND ");
      return `SELECT 1 FROM ${quoteName(parent)} WHERE ${filled} GROUP BY ${names.join(", ")} HAVING COUNT(*) > 1 LIMIT 1`;
    }),
  );
  return edges.map((edge, index) => {
    const result = results[doubtful.indexOf(edge)];
    return isKey[index] || (result?.ok === true && result.rows.length === 0);
  });
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
  const targets = new Map<string, { readonly parent: string; readonly key: string }[]>();
  for (const { name: parent, columns } of tables) {
    const keys = columns.filter(({ primaryKey }) => primaryKey > 0);
    for (const { name: key } of keys.length === 1 ? keys : [])
      for (const name of new Set(namesFor(parent, key)))
        targets.set(name, [...(targets.get(name) ?? []), { parent, key }]);
  }
  const linked = new Set(declared.map(({ child, parent }) => `${child}\n${parent}`));
  return tables.flatMap((child) => {
    const keys = child.columns.filter(({ primaryKey }) => primaryKey > 0);
    return child.columns
      .filter((column) => keys.length !== 1 || column !== keys[0])
      .filter(({ nullCount }) => nullCount < child.rowCount)
      .flatMap(({ name }) =>
        (targets.get(plain(name)) ?? [])
          .filter(({ parent }) => parent !== child.name && !linked.has(`${child.name}\n${parent}`))
          .map(({ parent, key }): Edge => {
            const columns = [{ child: name, parent: key }];
            return { child: child.name, parent, columns, origin: "guessed" };
          }),
      );
  });
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");

/** What a column that points to the key of a table would be called. */
function namesFor(table: string, key: string): string[] {
  const isGeneric = /^(id|key|code|name|no|number|nr|pk|rowid|index|seq)$/i.test(key);
  return isGeneric
    ? [table, singularOf(table)].map((name) => plain(name) + plain(key))
    : [plain(key)];
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
