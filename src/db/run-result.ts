/** What running one statement gives: rows, or the reason why there are none. Shared by the executor and its children. */
export type SqlCell = null | number | bigint | string | Uint8Array;

export type RunFailure =
  /** The database refused it; the message is its own. */
  | "exec-error"
  /** A server does not answer, or the connection to it was lost. */
  | "unreachable"
  | "timeout"
  /** By the caller's signal. */
  | "cancelled"
  /** Too many bytes or rows, a text too long, or out of memory. */
  | "too-large"
  | "not-readonly"
  | "empty-sql"
  | "multi-statement"
  | "unbound-parameter";

export type RunResult =
  | {
      readonly ok: true;
      readonly columns: readonly string[];
      /**
       * INTEGER cells are bigint, REAL cells number: the storage class is kept. How a server's types become cells:
       * postgres/cells.ts.
       */
      readonly rows: readonly (readonly SqlCell[])[];
      readonly ms: number;
      /** True when there were more rows than `maxRows`. */
      readonly truncated: boolean;
    }
  | {
      readonly ok: false;
      readonly reason: RunFailure;
      readonly message: string;
      /** Five letters and digits by which a server tells its errors apart (SQLSTATE). */
      readonly sqlState?: string;
      readonly ms: number;
    };

export type RunLimits = {
  /** Most rows kept. */
  readonly maxRows: number;
  /** What happens beyond maxRows: the rest is left out, or the run fails as too-large. */
  readonly overflow: "truncate" | "fail";
  /** Most bytes of one result, roughly as kept in memory. */
  readonly maxBytes: number;
  /**
   * "read": what is not one reading statement is refused. "copy": the statement may write, on a copy of the file that is
   * thrown away afterwards; only what reaches beyond that copy is refused. A server's database has no copies.
   */
  readonly access: "read" | "copy";
  /**
   * A new connection for this run, or the one that is open from the run before. On a server connections are always kept,
   * and each run has a transaction of its own that is rolled back.
   */
  readonly connection: "fresh" | "kept";
  /** Bounds on the length of a value (5 MB) and of the SQL (50 kB); off for compatibility modes. */
  readonly boundLengths: boolean;
  /** `"France"` may be a string, as in most builds of SQLite. */
  readonly doubleQuotedLiterals: boolean;
  /** Compile only: columns without rows. */
  readonly prepareOnly: boolean;
  /** Without them the whole file may be read. They need access "read" and, on SQLite, a fresh connection. */
  readonly permissions?: Permissions;
};

/** What a statement may read and call. Names in lower case; of a server's database as it spells them. */
export type Permissions = {
  /** Tables and views that may be read, with their columns. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly functions: readonly string[];
  /** Of some of the tables: the condition that a row must meet to be seen. */
  readonly filters: Readonly<Record<string, string>>;
};

/** What a child of the executor is sent; it answers with a RunResult. */
export type RunTask = {
  readonly file: string;
  readonly sql: string;
  readonly limits: RunLimits;
};
