/**
 * What a database engine has to do for everything above it, which knows a database by one text alone: the path of a
 * SQLite file (`sqlite:PATH` too) or the URL of a server. Knows no engine; executor.ts and session.ts choose one.
 */
import type { RunLimits, RunResult, SqlCell } from "./run-result.ts";

export type ExecutorOptions = {
  /** Child processes, or sessions of one server, at most; they start when needed. */
  readonly workers?: number;
  readonly timeoutMs?: number;
  readonly maxRows?: number;
  readonly maxBytes?: number;
  /** Address space of a child, of which Node reserves about 1.8 GB without using it. A server has its own limits. */
  readonly memoryMb?: number;
};

/** What holds where nothing else is said. */
export const usualLimits: RunLimits = {
  maxRows: 1_000_000,
  maxBytes: 256 * 2 ** 20,
  overflow: "truncate",
  access: "read",
  connection: "fresh",
  boundLengths: true,
  doubleQuotedLiterals: true,
  prepareOnly: false,
};
export const USUAL_TIMEOUT_MS = 30_000;
/** With bounds on lengths. */
export const MAX_VALUE_BYTES = 5_000_000;
export const MAX_SQL_BYTES = 50_000;

export type RunOptions = Partial<RunLimits> & {
  readonly timeoutMs?: number;
  /** Stops the statement, which ends as "cancelled". */
  readonly signal?: AbortSignal;
};

export type Executor = {
  /** Runs one statement on the database, by default on a new connection. Failures of the SQL are values. */
  run(database: string, sql: string, options?: RunOptions): Promise<RunResult>;
  /** Runs many, by default on kept connections; results in the order of the statements. */
  runMany(database: string, sqls: readonly string[], options?: RunOptions): Promise<RunResult[]>;
  /** Stops everything. What still runs or waits ends as exec-error. */
  close(): Promise<void>;
};

/** Something that runs statements, whoever owns its processes. */
export type RunsSql = Pick<Executor, "run">;

/** A connection for our own statements: it reads, and what fails is an error. */
export type Session = {
  /** The rows of a statement of ours, each a list of cells. */
  rows(sql: string, parameters?: readonly (string | number)[]): Promise<SqlCell[][]>;
  close(): Promise<void>;
};

/** One database engine. Both engines pass the same table of tests (drivers.test.ts). */
export type Driver = {
  /** Where untrusted statements run, within limits and without writing. */
  createExecutor(options?: ExecutorOptions): Executor;
  /** Raises UserError("database-invalid"), or UserError("database-unreachable") for a server. Close what you opened. */
  openSession(database: string): Promise<Session>;
};
