/**
 * Prints src/data/stats/spider-train.ts: what share of the pairs of Spider's train_spider.json is of which kind. Only
 * shares leave the file, no question and no query.
 *
 *     node scripts/reference/spider-train.ts .cache/data/spider/train_spider.json > src/data/stats/spider-train.ts
 */
import { readSpiderItems } from "../../src/data/spider.ts";
import { setStats } from "../../src/data/stats/dataset.ts";
import { distributionOf } from "../../src/data/stats/distribution.ts";

const items = readSpiderItems(process.argv[2]);
const distribution = distributionOf(
  setStats(items),
  items.map(({ question = "" }) => question),
);
const keys = /"([a-z][A-Za-z0-9]*|\d+)":/g;
process.stdout.write(`/**
 * The distribution of Spider's train_spider.json (Yu et al. 2018, CC BY-SA 4.0): what people asked of 140 databases.
 * Written by scripts/reference/spider-train.ts.
 */
import type { Distribution } from "./distribution.ts";

export const spiderTrain: Distribution = ${JSON.stringify(distribution, null, 2).replaceAll(keys, "$1:")};
`);
