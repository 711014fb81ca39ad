/** Verified pairs a minute from the built-in synthesiser on the bundled company, against the bound of 1,000. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { company } from "../company/company.ts";
import { synthesize } from "../src/data/synthesize/synthesize.ts";
import { createExecutor } from "../src/db/executor.ts";
import { introspect } from "../src/schema/introspect.ts";
import type { BenchResult } from "./run.ts";

const COUNT = 2000;
const BOUND = 1000;

export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), "t2s-bench-"));
  const file = join(folder, "company.sqlite");
  company.buildDatabase(file);
  const executor = createExecutor({ workers: 2 });
  try {
    const { database } = introspect(file, { dbId: "company" });
    const { examples, seconds, shapeIds, rejected } = await synthesize(database, {
      count: COUNT,
      seed: 42,
      run: (sqls) => executor.runMany(file, sqls),
    });
    const ours = (60 * examples.length) / seconds;
    const templates = new Set(examples.map(({ templateId }) => templateId)).size;
    return {
      ours,
      theirs: BOUND,
      ratio: ours / BOUND,
      unit: "verified pairs a minute",
      conditions: {
        pairs: examples.length,
        seconds,
        shapeIds,
        templates,
        rejected,
        theirs: "the bound to reach",
      },
    };
  } finally {
    await executor.close();
    rmSync(folder, { recursive: true });
  }
}
