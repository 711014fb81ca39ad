/**
 * A script cut into statements: at semicolons and GO, and where a new statement clearly begins although the one before
 * did not end. What belongs to a client (COPY data, DELIMITER, psql and sqlcmd lines) is taken out first.
 */
import type { ScriptDialect } from "./dialect.ts";
import type { Script } from "./scripts.ts";
import { type DdlToken, isWord, lexScript } from "./tokens.ts";

/** One statement with its place in the script. */
export type Statement = {
  readonly tokens: readonly DdlToken[];
  /** As written, with its comments. */
  readonly text: string;
  /** `file:line`, for messages. */
  readonly place: string;
};

const BATCH_END = "\u0001";

/** Client text → blanks of equal length, so that places stay right; GO → a sign of its own. */
function withoutClientText(text: string, dialect: ScriptDialect): string {
  const blank = (piece: string) => piece.replace(/[^\n]/g, " ");
  const lines = text
    .replace(/^COPY\s[^;]*?\bFROM\s+stdin\b[^;]*;[^]*?^\\\.\s*$/gim, blank)
    .replace(/^[ \t]*DELIMITER[ \t]+(?!;\s*$)\S+[^]*?(?:^[ \t]*DELIMITER[ \t]+;|(?![^]))/gim, blank)
    .replace(/^(?:\\[a-z!].*|:(?:setvar|r|on)\b.*|\/\s*)$/gim, blank);
  return dialect === "tsql"
    ? lines.replace(
        /^([ \t]*)GO(?=[ \t]*(?:\d+[ \t]*)?;?[ \t]*(?:--.*)?\r?$)/gim,
        `$1${BATCH_END} `,
      )
    : lines;
}

/** The statements of a script. */
export function statementsOf({ file, text }: Script, dialect: ScriptDialect): Statement[] {
  const clean = withoutClientText(text, dialect);
  const tokens = lexScript(clean, dialect);
  const statements: Statement[] = [];
  let current: DdlToken[] = [];
  let depth = 0;
  let blocks = 0;
  let line = 1;
  let counted = 0;
  const flush = () => {
    const [first] = current;
    const last = current.at(-1);
    if (first && last) {
      line += clean.slice(counted, first.start).split("\n").length - 1;
      counted = first.start;
      const statement = clean.slice(first.start, endOfLine(clean, last.end));
      statements.push({ tokens: current, text: statement, place: `${file}:${line}` });
    }
    current = [];
    depth = 0;
    blocks = 0;
  };
  tokens.forEach((token, i) => {
    if (token.text === BATCH_END) return flush();
    const inRoutine = isRoutine(current);
    if (!(inRoutine && dialect === "tsql") && startsStatement(tokens, i, { depth, dialect }))
      flush();
    if (inRoutine) blocks = Math.max(0, blocks + blockChange(tokens, i));
    if (isWord(token, "(")) depth++;
    if (isWord(token, ")")) depth--;
    const isEnd = isWord(token, ";") && blocks === 0 && !(inRoutine && dialect === "tsql");
    if (isEnd) flush();
    else current.push(token);
  });
  flush();
  return statements;
}

/** A comment behind the last token of a line still belongs to it. */
const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
};

const ROUTINES = ["trigger", "procedure", "proc", "function", "package", "event"];

/** A body with statements of its own. */
const isRoutine = (tokens: readonly DdlToken[]): boolean =>
  tokens.length > 1 &&
  (isWord(tokens[0], "create") || isWord(tokens[0], "alter")) &&
  tokens.slice(1, 9).some(({ kind, value }) => kind === "word" && ROUTINES.includes(value)) &&
  !tokens.slice(1, 4).some(({ value }) => value === "table" || value === "view");

function blockChange(tokens: readonly DdlToken[], i: number): number {
  const { kind, value } = tokens[i];
  const before = tokens[i - 1];
  if (kind !== "word") return 0;
  if (value === "begin" || (value === "case" && !isWord(before, "end"))) return 1;
  const after = tokens[i + 1]?.value ?? "";
  return value === "end" && !["if", "loop", "while", "repeat"].includes(after) ? -1 : 0;
}

const STARTS_DDL = new Set(
  "table temporary temp unlogged global view or unique index nonclustered clustered type domain schema sequence procedure proc function trigger".split(
    " ",
  ),
);
const STARTS_IN_TSQL = new Set(
  "insert exec execute drop set use print if declare grant update delete merge begin".split(" "),
);

/** A line that can only be a new statement. Inside brackets that is CREATE TABLE alone: a bracket was left open. */
function startsStatement(
  tokens: readonly DdlToken[],
  i: number,
  { depth, dialect }: { readonly depth: number; readonly dialect: ScriptDialect },
): boolean {
  const { kind, value, startsLine } = tokens[i];
  if (kind !== "word" || !startsLine) return false;
  const after = tokens[i + 1]?.value ?? "";
  if (depth > 0) return value === "create" && after === "table";
  if (value === "create") return STARTS_DDL.has(after);
  if (value === "alter") return after === "table";
  if (value === "comment") return after === "on";
  return (
    dialect === "tsql" &&
    STARTS_IN_TSQL.has(value) &&
    !["constraint", "column", "null", "default", "cascade"].includes(after)
  );
}
