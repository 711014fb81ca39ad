/**
 * The distribution of Spider's train_spider.json (Yu et al. 2018, CC BY-SA 4.0): what people asked of 140 databases.
 * Written by scripts/reference/spider-train.ts.
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
