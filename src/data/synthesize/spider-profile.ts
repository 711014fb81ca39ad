/**
 * Shares among the 7000 queries of Spider's training set (train_spider.json; 0 that do not parse left out).
 * Written by scripts/reference/spider-profile.ts.
 */
export const spiderProfile: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  hardness: {
    easy: 0.242,
    medium: 0.396,
    hard: 0.209,
    extra: 0.153,
  },
  tables: {
    1: 0.623,
    2: 0.283,
    "3+": 0.094,
  },
  conditions: {
    0: 0.501,
    1: 0.404,
    2: 0.089,
    "3+": 0.006,
  },
  features: {
    aggregate: 0.467,
    distinct: 0.103,
    groupBy: 0.254,
    having: 0.061,
    orderBy: 0.233,
    limit: 0.158,
    nested: 0.074,
    setOperation: 0.075,
    or: 0.03,
    like: 0.024,
    between: 0.011,
    negated: 0.049,
  },
};
