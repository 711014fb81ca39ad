/** What the routes take and answer, as types: the forms of api.ts are held to them, and web/ reads them. Imports types alone. */

/** A cell as JSON: large integers as text, bytes in hexadecimal. */
export type JsonCell = null | number | string;

export type Rows = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly JsonCell[])[];
  /** There were more rows than the limit. */
  readonly truncated: boolean;
  readonly ms: number;
};

/** SQL that cannot run, within an answer. */
export type FailedSql = { readonly error: { readonly code: string; readonly message: string } };

/** With a refusal: what of the schema comes nearest. */
export type Suggestion = { readonly table: string; readonly columns: readonly string[] };

export type GenerateAnswer = {
  readonly request_id: string;
  /** null: the question cannot be answered, and `refusal` says why. */
  readonly sql: string | null;
  readonly refusal?: string;
  readonly suggestions?: readonly Suggestion[];
  readonly confidence: number | null;
  /** "calibrated": how probably the answer is right; else the model's probability of its words. */
  readonly confidence_basis: "calibrated" | "model" | "model and execution";
  readonly model: string;
  /** The training run that the model comes from. */
  readonly run: string | null;
  readonly tokens: number;
  /** The prompt's tokens that had to be read. */
  readonly prompt_tokens_read?: number;
  readonly generation_time_ms: number;
  readonly execution_time_ms: number | null;
  readonly result?: Rows | FailedSql;
};

/** The events of `POST /v1/ask` with what each carries. */
export type AskEvents = {
  readonly "sql-start": object;
  readonly "sql-delta": { readonly text: string };
  readonly "sql-end": Pick<GenerateAnswer, "sql" | "refusal" | "suggestions">;
  readonly rows: Rows | FailedSql;
  readonly error: ErrorAnswer;
  readonly done: GenerateAnswer;
};

export type ErrorAnswer = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The field of the request that is wrong. */
    readonly param: string | null;
    readonly code: string;
  };
};

export type FeedbackRequest = {
  readonly request_id: string;
  readonly verdict: "right" | "wrong";
  readonly sql?: string;
  readonly refusal?: string;
  readonly comment?: string;
};

export type DescribedColumn = {
  readonly name: string;
  readonly comment?: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Position in the primary key from 1, or 0. */
  readonly primaryKey: number;
};

export type DescribedTable = {
  readonly name: string;
  readonly comment?: string;
  /** "table" or "view". */
  readonly kind: string;
  readonly columns: readonly DescribedColumn[];
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly refTable: string;
    readonly refColumns: readonly string[];
  }[];
};

export type SchemaAnswer = { readonly dialect: string; readonly tables: readonly DescribedTable[] };

/** What a person wrote of a table or column. */
export type WrittenNote = {
  readonly description?: string;
  readonly synonyms: readonly string[];
  /** A description that the program proposed and nobody has accepted. */
  readonly guess?: string;
};

/** schema/notes.yaml, as text and read. */
export type NotesAnswer = {
  readonly text: string;
  /** Of the text; a change names the one it was made on. */
  readonly hash: string;
  readonly knowledge: readonly string[];
  readonly tables: Readonly<
    Record<
      string,
      WrittenNote & {
        readonly terms: readonly string[];
        readonly columns: Readonly<Record<string, WrittenNote>>;
      }
    >
  >;
};

/** The whole file anew, or one note of it. */
export type NotesRequest =
  | { readonly hash: string; readonly text: string }
  | {
      readonly hash: string;
      readonly note: {
        readonly table: string;
        /** Left out for the table itself. */
        readonly column?: string;
        readonly description: string;
        readonly synonyms: readonly string[];
      };
    };

/** What the page has to know before anything else. */
export type ProjectAnswer = {
  readonly title: string;
  readonly dialect: string;
  readonly version: string;
  /** `missing` says why there is none. */
  readonly model: { readonly name: string } | { readonly missing: string };
  /** To show beside an empty box. */
  readonly sampleQuestions: readonly string[];
  /** Who asks: a key's name and scopes, or "local" where no key is needed. */
  readonly reader: { readonly name: string; readonly scopes: readonly string[] };
  readonly limits: { readonly maxRows: number; readonly timeoutMs: number };
};

export type {
  BriefPair,
  DataDiff,
  DataVersion,
  DataVersions,
  DecisionName,
  Figures,
  KeyEntry,
  OptionValue,
  PairEntry,
  PairList,
  PairState,
  Reliability,
  ReportCase,
  ReviewRequest,
  RunDetail,
  RunEvent,
  RunReport,
  RunsAnswer,
  RunState,
  RunSummary,
  Score,
  Setting,
  SettingsAnswer,
  Split,
  Step,
} from "./project-types.ts";
