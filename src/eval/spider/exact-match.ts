/**
 * Exact set match of Spider: ten parts of two statements compared as sets, and the tables of FROM. Literals, the
 * conditions of joins and what follows a complete parse are not compared. Knows no database: it compares trees.
 * (Yu et al. 2018, arXiv:1809.08887; test-suite-sql-eval, evaluation.py)
 */
import { comparableSql } from "./comparable.ts";
import { compareSql, type PartScores } from "./compare.ts";
import { spiderHardness } from "./hardness.ts";
import { parseSpiderSql } from "./parse.ts";
import type { ForeignKeyMap, SpiderSchema } from "./schema.ts";
import { EMPTY_SQL, OfficialCrash, type SpiderSql } from "./tree.ts";

export type ExactMatch = {
  readonly verdict: 0 | 1;
  readonly reason:
    | "ok"
    | "mismatch"
    /** Compared as an empty statement. */
    | "unparsed"
    /** The official run ends at such a gold; not to be scored. */
    | "gold-unparsed"
    /** The official script stops on this pair. */
    | "official-crash";
  /** null where nothing was compared. */
  readonly parts: PartScores | null;
  /** The official script cannot sort two different sub-queries in one FROM and stops; here they are compared. */
  readonly hasUnsortableFrom: boolean;
};

export type ExactMatchOptions = {
  /** `value` in the prediction becomes `1` first, as the official script does. */
  readonly rewriteValue?: boolean;
};

/** Compares two texts on one database. No text raises an error. */
export function scoreExactMatch(
  goldSql: string,
  predictedSql: string,
  schema: SpiderSchema,
  foreignKeys: ForeignKeyMap,
  { rewriteValue = true }: ExactMatchOptions = {},
): ExactMatch {
  const text = rewriteValue ? predictedSql.replaceAll("value", "1") : predictedSql;
  return exactMatch(
    parseSpiderSql(goldSql, schema),
    parseSpiderSql(text, schema),
    schema,
    foreignKeys,
  );
}

/** Compares two trees of one database; null is a text that did not parse. */
export function exactMatch(
  gold: SpiderSql | null,
  predicted: SpiderSql | null,
  schema: SpiderSchema,
  foreignKeys: ForeignKeyMap,
): ExactMatch {
  if (gold === null || spiderHardness(gold) === "unparsed") return unscored("gold-unparsed");
  try {
    const goldSide = comparableSql(gold, schema, foreignKeys);
    const predictedSide = comparableSql(predicted ?? EMPTY_SQL, schema, foreignKeys);
    const compared = compareSql(goldSide, predictedSide);
    const reason = compared.isEqual ? "ok" : predicted === null ? "unparsed" : "mismatch";
    return {
      verdict: compared.isEqual ? 1 : 0,
      reason,
      parts: compared.parts,
      hasUnsortableFrom: compared.hasUnsortableFrom,
    };
  } catch (error) {
    if (error instanceof OfficialCrash) return unscored("official-crash");
    throw error;
  }
}

const unscored = (reason: ExactMatch["reason"]): ExactMatch => ({
  verdict: 0,
  reason,
  parts: null,
  hasUnsortableFrom: false,
});
