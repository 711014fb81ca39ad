/**
 * The surface of Spider's official parser, hardness and exact set match, rebuilt for equality with the official script.
 * Other SQL is read by src/sql.
 */
export { type Part, PARTS, type PartScore, type PartScores } from "./compare.ts";
export {
  type ExactMatch,
  exactMatch,
  type ExactMatchOptions,
  scoreExactMatch,
} from "./exact-match.ts";
export { spiderHardness } from "./hardness.ts";
export { parseSpiderSql } from "./parse.ts";
export { averageParts, type PartAverage } from "./part-averages.ts";
export {
  createSpiderSchema,
  type ForeignKeyMap,
  foreignKeyMap,
  readSpiderSchema,
  type SpiderSchema,
  type TablesEntry,
} from "./schema.ts";
export type { SpiderSql } from "./tree.ts";
