/**
 * The form of every request and answer, once: requests are checked against it, and /openapi.json is written from it.
 * Knows no server.
 */
import { z } from "zod";
import { UserError } from "../base/errors.ts";
import { DECODE } from "../predict/decoding.ts";
import type {
  DescribedTable,
  ErrorAnswer,
  FeedbackRequest,
  GenerateAnswer,
  NotesAnswer,
  NotesRequest,
  ProjectAnswer,
  Rows,
  SchemaAnswer,
} from "./api-types.ts";
import type { Question } from "./ask.ts";

export type ChatRequest = {
  readonly model?: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
};

export const question: z.ZodType<string> = z
  .string()
  .trim()
  .min(1)
  .max(4000)
  .describe("In plain words.");

const column = z.strictObject({
  name: z.string().min(1),
  type: z.string().optional(),
  comment: z.string().optional(),
  primaryKey: z.boolean().optional(),
  notNull: z.boolean().optional(),
});
const foreignKey = z.strictObject({
  columns: z.array(z.string()).min(1),
  refTable: z.string(),
  refColumns: z.array(z.string()).min(1),
});
const table = z.strictObject({
  name: z.string().min(1),
  comment: z.string().optional(),
  columns: z.array(column),
  foreignKeys: z.array(foreignKey).optional(),
});

const answering = {
  decode: z
    .string()
    .regex(DECODE)
    .optional()
    .describe("greedy, grammar or candidates:N, at most serve.maxCandidates; else the project's."),
  repair: z
    .union([z.literal(0), z.literal(1)])
    .optional()
    .describe("1: an answer that cannot run is asked for once more."),
};

export const generateRequest: z.ZodType<Question> = z.object({
  question,
  schema: z
    .union([z.string().min(1), z.object({ tables: z.array(table).min(1) })])
    .optional()
    .describe(
      "CREATE TABLE text, or tables; left out means the project's own. With a schema nothing is executed.",
    ),
  execute: z
    .boolean()
    .optional()
    .describe("true: the rows come with the answer. false: the SQL is not executed at all."),
  ...answering,
});

export const askRequest: z.ZodType<Pick<Question, "question" | "decode" | "repair">> = z.object({
  question,
  ...answering,
});

export const executeRequest: z.ZodType<{ readonly sql: string }> = z.object({
  sql: z.string().describe("One SELECT statement."),
});

export const feedbackRequest: z.ZodType<FeedbackRequest> = z.object({
  request_id: z.string().min(1),
  verdict: z.enum(["right", "wrong"]),
  sql: z.string().trim().min(1).optional().describe("The SQL that would have been right."),
  refusal: z.string().trim().min(1).optional().describe("Why the question cannot be answered."),
  comment: z.string().optional(),
});

export const chatRequest: z.ZodType<ChatRequest> = z.object({
  model: z.string().optional(),
  messages: z
    .array(z.object({ role: z.string(), content: z.string() }))
    .min(1)
    .describe("The last message of the user is the question."),
  stream: z.boolean().optional(),
});

const cell = z.union([z.null(), z.number(), z.string()]);
const rows = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.array(cell)).describe("Integers beyond 2^53 as text, bytes in hexadecimal."),
  truncated: z.boolean(),
  ms: z.number(),
});
export const errorAnswer: z.ZodType<ErrorAnswer> = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});
export const executeAnswer: z.ZodType<Rows> = rows;
export const generateAnswer: z.ZodType<GenerateAnswer> = z.object({
  request_id: z.string(),
  sql: z.string().nullable(),
  refusal: z.string().optional(),
  suggestions: z
    .array(z.object({ table: z.string(), columns: z.array(z.string()) }))
    .optional()
    .describe(
      "With a refusal: the tables and columns that come nearest, of those that the key sees.",
    ),
  confidence: z
    .number()
    .nullable()
    .describe(
      "calibrated: how probably the answer is right. Else the model's probability of its words. 0 for SQL that was executed and failed.",
    ),
  confidence_basis: z.enum(["calibrated", "model", "model and execution"]),
  model: z.string(),
  run: z.string().nullable().describe("The training run that the model comes from."),
  tokens: z.number(),
  prompt_tokens_read: z
    .number()
    .optional()
    .describe(
      "The prompt's tokens that had to be read; of a schema that was asked about before, none.",
    ),
  generation_time_ms: z.number(),
  execution_time_ms: z.number().nullable().describe("null: nothing was executed, or it failed."),
  result: z
    .union([rows, z.object({ error: z.object({ code: z.string(), message: z.string() }) })])
    .optional(),
});
export const chatAnswer: z.ZodType = z.object({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.number(),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.number(),
      message: z.object({ role: z.literal("assistant"), content: z.string() }),
      finish_reason: z.string(),
    }),
  ),
  usage: z.object({ completion_tokens: z.number() }),
});
export const doneAnswer: z.ZodType = z.object({ status: z.string() });
export const readyAnswer: z.ZodType = z.object({
  status: z.string(),
  model: z.string().nullable(),
  run: z.string().nullable(),
});
export const reloadAnswer: z.ZodType = z.object({
  model: z.string(),
  run: z.string().nullable(),
});
const described = {
  name: z.string(),
  comment: z.string().optional(),
};
export const tableAnswer: z.ZodType<DescribedTable> = z.object({
  ...described,
  kind: z.string(),
  columns: z.array(
    z.object({
      ...described,
      type: z.string(),
      notNull: z.boolean(),
      primaryKey: z.number().describe("Its place in the primary key, from 1; 0: in none."),
    }),
  ),
  foreignKeys: z.array(foreignKey),
});
export const schemaAnswer: z.ZodType<SchemaAnswer> = z.object({
  dialect: z.string(),
  tables: z.array(tableAnswer),
});
export const tablesAnswer: z.ZodType = z.object({
  dialect: z.string(),
  tables: z.array(
    z.object({ ...described, kind: z.string(), columns: z.number().describe("How many.") }),
  ),
});

const noteText = z.string().max(2000);
const writtenNote = {
  description: z.string().optional(),
  synonyms: z.array(z.string()),
  guess: z.string().optional().describe("A proposal that nobody has accepted."),
};
export const notesAnswer: z.ZodType<NotesAnswer> = z.object({
  text: z.string().describe("schema/notes.yaml as it stands."),
  hash: z.string(),
  knowledge: z.array(z.string()),
  tables: z.record(
    z.string(),
    z.object({
      ...writtenNote,
      terms: z.array(z.string()),
      columns: z.record(z.string(), z.object(writtenNote)),
    }),
  ),
});
const notesHash = z.string().describe("Of the notes that the change was made on.");
export const notesRequest: z.ZodType<NotesRequest> = z.union([
  z.strictObject({ hash: notesHash, text: z.string().max(1_000_000) }),
  z.strictObject({
    hash: notesHash,
    note: z.strictObject({
      table: z.string().min(1),
      column: z.string().min(1).optional(),
      description: noteText,
      synonyms: z.array(noteText),
    }),
  }),
]);
export const projectAnswer: z.ZodType<ProjectAnswer> = z.object({
  title: z.string(),
  dialect: z.string(),
  version: z.string(),
  model: z.union([z.object({ name: z.string() }), z.object({ missing: z.string() })]),
  sampleQuestions: z.array(z.string()),
  reader: z.object({ name: z.string(), scopes: z.array(z.string()) }),
  limits: z.object({ maxRows: z.number(), timeoutMs: z.number() }),
});

/** Wrong in one field of a request. */
export class FieldError extends UserError {
  readonly param: string;
  constructor(param: string, message: string) {
    super("usage", message);
    this.param = param;
  }
}

/** A body of the form that is wanted. Raises FieldError, which names the field and what it was. */
export function readBody<T>(form: z.ZodType<T>, body: unknown): T {
  const read = form.safeParse(body ?? {});
  if (read.success) return read.data;
  const [{ path, message }] = read.error.issues;
  const field = path.join(".");
  let value = body as unknown;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null)?.[key];
  const got = JSON.stringify(value) ?? "nothing";
  const shown = got.length > 80 ? `${got.slice(0, 80)}…` : got;
  throw new FieldError(
    field,
    `${field === "" ? "the body" : `"${field}"`} is ${shown}: ${message}`,
  );
}

/** JSON Schema of a form, without naming its dialect: not every reader knows one by name. */
export function jsonSchemaOf(form: z.ZodType, io: "input" | "output"): { readonly type: "object" } {
  const { $schema: _, ...schema } = z.toJSONSchema(form, { io });
  return schema as { type: "object" };
}
