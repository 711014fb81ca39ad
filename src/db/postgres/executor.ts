/**
 * Runs untrusted SQL on PostgreSQL servers, a few connections for each. Every statement has a transaction of its own,
 * `BEGIN READ ONLY` with the server's statement_timeout, that is rolled back, so that nothing it sets lasts; what the
 * transaction does not stop, admit.ts does. A role that may only read is still the best protection (docs/databases.md).
 */
import type { Client } from "pg";
import { messageOf, UserError } from "../../base/errors.ts";
import {
  type Executor,
  type ExecutorOptions,
  type RunOptions,
  USUAL_TIMEOUT_MS,
  usualLimits,
} from "../driver.ts";
import type { RunFailure, RunLimits, RunResult } from "../run-result.ts";
import { refusalOf } from "./admit.ts";
import { type Catalog, type Functions, readCatalog, readFunctions } from "./catalog.ts";
import {
  cancelStatement,
  connect,
  isOpen,
  keepsProcess,
  LOST,
  runStatement,
  type StatementEnd,
} from "./connection.ts";
import { runPermitted } from "./permitted.ts";
import { reasonOf } from "./reasons.ts";
import { readPostgresUrl } from "./url.ts";

/** Opens no connection before the first run. Close it. */
export function createPostgresExecutor({
  workers = 2,
  timeoutMs: usualMs = USUAL_TIMEOUT_MS,
  maxRows = usualLimits.maxRows,
  maxBytes = usualLimits.maxBytes,
}: ExecutorOptions = {}): Executor {
  const pools = new Map<string, ConnectionPool>();
  let isClosed = false;
  const poolOf = (database: string): ConnectionPool => {
    const pool = pools.get(database) ?? new ConnectionPool(database, workers);
    pools.set(database, pool);
    return pool;
  };
  const run: Executor["run"] = async (database, sql, options = {}) => {
    const { timeoutMs = usualMs } = options;
    const limits = { ...usualLimits, maxRows, maxBytes, ...options, timeoutMs };
    if (isClosed) return failed("exec-error", CLOSED);
    if (limits.access === "copy")
      return failed("not-readonly", "a server's database has no copy that may be written");
    const pool = poolOf(database);
    try {
      for (let tries = 0; ; tries++) {
        const lane = await pool.take(options.signal);
        if (lane === undefined)
          return isClosed ? failed("exec-error", CLOSED) : failed("cancelled", "cancelled");
        const { result, isUsable, isUnsent } = await runOn(lane, sql, limits);
        pool.give(lane, isUsable);
        // connections at rest may have been ended meanwhile; then a new one is opened
        if (isUnsent && !isClosed && tries < workers) continue;
        return isClosed && !result.ok ? failed("exec-error", CLOSED) : result;
      }
    } catch (error) {
      const isUnreachable = error instanceof UserError && error.code === "database-unreachable";
      return failed(isUnreachable ? "unreachable" : reasonIn(error), messageOf(error));
    }
  };
  return {
    run,
    runMany: (database, sqls, options) =>
      Promise.all(sqls.map((sql) => run(database, sql, options))),
    close: async () => {
      isClosed = true;
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const CLOSED = "the executor was closed";
const failed = (reason: RunFailure, message: string): RunResult => ({
  ok: false,
  reason,
  message,
  ms: 0,
});

/** Of an error that the client raised. */
const reasonIn = (error: unknown): RunFailure =>
  reasonOf((error as { readonly code?: string }).code, messageOf(error));

/** An open connection, with what its server's catalog says. */
type Lane = {
  readonly client: Client;
  readonly schemas: readonly string[];
  functions: Functions;
  /** Read for the first statement with permissions. */
  catalog?: Catalog;
  /** When they were read. */
  readMs: number;
};

/** A new function or table is known after this time. */
const CATALOG_LASTS_MS = 60_000;

async function openLane(database: string): Promise<Lane> {
  const client = await connect(database);
  const { schemas } = readPostgresUrl(database);
  return { client, schemas, functions: await readFunctions(client), readMs: performance.now() };
}

/** Reads again what is old. */
async function refresh(lane: Lane): Promise<Lane> {
  if (performance.now() - lane.readMs < CATALOG_LASTS_MS) return lane;
  lane.functions = await readFunctions(lane.client);
  delete lane.catalog;
  lane.readMs = performance.now();
  return lane;
}

/** Whether the connection was lost before the statement was sent. */
type RunEnd = StatementEnd & { readonly isUnsent?: boolean };

/** In a transaction of its own; never throws. */
async function runOn(
  lane: Lane,
  sql: string,
  limits: RunLimits & RunOptions & { readonly timeoutMs: number },
): Promise<RunEnd> {
  const { client, functions, schemas } = lane;
  const { permissions } = limits;
  const refusal = refusalOf(sql, functions, limits);
  if (refusal !== undefined)
    return { result: failed(refusal.reason, refusal.message), isUsable: true };
  let isSent = false;
  try {
    if (permissions) lane.catalog ??= await readCatalog(client, schemas, functions);
    await client.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout TO ${Math.max(1, Math.ceil(limits.timeoutMs))}`,
    );
    isSent = true;
    const end =
      permissions && lane.catalog
        ? await runPermitted(client, lane.catalog, sql, { ...limits, permissions })
        : await runStatement(client, sql, limits, { signal: limits.signal });
    if (end.isUsable) await client.query(permissions ? "ROLLBACK; DEALLOCATE ALL" : "ROLLBACK");
    return end;
  } catch (error) {
    // the server says that it ends the connection before it does
    const reason = reasonIn(error);
    const isLost = reason === "unreachable" || !isOpen(client);
    const result = isLost ? failed("unreachable", LOST) : failed(reason, messageOf(error));
    return { result, isUsable: false, isUnsent: isLost && !isSent };
  }
}

/** At most so many connections to one database; those at rest do not keep the process. */
class ConnectionPool {
  readonly #database: string;
  readonly #idle: Lane[] = [];
  readonly #busy = new Set<Lane>();
  readonly #waiting: (() => void)[] = [];
  #places: number;
  #isClosed = false;

  constructor(database: string, places: number) {
    this.#database = database;
    this.#places = places;
  }

  /** A connection for one run, as soon as there is one; undefined when cancelled or closed. Raises what connecting raises. */
  async take(signal: AbortSignal | undefined): Promise<Lane | undefined> {
    const isOver = () => this.#isClosed || signal?.aborted === true;
    while (this.#places === 0 && !isOver()) await this.#place(signal);
    if (isOver()) {
      this.#wake();
      return undefined;
    }
    this.#places--;
    try {
      const lane = await this.#open();
      if (this.#isClosed) {
        void lane.client.end();
        return undefined;
      }
      keepsProcess(lane.client, true);
      this.#busy.add(lane);
      return lane;
    } catch (error) {
      this.#places++;
      this.#wake();
      throw error;
    }
  }

  /** Takes back what take gave; a connection that can take no other statement is closed. */
  give(lane: Lane, isUsable: boolean): void {
    this.#busy.delete(lane);
    if (isUsable && !this.#isClosed) {
      keepsProcess(lane.client, false);
      this.#idle.push(lane);
    } else void lane.client.end();
    this.#places++;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    for (const { client } of this.#busy) cancelStatement(client);
    const clients = [...this.#idle.splice(0), ...this.#busy].map(({ client }) => client);
    for (const client of clients) keepsProcess(client, true);
    await Promise.all(clients.map((client) => client.end()));
  }

  #wake(): void {
    this.#waiting.shift()?.();
  }

  #place(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        resolve();
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(wake);
    });
  }

  /** The connection that was used last and still stands, or a new one. */
  async #open(): Promise<Lane> {
    for (let lane = this.#idle.pop(); lane; lane = this.#idle.pop())
      if (isOpen(lane.client))
        try {
          return await refresh(lane);
        } catch {
          void lane.client.end(); // it was lost while it lay idle
        }
    return openLane(this.#database);
  }
}
