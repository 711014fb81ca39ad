/**
 * Prints src/data/stats/question-sets.ts: what share of the pairs of Spider's train_spider.json, and of the bundled
 * company's training pairs, is of which kind. Only shares leave the files, no question and no query.
 *
 *     node scripts/reference/question-sets.ts .cache/data/spider/train_spider.json > src/data/stats/question-sets.ts
 */
import { company } from "../../company/company.ts";
import { parsePairs } from "../../src/data/pairs.ts";
import { readSpiderItems, type SpiderItem } from "../../src/data/spider.ts";
import { setStats } from "../../src/data/stats/dataset.ts";
import { type Distribution, distributionOf } from "../../src/data/stats/distribution.ts";

const distributionIn = (items: readonly SpiderItem[]): Distribution =>
  distributionOf(
    setStats(items),
    items.map(({ question = "" }) => question),
  );

const answers = company.pairFiles.train
  .flatMap((file) => parsePairs(file))
  .flatMap(({ question, sql }) => (sql ? [{ db_id: "company", question, query: sql }] : []));

const keys = /"([a-z][A-Za-z0-9]*|\d+)":/g;
const printed = (distribution: Distribution) =>
  JSON.stringify(distribution, null, 2).replaceAll(keys, "$1:");

process.stdout.write(`/**
 * The distributions of two sets of questions: Spider's train_spider.json (Yu et al. 2018, CC BY-SA 4.0), what people asked
 * of 140 databases; and the bundled company's training pairs, what is asked of a business. Written by
 * scripts/reference/question-sets.ts.
 */
import type { Distribution } from "./distribution.ts";

export const spiderTrain: Distribution = ${printed(distributionIn(readSpiderItems(process.argv[2])))};

export const businessTrain: Distribution = ${printed(distributionIn(answers))};
`);
