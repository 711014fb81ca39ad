/**
 * What a set of queries is made of, as shares: hardness, joined tables, conditions, clauses. A target is such shares; of
 * several drafts the one is taken more often that brings what is there nearer to it. Knows no schema and no wording.
 */
import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../../base/errors.ts";
import { FEATURES, featuresOf } from "../../sql/features.ts";
import { type Hardness, HARDNESSES, hardnessOf } from "../../sql/hardness.ts";
import type { Distribution } from "../stats/distribution.ts";
import { businessTrain, spiderTrain } from "../stats/question-sets.ts";

/** Group → value → share of the queries. A group that a target leaves out does not steer. */
export type Profile = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The values of one query by group; `features` holds what it has. */
export type Outline = {
  readonly hardness: Hardness;
  readonly tables: string;
  readonly conditions: string;
  readonly features: ReadonlySet<string>;
};

/** A closed class of values for each group. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  hardness: HARDNESSES,
  tables: ["1", "2", "3+"],
  conditions: ["0", "1", "2", "3+"],
  features: FEATURES,
};

/** The outline of one statement. Raises UserError("data-invalid") for text that is not one. */
export function outlineOf(sql: string): Outline {
  const { features, tables, conditions } = featuresOf(sql) ?? NONE;
  return {
    hardness: hardnessOf(sql, "sqlite"),
    tables: atMostThree(tables),
    conditions: atMostThree(conditions),
    features: new Set(features),
  };
}

const NONE = { features: [], tables: 1, conditions: 0 };

const atMostThree = (count: number): string => (count > 2 ? "3+" : String(count));

/** A set's distribution as a target. */
const profileOfSet = ({ hardness, tablesRead, conditions, features }: Distribution): Profile => ({
  hardness,
  tables: uptoThree(tablesRead),
  conditions: uptoThree(conditions),
  features,
});

function uptoThree(shares: Readonly<Record<string, number>>): Record<string, number> {
  const result: Record<string, number> = {};
  for (const [count, share] of Object.entries(shares)) {
    const name = atMostThree(Number(count));
    result[name] = (result[name] ?? 0) + share;
  }
  return result;
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

/** How much a query is wanted; a feature that the target never has does not count. Above 1 when what it has is rarer so far than in the target, below when commoner. */
export function wantedOf(outline: Outline, target: Profile, { n, counts }: Tally): number {
  const own = new Set(keysOf(outline));
  let wanted = 1;
  for (const [group, shares] of Object.entries(target))
    for (const [value, share] of Object.entries(shares)) {
      if (group === "features" && share === 0) continue;
      const key = `${group}.${value}`;
      const now = ((counts.get(key) ?? 0) + share * PRIOR) / (n + PRIOR);
      if (own.has(key)) wanted *= ratio(share, now);
      else if (group === "features") wanted *= ratio(1 - share, 1 - now);
    }
  return wanted;
}

const ratio = (wanted: number, now: number): number =>
  Math.min(STRONGEST, Math.max(1 / STRONGEST, (wanted + 0.002) / (now + 0.002)));

const SETS: Readonly<Record<string, Profile>> = {
  business: profileOfSet(businessTrain),
  spider: profileOfSet(spiderTrain),
  flat: {},
};

/** How much is done for pairs of words that no question has yet. */
export type Variety = {
  /** Drafts of which one is taken: what the target wants and what is new in words is likelier. */
  readonly drafts: number;
  /** The power to which the share of new pairs of words counts in that choice. */
  readonly newness: number;
  /** Wordings of each draft, of which the newest is taken. */
  readonly wordings: number;
};

/** A business asks for the same things in the same words, sets of questions do not. */
export const varietyOf = (target: string): Variety =>
  target === "business"
    ? { drafts: 20, newness: 1, wordings: 2 }
    : { drafts: 40, newness: 6, wordings: 64 };

/** Names that mean a target without a file. */
export const NAMED_TARGETS: readonly string[] = Object.keys(SETS);

/**
 * The target that a name means: "business" and "spider" for the shares of what people asked of a company's database and
 * of Spider's, "flat" for none, else a JSON file of that form. Raises UserError("config-invalid") for a file that is no
 * profile.
 */
export function readTarget(name: string): Profile {
  if (Object.hasOwn(SETS, name)) return SETS[name];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(name, "utf8"));
  } catch (error) {
    throw new UserError(
      "config-invalid",
      `data.target is ${name}, which is none of ${NAMED_TARGETS.join(", ")} and no JSON file: ${messageOf(error)}`,
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
