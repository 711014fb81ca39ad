/**
 * Counts what the queries of Spider's training set are made of and writes src/data/synthesize/spider-profile.ts:
 *
 *     node scripts/reference/spider-profile.ts .cache/data/spider/train_spider.json
 */
import { writeFileSync } from "node:fs";
import { UserError } from "../../src/base/errors.ts";
import { readSpiderItems } from "../../src/data/spider.ts";
import {
  addOutline,
  createTally,
  outlineOf,
  profileOf,
} from "../../src/data/synthesize/profile.ts";

const [file] = process.argv.slice(2);
const tally = createTally();
let unread = 0;
for (const { query } of readSpiderItems(file))
  try {
    addOutline(tally, outlineOf(query));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    unread++;
  }
writeFileSync(
  new URL("../../src/data/synthesize/spider-profile.ts", import.meta.url),
  `/**
 * Shares among the ${tally.n} queries of Spider's training set (train_spider.json; ${unread} that do not parse left out).
 * Written by scripts/reference/spider-profile.ts.
 */
export const spiderProfile: Readonly<Record<string, Readonly<Record<string, number>>>> = ${JSON.stringify(profileOf(tally), null, 2).replace(/"(\w+)":/g, "$1:")};
`,
);
