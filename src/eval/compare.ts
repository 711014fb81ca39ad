/**
 * Two systems on the same golds: the score of each, the paired difference with its interval and test, the items that
 * changed sides, and how many items a small difference would need. Reads no file (compare/read.ts) and runs no SQL.
 */
import { UserError } from "../base/errors.ts";
import { isRate, type Mode } from "./mode-names.ts";
import {
  bootstrapInterval,
  differenceSeen,
  itemsToSee,
  meanOf,
  pairedDifference,
  wilsonInterval,
} from "./statistics.ts";

/** A mode of files, or the questions to refuse of a project's runs, which count apart there. */
export type ComparedMode = Mode | "refusals";

export type ScoredItem = {
  readonly id: string;
  /** Runs of a project have one database and do not name it. */
  readonly dbId?: string;
  readonly question?: string;
  readonly goldSql: string;
  readonly predictedSql: string;
  /** Class or reason of what is wrong. */
  readonly fault?: string;
  readonly verdicts: Readonly<Partial<Record<ComparedMode, number | null>>>;
};

export type ScoredSystem = {
  readonly name: string;
  readonly modes: readonly ComparedMode[];
  readonly items: readonly ScoredItem[];
};

export type SystemScore = {
  /** Fraction with its 95 % interval, over the compared items. */
  readonly score: number;
  readonly low: number;
  readonly high: number;
};

export type ModeComparison = {
  /** Items with a verdict in both systems. */
  readonly n: number;
  readonly a: SystemScore;
  readonly b: SystemScore;
  /** B minus A, as a fraction, with its 95 % interval (paired bootstrap). */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Exact McNemar test; null in graded modes, whose verdicts have no sides. */
  readonly p: number | null;
  /** Items that B has better, and worse. */
  readonly gained: number;
  readonly lost: number;
  readonly power: Power | null;
};

/** At the share of changed items that these two systems show, with 80 % power at 5 %. */
export type Power = {
  readonly changed: number;
  /** The smallest difference that n items show; null where none is. */
  readonly seen: number | null;
  /** Items needed to see a difference of 2 points. */
  readonly itemsForTwoPoints: number;
};

export type ChangedItem = Pick<ScoredItem, "id" | "dbId" | "question" | "goldSql"> & {
  readonly gained: readonly ComparedMode[];
  readonly lost: readonly ComparedMode[];
  readonly a: Pick<ScoredItem, "predictedSql" | "fault">;
  readonly b: Pick<ScoredItem, "predictedSql" | "fault">;
};

export type Comparison = {
  readonly a: string;
  readonly b: string;
  /** Items of either. */
  readonly n: number;
  readonly modes: Readonly<Partial<Record<ComparedMode, ModeComparison>>>;
  /** Items whose verdict differs in some mode, in the order of A. */
  readonly items: readonly ChangedItem[];
};

type Pair = { readonly a: ScoredItem; readonly b: ScoredItem };

/** How B differs from A. Raises data-invalid where their golds differ, or no mode is common. */
export function compareSystems(a: ScoredSystem, b: ScoredSystem): Comparison {
  const modes = a.modes.filter((mode) => b.modes.includes(mode));
  if (modes.length === 0)
    throw new UserError(
      "data-invalid",
      `no mode is common: ${a.name} has ${a.modes.join(", ") || "none"}, ${b.name} has ${b.modes.join(", ") || "none"}`,
    );
  const pairs = pairUp(a, b);
  const changes = pairs.map((pair) => changeOf(pair, modes));
  return {
    a: a.name,
    b: b.name,
    n: pairs.length,
    modes: Object.fromEntries(modes.map((mode) => [mode, compareMode(mode, pairs)])),
    items: changes.filter(({ gained, lost }) => gained.length + lost.length > 0),
  };
}

function compareMode(mode: ComparedMode, pairs: readonly Pair[]): ModeComparison {
  const both = pairs.flatMap(({ a, b }) => {
    const [first, second] = [a.verdicts[mode], b.verdicts[mode]];
    return typeof first === "number" && typeof second === "number" ? [[first, second]] : [];
  });
  const [a, b] = [both.map(([verdict]) => verdict), both.map(([, verdict]) => verdict)];
  const hasSides = mode === "refusals" || isRate(mode);
  const { p, ...difference } = pairedDifference(a, b);
  const gained = both.filter(([first, second]) => second > first).length;
  const lost = both.filter(([first, second]) => second < first).length;
  return {
    n: both.length,
    a: scoreOf(a, hasSides),
    b: scoreOf(b, hasSides),
    ...difference,
    p: hasSides ? p : null,
    gained,
    lost,
    power: hasSides && both.length > 0 ? powerOf(both.length, gained + lost) : null,
  };
}

function scoreOf(verdicts: readonly number[], isShare: boolean): SystemScore {
  const right = verdicts.filter((verdict) => verdict === 1).length;
  const [low, high] = isShare
    ? wilsonInterval(right, verdicts.length)
    : bootstrapInterval(verdicts);
  return { score: meanOf(verdicts), low, high };
}

const TWO_POINTS = 0.02;

function powerOf(n: number, changedItems: number): Power {
  const changed = changedItems / n;
  return {
    changed,
    seen: differenceSeen(n, changed),
    itemsForTwoPoints: itemsToSee({ difference: TWO_POINTS, changed }),
  };
}

function changeOf({ a, b }: Pair, modes: readonly ComparedMode[]): ChangedItem {
  const step = (mode: ComparedMode) => {
    const [first, second] = [a.verdicts[mode], b.verdicts[mode]];
    return typeof first === "number" && typeof second === "number" ? second - first : 0;
  };
  const { id, dbId, question, goldSql } = a;
  const of = ({ predictedSql, fault }: ScoredItem) => ({
    predictedSql,
    ...(fault !== undefined && { fault }),
  });
  return {
    id,
    ...(dbId !== undefined && { dbId }),
    ...(question !== undefined && { question }),
    goldSql,
    gained: modes.filter((mode) => step(mode) > 0),
    lost: modes.filter((mode) => step(mode) < 0),
    a: of(a),
    b: of(b),
  };
}

/** Items of one id, which must have one gold. Raises data-invalid, with how many differ and the first that does. */
function pairUp(a: ScoredSystem, b: ScoredSystem): Pair[] {
  const others = byId(b);
  byId(a);
  const missing = a.items.filter(({ id }) => !others.has(id));
  if (missing.length > 0 || a.items.length !== b.items.length)
    throw differentGolds(
      a,
      b,
      `${a.items.length} and ${b.items.length} items` +
        (missing.length > 0
          ? `, ${missing.length} of ${a.name} not in ${b.name} (the first is ${missing[0].id})`
          : ""),
    );
  const pairs = a.items.map((item): Pair => ({ a: item, b: others.get(item.id) ?? item }));
  const differing = pairs.filter((pair) => differenceIn(pair) !== undefined);
  const [first] = differing;
  if (first !== undefined)
    throw differentGolds(
      a,
      b,
      `${differing.length} of ${pairs.length} items; item ${first.a.id} has ${differenceIn(first)}`,
    );
  return pairs;
}

function byId({ name, items }: ScoredSystem): ReadonlyMap<string, ScoredItem> {
  const known = new Map(items.map((item) => [item.id, item]));
  if (known.size === items.length) return known;
  throw new UserError(
    "data-invalid",
    `${name} has ${items.length} items but ${known.size} different ids; items are compared by id`,
  );
}

const differentGolds = (a: ScoredSystem, b: ScoredSystem, details: string) =>
  new UserError("data-invalid", `${a.name} and ${b.name} have different golds: ${details}`);

/** What two items of one id do not share, in words. */
function differenceIn({ a, b }: Pair): string | undefined {
  if (a.goldSql !== b.goldSql) return `gold ${excerpt(a.goldSql)} and ${excerpt(b.goldSql)}`;
  const isOther = (x?: string, y?: string) => x !== undefined && y !== undefined && x !== y;
  if (isOther(a.dbId, b.dbId)) return `database ${a.dbId} and ${b.dbId}`;
  return isOther(a.question, b.question) ? "different questions" : undefined;
}

const excerpt = (sql: string): string =>
  JSON.stringify(sql.length > 80 ? `${sql.slice(0, 80)}…` : sql);
