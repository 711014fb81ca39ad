/** In which dialect a query is written, as far as its text shows: marks that no other dialect of ours has. */
import type { Dialect } from "../../sql/dialect.ts";

const MARKS: Readonly<Record<Dialect, RegExp | undefined>> = {
  sqlite: /\b(?:julianday|strftime|iif)\s*\(|\bglob\s+'/i,
  postgres: /::\s*[a-z]|\bilike\b|\binterval\s+''|\bto_char\s*\(|\bdate_trunc\s*\(/i,
  mysql: /\binterval\s+'?\d+'?\s+[a-z]+\b|\bdate_(?:sub|add|format)\s*\(|\bcurdate\s*\(/i,
  tsql: /\bselect\s+(?:distinct\s+)?top\s*\(?\d|\bgetdate\s*\(|\bdateadd\s*\(|\bdatediff\s*\(\s*(?:day|month|year)\b/i,
  duckdb: undefined,
};

const NAMES: Readonly<Record<string, Dialect>> = {
  postgresql: "postgres",
  mariadb: "mysql",
  mssql: "tsql",
  sqlserver: "tsql",
  sqlite3: "sqlite",
};

/** The dialect that a file names, in our spelling where it is one of ours. */
export const dialectNamed = (name: string): string => {
  const plain = name.toLowerCase().replace(/[\s_-]/g, "");
  return NAMES[plain] ?? plain;
};

/** The one dialect, other than `usual`, whose marks stand in `sql`. */
export const dialectShown = (sql: string, usual: Dialect): Dialect | undefined => {
  const text = sql.replace(/'(?:[^']|'')*'/g, (literal) =>
    /^'\d+'$/.test(literal) ? literal : "''",
  );
  if (MARKS[usual]?.test(text)) return undefined;
  return (Object.keys(MARKS) as Dialect[]).find(
    (dialect) => dialect !== usual && MARKS[dialect]?.test(text),
  );
};
