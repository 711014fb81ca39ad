/**
 * What `npm run bench` and `npm run soak` share: NAME picks a file of their folder, the rest of the line is its options, and
 * its result with the machine it ran on is the last line of the output, as JSON.
 */
import { readdirSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What NAME.KIND.ts exports as `run` returns. */
export type NamedResult = { readonly conditions: Readonly<Record<string, unknown>> };

/** Runs `NAME.<kind>.ts` of the folder; without such a name says which there are and ends with status 2. */
export async function runNamed<Result extends NamedResult>(
  kind: "bench" | "soak",
  folder: string,
): Promise<Result> {
  const suffix = `.${kind}.ts`;
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length));
  const [name, ...options] = process.argv.slice(2);
  if (name === undefined || !names.includes(name)) {
    console.error(`usage: npm run ${kind} -- NAME; NAME is one of ${names.join(", ")}`);
    process.exit(2);
  }
  const { run } = (await import(pathToFileURL(join(folder, `${name}${suffix}`)).href)) as {
    run: (options: readonly string[]) => Promise<Result>;
  };
  const result = await run(options);
  const machine = {
    cpu: cpus()[0]?.model.trim(),
    threads: availableParallelism(),
    node: process.versions.node,
  };
  console.log(
    JSON.stringify({ name, ...result, conditions: { ...result.conditions, ...machine } }),
  );
  return result;
}
