import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { introspect } from "../schema/introspect.ts";
import { renderDdl } from "../schema/render.ts";
import type { Database } from "../schema/schema.ts";
import { compactSql } from "../sql/compact.ts";
import { readSpiderItems } from "./spider.ts";
import { varySchema } from "./vary-schema.ts";

const data = process.env.T2S_DATA;
const spider = join(data ?? "", "spider");

describe.skipIf(!data)("on Spider's training databases (T2S_DATA)", () => {
  const items = data ? readSpiderItems(join(spider, "train_spider.json")).slice(0, 600) : [];
  const databases = new Map<string, Database>();
  for (const { db_id: dbId } of items) {
    const file = join(spider, "database", dbId, `${dbId}.sqlite`);
    if (!databases.has(dbId) && existsSync(file))
      databases.set(dbId, introspect(file, { dbId, statistics: false }).database);
  }
  const others = [...databases.values()];

  test("renamed SQL runs on a database made from the renamed schema", () => {
    let renamedCount = 0;
    for (const [dbId, database] of databases) {
      const options = { seed: 7, renamedShare: 1, distractorTables: 3, others };
      const variant = varySchema(database, options);
      const connection = new DatabaseSync(":memory:");
      connection.exec(renderDdl(variant.database));
      for (const { query } of items.filter((item) => item.db_id === dbId)) {
        const sql = compactSql(query, "sqlite", database.tables);
        const renamed = variant.rename(sql);
        if (renamed === undefined) continue;
        renamedCount++;
        expect(() => connection.prepare(renamed), `${sql} → ${renamed}`).not.toThrow();
      }
      connection.close();
    }
    expect(renamedCount).toBeGreaterThan(0.98 * items.length);
  });

  test("a seed stands for a variant, and the tables of the database are all there", () => {
    const [database] = others;
    const vary = (seed: number, renamedShare: number) =>
      varySchema(database, { seed, renamedShare, distractorTables: 3, others: others.slice(1) });
    expect(vary(3, 1).database).toEqual(vary(3, 1).database);
    expect(vary(3, 1).database.tables).not.toEqual(vary(4, 1).database.tables);
    const names = vary(3, 0).database.tables.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(database.tables.map(({ name }) => name)));
    expect(vary(3, 0).rename("SELECT nothing FROM nowhere")).toBeUndefined();
  });
});
