/**
 * Entry of a short-lived process: runs each view once and says how many rows it has, one JSON line a view, because a
 * view may never end and only a process can be stopped. Arguments: file, rows to read at most, names of views.
 */
import { openTrusted } from "../../db/sqlite.ts";
import { messageOf } from "../../base/errors.ts";
import { quoteName } from "../../sql/quote.ts";

export type ViewProbe = { readonly rowCount: number } | { readonly error: string };

const [, , file, limit, ...views] = process.argv;
const connection = openTrusted(file);
for (const view of views) process.stdout.write(`${JSON.stringify(probe(view))}\n`);
connection.close();

function probe(view: string): ViewProbe {
  try {
    const name = quoteName(view, "sqlite");
    for (const _ of connection.prepare(`SELECT * FROM ${name} LIMIT ${limit}`).iterate());
    const { n } = connection.prepare(`SELECT count(*) AS n FROM ${name}`).get() as { n: number };
    return { rowCount: n };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
