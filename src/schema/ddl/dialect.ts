/** Which dialect a script is written in, guessed from words that only one of them has. */

/** The dialects whose scripts are read. */
export const SCRIPT_DIALECTS = ["sqlite", "postgres", "mysql", "tsql"] as const;
export type ScriptDialect = (typeof SCRIPT_DIALECTS)[number];

const MARKS: Readonly<Record<ScriptDialect, readonly RegExp[]>> = {
  tsql: [
    /^\s*GO\s*;?\s*$/im,
    /\[\w+\]\s*\.\s*\[/,
    /\bIDENTITY\s*\(\s*\d/i,
    /\bsp_addextendedproperty\b/i,
    /\b(?:NON)?CLUSTERED\b/i,
    /\b(?:DATETIME2|UNIQUEIDENTIFIER|SMALLDATETIME|SMALLMONEY|HIERARCHYID)\b|\]\s*\(\s*max\s*\)/i,
    /\bSYSTEM_VERSIONING\b|\bPERSISTED\b|\bON\s+\[?PRIMARY\b/i,
    /\bNVARCHAR\s*\(\s*MAX|\bGETDATE\s*\(|\bN'/i,
    /\bdbo\s*\./i,
  ],
  mysql: [
    /\bENGINE\s*=\s*\w/i,
    /\bAUTO_INCREMENT\b/i,
    /\b(?:int|integer|bigint|smallint|tinyint|decimal)\s*(?:\(\s*[\d, ]+\))?\s+UNSIGNED\b/i,
    /[,(]\s*`?\w+`?\s+(?:enum|set)\s*\(\s*['"]/i,
    /^\s*(?:UNIQUE |FULLTEXT )?KEY\s+`/im,
    /\/\*!\d{5}/,
    /\bDEFAULT\s+CHARSET\b|\b(?:MEDIUM|LONG|TINY)(?:TEXT|INT|BLOB)\b/i,
    /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`/im,
  ],
  postgres: [
    /\b(?:BIG|SMALL)?SERIAL\b/i,
    /\w\)?\s*::\s*\w/,
    /\bCREATE\s+(?:TYPE\s+\S+\s+AS\s+ENUM|DOMAIN|EXTENSION)\b/i,
    /\$\w*\$/,
    /\b(?:JSONB|BYTEA|TIMESTAMPTZ|TSVECTOR|INET)\b|\bcharacter varying\b|\bwith(?:out)? time zone\b/i,
    /\bALTER\s+TABLE\s+ONLY\b|\bOWNER\s+TO\b|\bsearch_path\b/i,
    /\bCOMMENT\s+ON\s+(?:TABLE|COLUMN)\b/i,
    /\bAS\s+IDENTITY\b|\bUSING\s+(?:btree|gin|gist)\b|\bpublic\s*\./i,
    /\bPARTITION\s+OF\b|\bINHERITS\s*\(/i,
  ],
  sqlite: [/\bAUTOINCREMENT\b/i, /\bWITHOUT\s+ROWID\b/i, /^\s*PRAGMA\b/im, /\bsqlite_/i],
};

/** The dialect with the most marks; SQLite's, which reads every way to quote a name, when there is none. */
export function detectDialect(text: string): ScriptDialect {
  const scored = SCRIPT_DIALECTS.map((dialect) => ({
    dialect,
    marks: MARKS[dialect].filter((mark) => mark.test(text)).length,
  }));
  return scored.reduce((best, one) => (one.marks > best.marks ? one : best)).dialect;
}
