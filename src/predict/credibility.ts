/**
 * Whether a refusal can be believed: "no table of vendors" beside a table of vendors is a slip of the model. Knows no model.
 */
import { singularOf } from "../data/synthesize/english.ts";
import { nounsOfTables } from "../data/synthesize/nouns.ts";
import type { Table } from "../schema/schema.ts";

/** Built once per schema. False for a refusal for want of a table that is called so in the schema. */
export function createCredibility(tables: readonly Table[]): (refusal: string) => boolean {
  const there = new Set(
    [...nounsOfTables(tables).values()].flatMap(({ nouns }) => nouns.map(nameOf)),
  );
  return (refusal) => {
    const missing = /^no table of (.+)$/i.exec(refusal.trim())?.[1];
    return missing === undefined || !there.has(nameOf(missing));
  };
}

const nameOf = (noun: string): string => singularOf(noun.toLowerCase());
