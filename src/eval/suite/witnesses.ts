/** Fetches, for each thing that golds look at, joined rows that satisfy it. */
import type { Executor, RunResult } from "../../db/executor.ts";
import type { Focus } from "./focus.ts";
import type { Witnessed } from "./perturb.ts";
import type { Row } from "./source-rows.ts";

const LIMITS = { timeoutMs: 5000, maxRows: 100, connection: "kept" } as const;

/** The rows for each focus; a SELECT that speaks of an outer one does not run by itself and has none. */
export async function witnessesOf(
  executor: Executor,
  file: string,
  focuses: readonly Focus[],
): Promise<Witnessed[]> {
  const results = await executor.runMany(
    file,
    focuses.map(({ witnessSql }) => witnessSql),
    LIMITS,
  );
  return focuses.map((focus, i) => ({ focus, witnesses: tuplesOf(focus, results[i]) }));
}

function tuplesOf({ parts }: Focus, result: RunResult): (Row | undefined)[][] {
  const width = parts.reduce((sum, { table }) => sum + table.columns.length, 0);
  if (!result.ok || result.columns.length !== width) return [];
  return result.rows.map((cells) => {
    let at = 0;
    return parts.map(({ table }) => {
      const start = at;
      at += table.columns.length;
      const own = cells.slice(start, at);
      // An outer join without a partner gives NULLs only.
      if (own.every((cell) => cell === null)) return undefined;
      return Object.fromEntries(table.columns.map(({ name }, i) => [name, own[i]]));
    });
  });
}
