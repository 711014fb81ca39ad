/**
 * What to say after a refusal: the tables and columns of the schema that come nearest to the question. They are of the
 * schema that is given and nothing else, so that one who sees a part of it is told of that part alone. Knows no model.
 */
import { createLinker } from "../link/link.ts";
import type { Database } from "../schema/schema.ts";

/** A table that a question comes near, with those of its columns that it touches, the best first. */
export type Suggestion = { readonly table: string; readonly columns: readonly string[] };

/** Nothing where other words would not help: a request to change data, a question about something else altogether. */
export type Suggest = (question: string, refusal: string) => Suggestion[];

const MOST_TABLES = 3;
const MOST_COLUMNS = 3;
/** A table with less than this share of the best one's score is not near. */
const LEAST_SHARE = 0.5;
/** What the schema lacks is refused with these words, and what may mean two things. */
const LACKS = /^(?:no |there is no |ambiguous)/i;

/** Built once per schema. */
export function createSuggester(database: Database): Suggest {
  const linker = createLinker(database);
  return (question, refusal) => {
    if (!LACKS.test(refusal)) return [];
    const { tables, columns } = linker.link(question);
    const least = LEAST_SHARE * (tables[0]?.score ?? 0);
    return tables
      .slice(0, MOST_TABLES)
      .filter(({ score }) => score > 0 && score >= least)
      .map(({ table }) => ({
        table,
        columns: columns
          .filter((one) => one.table === table)
          .slice(0, MOST_COLUMNS)
          .map(({ column }) => column),
      }));
  };
}

/** "no table of leases; nearest: jobs (start, end), staff". */
export function refusalText(refusal: string, suggestions: readonly Suggestion[]): string {
  const nearest = suggestions.map(({ table, columns }) =>
    columns.length > 0 ? `${table} (${columns.join(", ")})` : table,
  );
  return nearest.length > 0 ? `${refusal}; nearest: ${nearest.join(", ")}` : refusal;
}
