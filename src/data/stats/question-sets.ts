/**
 * The distributions of two sets of questions: Spider's train_spider.json (Yu et al. 2018, CC BY-SA 4.0), what people asked
 * of 140 databases; and the bundled company's training pairs, what is asked of a business. Written by
 * scripts/reference/question-sets.ts.
 */
import type { Distribution } from "./distribution.ts";

export const spiderTrain: Distribution = {
  pairs: 7000,
  hardness: {
    easy: 0.242,
    medium: 0.3964,
    hard: 0.2089,
    extra: 0.1527,
  },
  features: {
    join: 0.3959,
    group: 0.2536,
    having: 0.061,
    order: 0.2326,
    limit: 0.1581,
    aggregate: 0.4671,
    distinct: 0.103,
    nested: 0.0744,
    "set operation": 0.0751,
    like: 0.0244,
    or: 0.0297,
    negation: 0.0487,
    null: 0,
    case: 0,
    date: 0.0021,
    arithmetic: 0.0037,
    ratio: 0,
    window: 0,
  },
  tablesRead: {
    1: 0.5616,
    2: 0.3336,
    3: 0.0954,
    4: 0.0083,
    5: 0.0011,
  },
  conditions: {
    0: 0.5009,
    1: 0.4036,
    2: 0.0894,
    3: 0.0061,
  },
  distinct: {
    200: {
      distinct1: 0.2512,
      distinct2: 0.6166,
    },
    500: {
      distinct1: 0.1726,
      distinct2: 0.5267,
    },
    1000: {
      distinct1: 0.1217,
      distinct2: 0.4539,
    },
    2000: {
      distinct1: 0.0824,
      distinct2: 0.3779,
    },
    5000: {
      distinct1: 0.0448,
      distinct2: 0.2738,
    },
  },
};

export const businessTrain: Distribution = {
  pairs: 1010,
  hardness: {
    easy: 0.1149,
    medium: 0.398,
    hard: 0.2188,
    extra: 0.2683,
  },
  features: {
    join: 0.3762,
    group: 0.4267,
    having: 0.0772,
    order: 0.1208,
    limit: 0.0822,
    aggregate: 0.6822,
    distinct: 0.0614,
    nested: 0.0663,
    "set operation": 0.0178,
    like: 0.1594,
    or: 0.0109,
    negation: 0.0792,
    null: 0.2149,
    case: 0.0356,
    date: 0.1871,
    arithmetic: 0.1257,
    ratio: 0.0356,
    window: 0,
  },
  tablesRead: {
    1: 0.5802,
    2: 0.3614,
    3: 0.0535,
    4: 0.005,
  },
  conditions: {
    0: 0.1673,
    1: 0.4436,
    2: 0.301,
    3: 0.0782,
    4: 0.0099,
  },
  distinct: {
    200: {
      distinct1: 0.2275,
      distinct2: 0.7394,
    },
    500: {
      distinct1: 0.1388,
      distinct2: 0.6118,
    },
    1000: {
      distinct1: 0.0926,
      distinct2: 0.5112,
    },
  },
};
