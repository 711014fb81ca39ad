/** SQL to read: keywords, strings and numbers told apart. Nothing of an editor is loaded for it. */
import type { ReactNode } from "react";
import classes from "./sql-shown.module.css";
import { readableSql } from "./sql-text.ts";

const PIECE =
  /('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`)|(--[^\n]*)|\b(\d+(?:\.\d+)?)\b|\b([A-Za-z_]\w*)\b/g;
const KEYWORDS = new Set(
  "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET AS ON USING JOIN LEFT RIGHT FULL INNER OUTER CROSS NATURAL UNION INTERSECT EXCEPT ALL DISTINCT AND OR NOT IN IS NULL LIKE GLOB BETWEEN EXISTS CASE WHEN THEN ELSE END ASC DESC WITH RECURSIVE VALUES OVER PARTITION CAST COLLATE ESCAPE FILTER".split(
    " ",
  ),
);

export type SqlShownProps = {
  readonly sql: string;
  /** What it is, for who does not see it. */
  readonly label: string;
};

export const SqlShown = ({ sql, label }: SqlShownProps): ReactNode => (
  // long statements scroll by the arrow keys
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <pre className={classes.sql} aria-label={label} role="group" tabIndex={0}>
    <code>{pieces(readableSql(sql))}</code>
  </pre>
);

function pieces(sql: string): ReactNode[] {
  const shown: ReactNode[] = [];
  let end = 0;
  for (const match of sql.matchAll(PIECE)) {
    const [text, quoted, comment, number, word] = match;
    const name =
      (quoted?.startsWith("'") && "string") ||
      (comment && "comment") ||
      (number && "number") ||
      (word && KEYWORDS.has(word.toUpperCase()) && "keyword");
    if (!name) continue;
    shown.push(
      sql.slice(end, match.index),
      <span key={match.index} className={classes[name]}>
        {text}
      </span>,
    );
    end = match.index + text.length;
  }
  return [...shown, sql.slice(end)];
}
