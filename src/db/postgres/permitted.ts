/**
 * Runs a statement for someone who may not read all that the role may. The server itself says what the statement reads
 * before it runs: it is prepared, its plan is looked at (plan.ts), and so are the locks on views that preparing it took;
 * then this very plan is executed, in the same read-only transaction. Whatever a text may look like, what counts is what
 * the server made of it.
 */
import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { usualLimits } from "../driver.ts";
import type { Permissions, RunResult, SqlCell } from "../run-result.ts";
import type { Catalog } from "./catalog.ts";
import { runStatement, type StatementEnd, type StatementLimits } from "./connection.ts";
import { createFrame, type Frame } from "./frame.ts";
import { strangerIn } from "./plan.ts";

const NAME = "t2s_statement";
/** The same statement, of which nothing is executed. */
const WHOLE_NAME = "t2s_whole";
const planOf = (name: string) => `EXPLAIN (VERBOSE, FORMAT JSON, COSTS OFF) EXECUTE ${name}`;
const PRUNED = '"Subplans Removed"';
/** Opening a view locks it until the transaction ends, whatever the planner makes of it. */
const OPENED_VIEWS = `SELECT c.oid::text FROM pg_catalog.pg_lock_status() AS l JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
  WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND c.relkind = 'v'`;
const OWN_LIMITS = { ...usualLimits, maxBytes: 16 * 2 ** 20, boundLengths: false };

const frames = new WeakMap<Catalog, WeakMap<Permissions, Frame>>();

/** A reader's permissions are one object as long as they are the same. */
function frameOf(catalog: Catalog, permissions: Permissions): Frame {
  const known = frames.get(catalog) ?? new WeakMap<Permissions, Frame>();
  frames.set(catalog, known);
  const frame = known.get(permissions) ?? createFrame(catalog, permissions);
  known.set(permissions, frame);
  return frame;
}

/** In the open transaction, which is to be rolled back; what was prepared is the caller's to deallocate. Never throws. */
export async function runPermitted(
  client: Client,
  catalog: Catalog,
  sql: string,
  {
    permissions,
    signal,
    ...limits
  }: StatementLimits & { readonly permissions: Permissions; readonly signal?: AbortSignal },
): Promise<StatementEnd> {
  const startedMs = performance.now();
  const frame = frameOf(catalog, permissions);
  const alias = `t2s_${randomUUID().replaceAll("-", "")}`;
  const text = frame.around(sql, alias);
  const prepare = (name: string) =>
    runStatement(client, text, { ...limits, prepareOnly: true }, { signal, prepared: name });
  const ask = (own: string) =>
    runStatement(client, own, { ...OWN_LIMITS, timeoutMs: limits.timeoutMs }, { signal });
  const strangerInPlan = (plan: string): string | undefined =>
    strangerIn(JSON.parse(plan), catalog, frame, permissions.functions, alias);

  const prepared = await prepare(NAME);
  if (!prepared.result.ok || limits.prepareOnly) return prepared;
  const planned = await ask(planOf(NAME));
  if (!planned.result.ok) return planned;
  let plan = firstCell(planned.result);
  if (plan.includes(PRUNED)) {
    // partitions that are left out now, by the clock, may not be when it runs: a plan with all of them is looked at
    const unpruned = await steps([
      () => ask("SET LOCAL enable_partition_pruning TO off"),
      () => prepare(WHOLE_NAME),
      () => ask(planOf(WHOLE_NAME)),
    ]);
    if (!unpruned.result.ok) return unpruned;
    plan = firstCell(unpruned.result);
  }
  const opened = await ask(OPENED_VIEWS);
  if (!opened.result.ok) return opened;
  const stranger =
    strangerInPlan(plan) ??
    (opened.result.rows.some(([view]) => !frame.views.has(String(view))) ? "a view" : undefined);
  if (stranger !== undefined) return { result: refused(stranger, startedMs), isUsable: true };
  const end = await runStatement(client, "", limits, { signal, prepared: NAME });
  return { ...end, result: { ...end.result, ms: performance.now() - startedMs } };
}

/** One after the other, until one fails; the last result. */
async function steps(all: readonly (() => Promise<StatementEnd>)[]): Promise<StatementEnd> {
  const [first, ...rest] = all;
  const end = await first();
  return rest.length > 0 && end.result.ok ? steps(rest) : end;
}

const firstCell = ({ rows }: { readonly rows: readonly (readonly SqlCell[])[] }): string =>
  String(rows[0]?.[0]);

const refused = (stranger: string, startedMs: number): RunResult => ({
  ok: false,
  reason: "not-readonly",
  message: `the statement reads or calls what is not permitted: ${stranger}`,
  ms: performance.now() - startedMs,
});
