/**
 * `npm run bench -- NAME [options]`: runs one benchmark; its last line is {"name", "ours", "theirs", "ratio", "unit", "conditions"}.
 * Ratios are made in one run on one machine; what a benchmark needs and how it measures stands in its file.
 */
import { readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** What a benchmark returns; the rest of the line is added here. */
export type BenchResult = {
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly unit: string;
  readonly conditions: Readonly<Record<string, unknown>>;
};

const names = readdirSync(import.meta.dirname).flatMap(
  (file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? [],
);
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME; NAME is one of ${names.join(", ")}`);
  process.exit(2);
}
const { run } = (await import(`./${name}.bench.ts`)) as {
  run: (options: readonly string[]) => Promise<BenchResult>;
};
const { conditions, ...figures } = await run(options);
const machine = {
  cpu: cpus()[0]?.model.trim(),
  threads: availableParallelism(),
  node: process.versions.node,
};
console.log(JSON.stringify({ name, ...figures, conditions: { ...conditions, ...machine } }));
process.exit(0);
