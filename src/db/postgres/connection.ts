/**
 * One connection to a PostgreSQL server: opened with settings that let it only read, and that make values read alike on
 * every server; and one statement on it by the extended protocol, which takes no second one, within limits. Bytes are
 * counted as they come in, so that not even a single value can fill this process. The server's memory and disk are the
 * server's own to bound.
 */
import { connect as connectSocket, type Socket } from "node:net";
import type { Client, Connection } from "pg";
import { messageOf, UserError } from "../../base/errors.ts";
import { MAX_VALUE_BYTES } from "../driver.ts";
import type { RunFailure, RunLimits, RunResult, SqlCell } from "../run-result.ts";
import { readerOf } from "./cells.ts";
import { reasonOf } from "./reasons.ts";
import { readPostgresUrl } from "./url.ts";

const CONNECT_MS = 10_000;
const LOCK_MS = 2_000;
const IDLE_IN_TRANSACTION_MS = 60_000;

/** What a sort may take of memory, and a statement of the disk; a server's own bound stays where it is lower. */
const MOST_KILOBYTES = { work_mem: 2 ** 16, temp_file_limit: 2 ** 20 };

const boundSetting = (name: string, most: number): string =>
  `SELECT pg_catalog.set_config(name, '${most}', false) FROM pg_catalog.pg_settings
   WHERE name = '${name}' AND (setting::bigint < 0 OR setting::bigint > ${most})`;

const settings = (schemas: readonly string[]): string =>
  Object.entries({
    default_transaction_read_only: "on",
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    standard_conforming_strings: "on",
    client_min_messages: "error",
    DateStyle: "'ISO, YMD'",
    IntervalStyle: "'postgres'",
    bytea_output: "'hex'",
    extra_float_digits: 1,
    search_path: schemas.map(quoteIdentifier).join(", "),
  })
    .map(([name, value]) => `SET ${name} TO ${value}`)
    .join("; ");

export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** An open connection. Raises UserError("database-unreachable", "config-invalid", "package-missing"). */
export async function connect(url: string): Promise<Client> {
  const { connectionString, shown, schemas } = readPostgresUrl(url);
  const { Client } = await loadPg();
  const client = new Client({
    connectionString,
    application_name: "t2s",
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  });
  client.on("error", () => broken.add(client)); // while nothing runs; the next statement says so
  try {
    await client.connect();
    await client.query(settings(schemas));
    for (const [name, most] of Object.entries(MOST_KILOBYTES))
      await client.query(boundSetting(name, most)).catch(() => {}); // not every role may
    return client;
  } catch (error) {
    void client.end();
    throw new UserError("database-unreachable", `${shown}: ${reasonFor(error)}`, { cause: error });
  }
}

/** A failure to connect to several addresses has its text in each. */
const reasonFor = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(messageOf).join("; ") : messageOf(error);

async function loadPg(): Promise<typeof import("pg").default> {
  try {
    return (await import("pg")).default;
  } catch (error) {
    throw new UserError(
      "package-missing",
      "PostgreSQL needs the package pg, which is not installed: npm install pg@8.23.1",
      { cause: error },
    );
  }
}

/** The text of a connection that ended. */
export const LOST = "the connection to the server was lost";

export type StatementLimits = Pick<
  RunLimits,
  "maxRows" | "maxBytes" | "overflow" | "boundLengths" | "prepareOnly"
> & { readonly timeoutMs: number };

/** The server stops a statement at its time limit by itself; a connection that is silent for longer is given up. */
const GRACE_MS = 1_000;

const streamOf = (client: Client): Socket =>
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;

/** Connections that the server has said to end; their sockets may still be open. */
const broken = new WeakSet<Client>();

/** Whether the server has not closed the connection meanwhile. */
export const isOpen = (client: Client): boolean => !broken.has(client) && streamOf(client).writable;

/** A connection at rest must not keep this process from ending. */
export function keepsProcess(client: Client, keeps: boolean): void {
  if (keeps) streamOf(client).ref();
  else streamOf(client).unref();
}

/** How a statement ended, and whether the connection can take another. */
export type StatementEnd = { readonly result: RunResult; readonly isUsable: boolean };

export type StatementOptions = {
  readonly values?: readonly string[];
  readonly signal?: AbortSignal;
  /** A name: with `prepareOnly` the statement is kept under it, else the one that is kept is run. */
  readonly prepared?: string;
};

/** Runs one statement in the open transaction; never throws. */
export function runStatement(
  client: Client,
  sql: string,
  limits: StatementLimits,
  { values = [], signal, prepared = "" }: StatementOptions = {},
): Promise<StatementEnd> {
  const { promise, resolve } = Promise.withResolvers<StatementEnd>();
  const startedMs = performance.now();
  const stream = streamOf(client);
  const statement = new Statement({ sql, prepared, values }, limits, (end) => finish(end, true));
  let isCancelSent = false;
  const cancel = () => {
    isCancelSent = true;
    cancelStatement(client);
  };
  let isEnded = false;
  let bytes = 0;
  const count = (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > limits.maxBytes)
      giveUp("too-large", `the result is larger than ${limits.maxBytes} bytes`);
  };
  const finish = (end: Outcome, isUsable: boolean) => {
    if (isEnded) return;
    isEnded = true;
    clearTimeout(timer);
    stream.off("data", count).off("close", lose);
    signal?.removeEventListener("abort", cancel);
    const ms = performance.now() - startedMs;
    const isLost = !end.ok && end.reason === "unreachable";
    const wasCancelled = !end.ok && end.reason === "timeout" && signal?.aborted;
    resolve({
      result: wasCancelled
        ? { ok: false, reason: "cancelled", message: "cancelled", ms }
        : { ...end, ms },
      isUsable: isUsable && !isLost && !isCancelSent, // it may arrive late, and meet the next statement
    });
  };
  const giveUp = (reason: RunFailure, message: string) => {
    cancel();
    finish({ ok: false, reason, message }, false);
    stream.destroy();
  };
  const lose = () => finish({ ok: false, reason: "unreachable", message: LOST }, false);
  const timer = setTimeout(
    () => giveUp("timeout", `ran longer than ${limits.timeoutMs / 1000} s`),
    limits.timeoutMs + GRACE_MS,
  );
  stream.prependListener("data", count).on("close", lose); // before the client reads the bytes
  signal?.addEventListener("abort", cancel, { once: true });
  client.query(statement);
  if (signal?.aborted) cancel();
  return promise;
}

/** Distributes over the two kinds of result. */
type WithoutMs<T> = T extends unknown ? Omit<T, "ms"> : never;
type Outcome = WithoutMs<RunResult>;
type Field = { readonly name: string; readonly dataTypeID: number };

type GivenStatement = {
  readonly sql: string;
  readonly prepared: string;
  readonly values: readonly string[];
};

/** What the client drives: Parse, Bind, Describe and Execute in one batch, with a bound on rows. */
class Statement {
  readonly #given: GivenStatement;
  readonly #limits: StatementLimits;
  readonly #onEnd: (end: Outcome) => void;
  #columns: readonly string[] = [];
  #readers: readonly ((text: string) => SqlCell)[] = [];
  readonly #rows: SqlCell[][] = [];
  #isTruncated = false;
  #isTooLong = false;
  #failure: Outcome | undefined;

  constructor(given: GivenStatement, limits: StatementLimits, onEnd: (end: Outcome) => void) {
    this.#given = given;
    this.#limits = limits;
    this.#onEnd = onEnd;
  }

  submit(given: Connection): null {
    const connection = given as unknown as Wire;
    const { maxRows, prepareOnly } = this.#limits;
    const { sql, prepared, values } = this.#given;
    connection.stream.cork();
    if (prepareOnly || prepared === "") connection.parse({ text: sql, name: prepared });
    if (prepareOnly) connection.describe({ type: "S", name: prepared });
    else {
      connection.bind({ statement: prepared, values });
      connection.describe({ type: "P", name: "" });
      connection.execute({ portal: "", rows: maxRows + 1 });
    }
    connection.sync();
    connection.stream.uncork();
    return null;
  }
  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#columns = fields.map(({ name }) => name);
    this.#readers = fields.map(({ dataTypeID }) => readerOf(dataTypeID));
  }
  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { maxRows, boundLengths } = this.#limits;
    this.#isTruncated = this.#rows.length >= maxRows;
    if (this.#isTruncated) return;
    if (boundLengths && fields.some((text) => text !== null && text.length > MAX_VALUE_BYTES))
      this.#isTooLong = true;
    this.#rows.push(fields.map((text, i) => (text === null ? null : this.#readers[i](text))));
  }
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {
    this.#failure = { ok: false, reason: "empty-sql", message: "the SQL holds no statement" };
  }
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
  handleError(error: Error & { readonly code?: string }): void {
    const { code, message } = error;
    const sqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
    this.#onEnd({
      ok: false,
      reason: reasonOf(sqlState, message),
      message,
      ...(sqlState && { sqlState }),
    });
  }
  handleReadyForQuery(): void {
    this.#onEnd(this.#failure ?? this.#outcome());
  }

  #outcome(): Outcome {
    const { maxRows, overflow } = this.#limits;
    const tooLarge = (message: string): Outcome => ({ ok: false, reason: "too-large", message });
    if (this.#isTooLong) return tooLarge(`a value is longer than ${MAX_VALUE_BYTES} characters`);
    if (this.#isTruncated && overflow === "fail")
      return tooLarge(`the result has more than ${maxRows} rows`);
    return { ok: true, columns: this.#columns, rows: this.#rows, truncated: this.#isTruncated };
  }
}

/** The client's connection, as far as a statement of its own uses it; the package's types leave it out. */
type Wire = {
  readonly stream: Socket;
  parse(message: { readonly text: string; readonly name: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly string[] }): void;
  describe(message: { readonly type: "S" | "P"; readonly name: string }): void;
  execute(message: { readonly portal: string; readonly rows: number }): void;
  sync(): void;
};

const CANCEL_REQUEST = 80_877_102;

/** Asks the server, on a connection of its own as the protocol has it, to stop what this one is doing. */
export function cancelStatement(client: Client): void {
  const { processID, secretKey, host, port } = client as unknown as {
    readonly processID: number;
    readonly secretKey: number;
    readonly host: string;
    readonly port: number;
  };
  const message = Buffer.alloc(16);
  [message.length, CANCEL_REQUEST, processID, secretKey].forEach((part, i) =>
    message.writeInt32BE(part | 0, 4 * i),
  );
  const socket = host.startsWith("/")
    ? connectSocket(`${host}/.s.PGSQL.${port}`)
    : connectSocket(port, host);
  socket.on("error", () => {}); // the time limit of the server is left
  socket.end(message);
}
