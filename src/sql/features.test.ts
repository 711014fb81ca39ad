import { expect, test } from "vitest";
import { featuresOf } from "./features.ts";

test("the features of a statement are read from its tree", () => {
  const cases: readonly [string, readonly string[], number, number][] = [
    ["SELECT name FROM item WHERE id = 3", [], 1, 1],
    ["SELECT a.x FROM a JOIN b ON a.id = b.id JOIN a AS c ON c.id = b.id", ["join"], 2, 0],
    [
      "SELECT g, count(*) FROM a GROUP BY g HAVING count(*) > 1 ORDER BY 2 LIMIT 3",
      ["group", "having", "order", "limit", "aggregate"],
      1,
      0,
    ],
    ["SELECT count(DISTINCT x) FROM a", ["aggregate", "distinct"], 1, 0],
    ["SELECT x FROM a WHERE y IN (SELECT y FROM b WHERE z LIKE '%q')", ["nested", "like"], 2, 1],
    ["SELECT x FROM a UNION SELECT x FROM b", ["set operation"], 2, 0],
    ["SELECT x FROM a WHERE NOT x = 1 OR y IS NULL", ["or", "negation", "null"], 1, 2],
    ["WITH c AS (SELECT 1 AS x) SELECT CASE WHEN x THEN 1 END FROM c", ["nested", "case"], 0, 0],
    ["SELECT x - 1, row_number() OVER (ORDER BY x) FROM a", ["arithmetic", "window"], 1, 0],
    ["SELECT x FROM a WHERE strftime('%Y', y) = '2024'", ["date"], 1, 1],
    ["SELECT x FROM a WHERE y >= '2024-02-01' AND z = '2024-x'", ["date"], 1, 2],
    ["SELECT 100.0 * sum(x) / count(*) FROM a", ["aggregate", "arithmetic", "ratio"], 1, 0],
  ];
  for (const [sql, features, tables, conditions] of cases)
    expect([sql, featuresOf(sql)]).toEqual([sql, { features, tables, conditions }]);
  expect(featuresOf("")).toBeUndefined();
});
