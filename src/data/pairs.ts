/**
 * Files of pairs → examples. A line is a plain pair `{id, question, sql}` or `{id, question, refusal}`, or an example as
 * this program writes it; either is checked anew: executed, measured, given its template. A line of another form is an
 * error that names file and line; SQL that does not run is no error here: `checks.executed` says so, and cleaning
 * rejects it. Knows no split but the one it is told.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../base/errors.ts";
import { sha256 } from "../base/hash.ts";
import type { RunResult } from "../db/run-result.ts";
import type { Database } from "../schema/schema.ts";
import type { Dialect } from "../sql/dialect.ts";
import { hardnessOf } from "../sql/hardness.ts";
import type { NamedTable } from "../sql/scope.ts";
import { type Template, templateOf } from "../sql/template.ts";
import type { Example, Split } from "./example.ts";
import type { RunMany } from "./synthesize/samples.ts";
import { digestOf } from "./synthesize/verify.ts";

/** Where pairs are executed and what they are called after. */
export type PairOptions = {
  readonly database: Database;
  /** Runs statements on that database, read-only. */
  readonly run: RunMany;
  /** Where the pairs come from, for their card; what an example says itself goes before it. */
  readonly method?: string;
  readonly split?: Split;
};

/** A line of a file, its form checked. */
export type Pair = Partial<Example> & Pick<Example, "id" | "question">;

/** Reads and checks a file of pairs. Raises UserError("data-invalid") for a line that is not a pair. */
export async function readPairs(path: string, options: PairOptions): Promise<Example[]> {
  return checkPairs(parsePairs(path), options);
}

/** The lines of a file as pairs. Raises UserError("data-invalid") with file and line. */
export function parsePairs(path: string): Pair[] {
  const ids = new Map<string, number>();
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line, index) => {
      if (line.trim() === "") return [];
      const at = `${path}:${index + 1}`;
      const pair = parsePair(line, at);
      const before = ids.get(pair.id);
      if (before !== undefined)
        throw new UserError(
          "data-invalid",
          `${at}: id ${pair.id} stands on line ${before} already`,
        );
      ids.set(pair.id, index + 1);
      return [pair];
    });
}

function parsePair(line: string, at: string): Pair {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError("data-invalid", `${at} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError("data-invalid", `${at} is not an object with id, question and sql`);
  const pair = value as Record<string, unknown>;
  for (const key of ["id", "question"] as const)
    if (typeof pair[key] !== "string" || pair[key].trim() === "")
      throw new UserError(
        "data-invalid",
        `${at}: "${key}" is ${JSON.stringify(pair[key])}; a text is wanted`,
      );
  const has = (key: string) => typeof pair[key] === "string" && pair[key] !== "";
  if (has("sql") === has("refusal"))
    throw new UserError(
      "data-invalid",
      `${at} has ${has("sql") ? "both" : "neither"} "sql" and "refusal"; one of them is wanted`,
    );
  return pair as Pair;
}

/** Executes every pair and completes it to an example. */
export const checkPairs = async (
  pairs: readonly Pair[],
  options: PairOptions,
): Promise<Example[]> => (await executePairs(pairs, options)).map(({ example }) => example);

/** An example with what its execution showed. */
export type CheckedPair = {
  readonly example: Example;
  /** Its SQL in the one spelling, literals kept; the SQL itself when it does not parse. */
  readonly canonical: string;
  /** Equal for equal results: rows as a multiset, as a list under ORDER BY. */
  readonly digest?: string;
  /** No row, or NULL alone. */
  readonly isEmpty: boolean;
  /** Why it does not run. */
  readonly message?: string;
};

/** Executes every pair and keeps what cleaning wants to know of the results. */
export async function executePairs(
  pairs: readonly Pair[],
  options: PairOptions,
): Promise<CheckedPair[]> {
  const answers = pairs.filter(({ sql }) => sql);
  const results = await options.run(answers.map(({ sql }) => sql ?? ""));
  const resultOf = new Map(answers.map((pair, index) => [pair, results[index]]));
  const { dialect, tables } = options.database;
  return pairs.map((pair): CheckedPair => {
    const template = pair.sql ? templateIfParsed(pair.sql, dialect, tables) : undefined;
    const result = resultOf.get(pair);
    return {
      example: toExample(pair, result, template, options),
      canonical: template?.canonical ?? pair.sql ?? "",
      ...outcomeOf(pair.sql ?? "", result),
    };
  });
}

function outcomeOf(
  sql: string,
  result: RunResult | undefined,
): Pick<CheckedPair, "digest" | "isEmpty" | "message"> {
  if (result === undefined) return { isEmpty: false };
  if (!result.ok) return { isEmpty: true, message: result.message };
  const isEmpty = result.rows.every((row) => row.every((cell) => cell === null));
  return { digest: digestOf(result, isOrdered(sql)), isEmpty };
}

/** Whether the order of its rows is part of what a statement returns. */
export const isOrdered = (sql: string): boolean => /\bORDER\s+BY\b/i.test(sql);

function toExample(
  pair: Pair,
  result: RunResult | undefined,
  template: Template | undefined,
  { database, method = "imported", split = "train" }: PairOptions,
): Example {
  const shared = {
    id: pair.id,
    question: pair.question,
    dbId: database.dbId,
    schemaFingerprint: database.fingerprint,
    ...(pair.evidence && { evidence: pair.evidence }),
    dialect: database.dialect,
    source: pair.source ?? { method },
    split: pair.split ?? split,
  };
  if (pair.refusal !== undefined && pair.refusal !== "")
    return {
      ...shared,
      ...refusalIdentity(pair.refusal),
      checks: { executed: false, rows: 0, ms: 0, discriminating: false },
    };
  const sql = pair.sql ?? "";
  const executed = result?.ok === true;
  return {
    ...shared,
    ...answerIdentity(sql, template, database.dialect),
    checks: {
      executed,
      rows: executed ? result.rows.length : 0,
      ms: result === undefined ? 0 : Math.round(result.ms * 10) / 10,
      discriminating: pair.checks?.discriminating ?? false,
    },
  };
}

type Identity = Pick<Example, "sql" | "kind" | "refusal" | "hardness" | "templateId" | "shapeId">;

/** What an example that refuses is known by. */
export const refusalIdentity = (refusal: string): Identity => ({
  sql: "",
  kind: "refuse",
  refusal,
  hardness: "easy",
  templateId: `refuse:${refusal}`,
  shapeId: `refuse:${refusal.replace(/^(no (?:table of|column for|data about)|ambiguous:) .*/, "$1")}`,
});

/** Template, shape and hardness of a pair that need not run; SQL that does not parse is known by its hash. */
export const identityOf = (
  { sql = "", refusal }: Pick<Pair, "sql" | "refusal">,
  { dialect, tables }: Database,
): Identity =>
  refusal
    ? refusalIdentity(refusal)
    : answerIdentity(sql, templateIfParsed(sql, dialect, tables), dialect);

function answerIdentity(sql: string, template: Template | undefined, dialect: Dialect): Identity {
  if (template !== undefined) {
    const { templateId, shapeId } = template;
    return { sql, kind: "answer", hardness: hardnessOf(sql, dialect), templateId, shapeId };
  }
  const hash = `unparsed:${sha256(sql).slice(0, 16)}`;
  return { sql, kind: "answer", hardness: "extra", templateId: hash, shapeId: hash };
}

function templateIfParsed(
  sql: string,
  dialect: Dialect,
  tables: readonly NamedTable[],
): Template | undefined {
  try {
    return templateOf(sql, dialect, tables);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
