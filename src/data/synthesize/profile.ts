/**
 * What a set of queries is made of, as shares: hardness, joined tables, conditions, clauses. A target is such shares; of
 * several drafts the one is taken more often that brings what is there nearer to it. Knows no schema and no wording.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../../base/errors.ts";
import { type Hardness, hardnessOf } from "../../sql/hardness.ts";
import { lexSql } from "../../sql/lexer.ts";
import { spiderProfile } from "./spider-profile.ts";

/** Group → value → share of the queries. A group that a target leaves out does not steer. */
export type Profile = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The values of one query by group; `features` holds what it has. */
export type Outline = {
  readonly hardness: Hardness;
  readonly tables: string;
  readonly conditions: string;
  readonly features: ReadonlySet<Feature>;
};

export const features = [
  "aggregate",
  "distinct",
  "groupBy",
  "having",
  "orderBy",
  "limit",
  "nested",
  "setOperation",
  "or",
  "like",
  "between",
  "negated",
] as const;
export type Feature = (typeof features)[number];

/** A closed class of values for each group. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  hardness: ["easy", "medium", "hard", "extra"],
  tables: ["1", "2", "3+"],
  conditions: ["0", "1", "2", "3+"],
  features,
};

/** The outline of one statement. Raises UserError("data-invalid") for text that is not one. */
export function outlineOf(sql: string): Outline {
  const words = lexSql(sql).map(({ text, kind }) =>
    kind === "string" ? "''" : text.toUpperCase(),
  );
  const has = (...wanted: string[]) => wanted.some((word) => words.includes(word));
  const [joins, conditions] = [firstSelect(words, "JOIN"), conditionsIn(words)];
  const found: Readonly<Record<Feature, boolean>> = {
    aggregate: has("COUNT", "SUM", "AVG", "MIN", "MAX"),
    distinct: has("DISTINCT"),
    groupBy: has("GROUP"),
    having: has("HAVING"),
    orderBy: has("ORDER"),
    limit: has("LIMIT"),
    nested: words.some((word, index) => word === "SELECT" && words[index - 1] === "("),
    setOperation: has("UNION", "INTERSECT", "EXCEPT"),
    or: has("OR"),
    like: has("LIKE"),
    between: has("BETWEEN"),
    negated: has("NOT", "<>", "!="),
  };
  return {
    hardness: hardnessOf(sql, "sqlite"),
    tables: joins > 1 ? "3+" : String(joins + 1),
    conditions: conditions > 2 ? "3+" : String(conditions),
    features: new Set(features.filter((feature) => found[feature])),
  };
}

/** How often a word stands in the first SELECT, outside of brackets. */
function firstSelect(words: readonly string[], wanted: string): number {
  let [depth, count] = [0, 0];
  for (const word of words) {
    depth += word === "(" ? 1 : word === ")" ? -1 : 0;
    if (depth === 0 && /^(UNION|INTERSECT|EXCEPT)$/.test(word)) break;
    if (depth === 0 && word === wanted) count++;
  }
  return count;
}

/** Conditions of the first WHERE, outside of brackets; the AND of BETWEEN joins none. */
function conditionsIn(words: readonly string[]): number {
  let [depth, count, between] = [0, 0, false];
  for (const word of words) {
    depth += word === "(" ? 1 : word === ")" ? -1 : 0;
    if (depth !== 0) continue;
    if (count > 0 && /^(GROUP|ORDER|LIMIT|HAVING|UNION|INTERSECT|EXCEPT)$/.test(word)) break;
    if (word === "WHERE") count = 1;
    else if (word === "BETWEEN") between = true;
    else if (word === "AND" && between) between = false;
    else if (count > 0 && (word === "AND" || word === "OR")) count++;
  }
  return count;
}

/** Counts outlines as they come. */
export type Tally = { n: number; readonly counts: Map<string, number> };

export const createTally = (): Tally => ({ n: 0, counts: new Map() });

export const copyOf = ({ n, counts }: Tally): Tally => ({ n, counts: new Map(counts) });

const keysOf = ({ hardness, tables, conditions, features: own }: Outline): string[] => [
  `hardness.${hardness}`,
  `tables.${tables}`,
  `conditions.${conditions}`,
  ...[...own].map((feature) => `features.${feature}`),
];

export function addOutline(tally: Tally, outline: Outline): void {
  tally.n++;
  for (const key of keysOf(outline)) tally.counts.set(key, (tally.counts.get(key) ?? 0) + 1);
}

/** The shares of what was counted, to three places. */
export const profileOf = ({ n, counts }: Tally): Profile =>
  Object.fromEntries(
    Object.entries(VALUES).map(([group, values]) => [
      group,
      Object.fromEntries(
        values.map((value) => [
          value,
          Math.round((1000 * (counts.get(`${group}.${value}`) ?? 0)) / Math.max(1, n)) / 1000,
        ]),
      ),
    ]),
  );

/** The first queries are taken for as many of the target's spread. */
const PRIOR = 15;
const STRONGEST = 4;

/** How much a query is wanted: above 1 when what it has is rarer so far than in the target, below when commoner. */
export function wantedOf(outline: Outline, target: Profile, { n, counts }: Tally): number {
  const own = new Set(keysOf(outline));
  let wanted = 1;
  for (const [group, shares] of Object.entries(target))
    for (const [value, share] of Object.entries(shares)) {
      const key = `${group}.${value}`;
      const now = ((counts.get(key) ?? 0) + share * PRIOR) / (n + PRIOR);
      if (own.has(key)) wanted *= ratio(share, now);
      else if (group === "features") wanted *= ratio(1 - share, 1 - now);
    }
  return wanted;
}

const ratio = (wanted: number, now: number): number =>
  Math.min(STRONGEST, Math.max(1 / STRONGEST, (wanted + 0.002) / (now + 0.002)));

/**
 * The target that a name means: "spider" for the shares of Spider's training questions, "flat" for none, else a JSON file
 * of that form. Raises UserError("config-invalid") for a file that is no profile.
 */
export function readTarget(name: string): Profile {
  if (name === "spider") return spiderProfile;
  if (name === "flat") return {};
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(name, "utf8"));
  } catch (error) {
    throw new UserError(
      "config-invalid",
      `data.target is ${name}, which is neither spider nor flat nor a JSON file: ${messageOf(error)}`,
      { cause: error },
    );
  }
  checkProfile(value, name);
  return value;
}

function checkProfile(value: unknown, place: string): asserts value is Profile {
  const isObject = (one: unknown): one is Record<string, unknown> =>
    typeof one === "object" && one !== null && !Array.isArray(one);
  const wrong = (got: unknown, wanted: string): never => {
    throw new UserError(
      "config-invalid",
      `${place}: ${JSON.stringify(got)} is there; ${wanted} is wanted`,
    );
  };
  if (!isObject(value)) return wrong(value, "an object of groups");
  for (const [group, shares] of Object.entries(value)) {
    if (!Object.hasOwn(VALUES, group)) wrong(group, `one of ${Object.keys(VALUES).join(", ")}`);
    if (!isObject(shares)) return wrong(shares, `shares of ${group}`);
    for (const [name, share] of Object.entries(shares)) {
      if (!VALUES[group].includes(name)) wrong(name, `one of ${VALUES[group].join(", ")}`);
      if (typeof share !== "number" || !(share >= 0 && share <= 1))
        wrong(share, `a share of ${name} from 0 to 1`);
    }
  }
}
