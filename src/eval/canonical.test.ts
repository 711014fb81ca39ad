/** Here and not beside templateOf, because it takes a database and a scorer to see. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createExecutor } from "../db/executor.ts";
import { introspect } from "../schema/introspect.ts";
import { unknownNames } from "../sql/names.ts";
import { templateOf } from "../sql/template.ts";
import { createStrictScorer } from "./strict.ts";

const data = process.env.T2S_DATA;
test.skipIf(data === undefined)(
  "the canonical form of every query of Spider's dev set returns what the query returns (needs T2S_DATA)",
  async () => {
    const spider = join(data ?? "", "spider");
    const items = JSON.parse(readFileSync(join(spider, "dev_A.json"), "utf8")) as {
      db_id: string;
      query: string;
    }[];
    const fileOf = (dbId: string) => join(spider, "database", dbId, `${dbId}.sqlite`);
    const tables = new Map(
      [...new Set(items.map(({ db_id }) => db_id))].map((dbId) => [
        dbId,
        introspect(fileOf(dbId), { dbId }).database.tables,
      ]),
    );
    const executor = createExecutor();
    const scorer = createStrictScorer(executor);
    const scores = await Promise.all(
      items.map(({ db_id, query }) => {
        const known = tables.get(db_id) ?? [];
        expect(unknownNames(query, "sqlite", known), query).toEqual({ tables: [], columns: [] });
        return scorer.score(fileOf(db_id), query, templateOf(query, "sqlite", known).canonical);
      }),
    );
    await executor.close();
    const wrong = items.filter((_, i) => scores[i].verdict === 0).map(({ query }) => query);
    expect(wrong).toEqual([]);
  },
);
