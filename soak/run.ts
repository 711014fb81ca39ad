/**
 * `npm run soak -- NAME [options]`: runs one part of the product on very many bad inputs; the last line is
 * {"name", "done", "failed", "conditions"}, and the exit status 1 where something failed. What counts as a failure stands
 * in the soak's file.
 */
import { readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** What a soak returns; the rest of the line is added here. */
export type SoakResult = {
  /** Inputs that were tried. */
  readonly done: number;
  readonly failed: number;
  readonly conditions: Readonly<Record<string, unknown>>;
};

const names = readdirSync(import.meta.dirname).flatMap(
  (file) => /^(.+)\.soak\.ts$/.exec(file)?.[1] ?? [],
);
const [name, ...options] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run soak -- NAME; NAME is one of ${names.join(", ")}`);
  process.exit(2);
}
const { run } = (await import(`./${name}.soak.ts`)) as {
  run: (options: readonly string[]) => Promise<SoakResult>;
};
const { conditions, ...figures } = await run(options);
const machine = {
  cpu: cpus()[0]?.model.trim(),
  threads: availableParallelism(),
  node: process.versions.node,
};
console.log(JSON.stringify({ name, ...figures, conditions: { ...conditions, ...machine } }));
process.exit(figures.failed === 0 ? 0 : 1);
