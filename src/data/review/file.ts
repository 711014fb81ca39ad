/**
 * A review by file: pairs out with an empty column for the decision, decisions back in. Every line is checked against the
 * pair as it is now; one line that cannot be used, and none is taken. Knows no project.
 */
import { UserError } from "../../base/errors.ts";
import type { RunMany } from "../synthesize/samples.ts";
import { csvOf, parseDelimited, separatorOf } from "../delimited.ts";
import { contentOf, type Decision, DECISIONS } from "./decisions.ts";
import type { ReviewItem } from "./queue.ts";

const COLUMNS = [
  "id",
  "split",
  "question",
  "sql",
  "refusal",
  "rows",
  "method",
  "setAside",
  "content",
  "decision",
  "reason",
  "by",
] as const;
type Column = (typeof COLUMNS)[number];
/** What a file must have to be taken back. */
const NEEDED: readonly Column[] = ["id", "question", "sql", "content", "decision", "reason"];

/** What was decided about one pair, in the words of a file's columns; `line` is for messages. */
export type Line = {
  readonly line: number;
  readonly cells: Readonly<Partial<Record<Column, string>>>;
};

export type BrokenLine = { readonly line: number; readonly id: string; readonly problem: string };

export type FileDecisions = {
  readonly decisions: readonly Decision[];
  /** Lines whose decision is empty. */
  readonly undecided: number;
  readonly broken: readonly BrokenLine[];
};

/** Whether a statement runs. */
export type Ran = { readonly ok: true } | { readonly ok: false; readonly message: string };

export type ReviewFormat = "csv" | "jsonl";

/** By the name's end. Raises `usage`. */
export function formatOf(file: string): ReviewFormat {
  const format = /\.(csv|jsonl)$/i.exec(file)?.[1].toLowerCase();
  if (format === "csv" || format === "jsonl") return format;
  throw new UserError("usage", `${file} ends in neither .csv nor .jsonl`);
}

/** The text of a file to review. */
export function reviewFileText(items: readonly ReviewItem[], format: ReviewFormat): string {
  const rows = items.map(({ example, setAside = "" }) => ({
    id: example.id,
    split: example.split,
    question: example.question,
    sql: example.sql,
    refusal: example.refusal ?? "",
    rows: String(example.checks.rows),
    method: example.source.method,
    setAside,
    content: contentOf(example),
    decision: "",
    reason: "",
    by: "",
  }));
  return format === "jsonl"
    ? rows.map((row) => `${JSON.stringify(row)}\n`).join("")
    : csvOf([COLUMNS, ...rows.map((row) => COLUMNS.map((column) => row[column]))]);
}

/** Reads and checks the decisions of a file. `run` executes what was fixed. Raises `data-invalid` for a file of another form. */
export async function readReviewFile(
  bytes: Uint8Array,
  format: ReviewFormat,
  items: readonly ReviewItem[],
  run: RunMany,
  at: string,
): Promise<FileDecisions> {
  const text = textOf(bytes);
  const lines = format === "csv" ? csvLines(text) : jsonLines(text);
  const decided = lines.filter(({ cells }) => (cells.decision ?? "") !== "");
  return {
    ...(await checkDecisions(decided, items, run, at)),
    undecided: lines.length - decided.length,
  };
}

/** Checks what was decided about pairs. `run` executes what was fixed. */
export async function checkDecisions(
  lines: readonly Line[],
  items: readonly ReviewItem[],
  run: (sqls: readonly string[]) => Promise<readonly Ran[]>,
  at: string,
): Promise<Omit<FileDecisions, "undecided">> {
  const checked = checkLines(lines, items, at);
  const fixes = checked.flatMap((it) => ("decision" in it && it.decision.sql ? it : []));
  const results = await run(fixes.map(({ decision }) => decision.sql ?? ""));
  const failed = fixes.flatMap(({ line, decision }, index): BrokenLine[] => {
    const result = results[index];
    if (result.ok) return [];
    return [{ line, id: decision.id, problem: `the SQL does not run: ${result.message}` }];
  });
  const badLines = new Set(failed.map(({ line }) => line));
  return {
    decisions: checked.flatMap((it) =>
      "decision" in it && !badLines.has(it.line) ? it.decision : [],
    ),
    broken: [...checked.flatMap((it) => ("problem" in it ? it : [])), ...failed].sort(
      (a, b) => a.line - b.line,
    ),
  };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(
      "data-invalid",
      "the file is not UTF-8; in a spreadsheet, save it as “CSV UTF-8”",
      { cause: error },
    );
  }
}

function csvLines(text: string): Line[] {
  const body = text.replace(/^\uFEFF/, "");
  const { header, rows, lines } = parseDelimited(body, separatorOf(body.split(/\r?\n/, 1)[0]));
  const names = header.map((cell) => cell.trim());
  requireColumns(names);
  return rows
    .map((cells, row) => ({
      line: lines[row],
      cells: Object.fromEntries(names.map((name, index) => [name, tidy(cells[index] ?? "")])),
    }))
    .filter(({ cells }) => Object.values(cells).some((cell) => cell !== ""));
}

function jsonLines(text: string): Line[] {
  const lines = text.split("\n").flatMap((part, index): Line[] => {
    if (part.trim() === "") return [];
    const line = index + 1;
    const value = jsonObject(part);
    // What is no object goes on as a line without cells, and is counted as broken.
    if (value === undefined) return [{ line, cells: { decision: "?" } }];
    const cells = Object.entries(value).map(([key, cell]) => [key, tidy(String(cell ?? ""))]);
    return [{ line, cells: Object.fromEntries(cells) }];
  });
  if (lines.length === 0) throw new UserError("data-invalid", "the file holds no line");
  return lines;
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const tidy = (cell: string): string => cell.replaceAll("\r\n", "\n").trim();

function requireColumns(names: readonly string[]): void {
  const missing = NEEDED.filter((column) => !names.includes(column));
  if (missing.length > 0)
    throw new UserError(
      "data-invalid",
      `the first line has no column ${missing.join(", ")}; a file that \`t2s data review --export\` wrote is wanted`,
    );
}

type Checked = BrokenLine | { readonly line: number; readonly decision: Decision };

function checkLines(lines: readonly Line[], items: readonly ReviewItem[], at: string): Checked[] {
  const byId = Map.groupBy(items, ({ example }) => example.id);
  const seen = new Map<string, number>();
  return lines.map(({ line, cells }): Checked => {
    const id = cells.id ?? "";
    const before = seen.get(id);
    seen.set(id, before ?? line);
    const broken = (problem: string): Checked => ({ line, id, problem });
    if (id === "") return broken("there is no id, or the line is no JSON object");
    if (before !== undefined) return broken(`${id} is decided on line ${before} already`);
    const ofId = byId.get(id) ?? [];
    if (ofId.length === 0) return broken(`there is no pair ${id}`);
    const item = ofId.find(({ example }) => contentOf(example) === cells.content);
    if (item === undefined)
      return broken(
        cells.content ? "the pair is another one since the file was written" : "content is empty",
      );
    const decided = decisionOf(cells, item);
    if (typeof decided === "string") return broken(decided);
    const { by } = cells;
    return {
      line,
      decision: { id, content: contentOf(item.example), ...decided, at, ...(by && { by }) },
    };
  });
}

/** What a line decides, or why it cannot be used. */
function decisionOf(
  cells: Line["cells"],
  { example, setAside }: ReviewItem,
): Pick<Decision, "decision" | "question" | "sql" | "reason"> | string {
  const decision = DECISIONS.find((name) => name === cells.decision?.toLowerCase());
  const change = changeOf(example, { question: cells.question ?? "", sql: cells.sql ?? "" });
  const { reason } = cells;
  if (decision === undefined)
    return `decision is "${cells.decision}"; ${DECISIONS.join(", ")} or nothing is wanted`;
  if (decision === "reject") return reason ? { decision, reason } : "reject wants a reason";
  if (decision === "fix") return typeof change === "string" ? change : { decision, ...change };
  if (setAside !== undefined) return `it was set aside (${setAside}): fix or reject is wanted`;
  return typeof change === "string" ? { decision } : "question or SQL were edited: fix is wanted";
}

/** What a fix changes, or why it is none. */
export function changeOf(
  { question, sql }: ReviewItem["example"],
  edited: { readonly question: string; readonly sql: string },
): Pick<Decision, "question" | "sql"> | string {
  if (edited.question === "") return "the question is empty";
  if (edited.sql === "" && sql !== "") return "the SQL is empty";
  const change = {
    ...(edited.question !== tidy(question) && { question: edited.question }),
    ...(edited.sql !== tidy(sql) && { sql: edited.sql }),
  };
  return Object.keys(change).length === 0 ? "neither question nor SQL was changed" : change;
}
