/** The tools of the Model Context Protocol: what each takes, answers, and asks of the service. Knows no protocol. */
import { z } from "zod";
import { nearestName, UserError } from "../base/errors.ts";
import type { Database, Table } from "../schema/schema.ts";
import { generateAnswer, tableAnswer } from "./answers.ts";
import * as api from "./api.ts";
import type { CallOptions } from "./ask.ts";
import type { Reader } from "./keys.ts";
import type { Service } from "./service.ts";

/** Who calls, and how it goes on. */
export type Call = {
  readonly service: Service;
  readonly reader: Reader;
  readonly options: Required<Pick<CallOptions, "job" | "signal" | "onStart" | "onSql">>;
};

export type Tool = {
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  /** `given` has not been looked at. */
  call(given: unknown, call: Call): Promise<object>;
};

/** More would fill the context of most models that read them. */
const USUAL_ROWS = 100;
const maxRows = z
  .number()
  .int()
  .min(1)
  .default(USUAL_ROWS)
  .describe(
    "Further rows are left out, and `truncated` says so. The service has a limit of its own.",
  );

const tool = <T>(
  known: Pick<Tool, "title" | "description" | "output"> & { readonly input: z.ZodType<T> },
  answer: (given: T, call: Call) => Promise<object>,
): Tool => ({ ...known, call: (given, call) => answer(api.readBody(known.input, given), call) });

/** By name. */
export const tools: Readonly<Record<string, Tool>> = {
  ask: tool(
    {
      title: "Ask the database",
      description:
        "Answers a question about the data in plain words: the SQL that a model tuned to this database writes, its rows, and how sure the model is; or why it cannot be answered. One question with all that it needs: nothing of earlier ones is known.",
      input: z.object({ question: api.question, max_rows: maxRows }),
      output: api.generateAnswer,
    },
    async ({ question, max_rows }, { service, reader, options }) =>
      generateAnswer(
        await service.ask(reader, { question }, { ...options, maxRows: max_rows }),
        true,
      ),
  ),
  generate_sql: tool(
    {
      title: "Write SQL",
      description:
        "The SQL for a question, without its rows: on this database, where it is tried out unless `execute` is false, or on a schema that is given.",
      input: api.generateRequest,
      output: api.generateAnswer,
    },
    async (question, { service, reader, options }) =>
      generateAnswer(await service.ask(reader, question, options), question.execute === true),
  ),
  run_sql: tool(
    {
      title: "Run SQL",
      description:
        "Runs one SELECT statement and returns its rows. Nothing can be changed; time, rows and bytes are limited; only tables and columns that list_tables and describe_table name can be read.",
      input: z.object({
        sql: z.string().describe("One SELECT statement in the database's dialect."),
        max_rows: maxRows,
      }),
      output: api.executeAnswer,
    },
    ({ sql, max_rows }, { service, reader, options }) =>
      service.execute(reader, sql, { ...options, maxRows: max_rows }),
  ),
  list_tables: tool(
    {
      title: "List tables",
      description: "The tables and views that can be read, with what is said of them.",
      input: z.object({}),
      output: api.tablesAnswer,
    },
    async (_given, { service, reader }) => {
      const { dialect, tables } = service.schema(reader);
      return {
        dialect,
        tables: tables.map(({ name, kind, comment, columns }) => ({
          name,
          kind,
          comment,
          columns: columns.length,
        })),
      };
    },
  ),
  describe_table: tool(
    {
      title: "Describe a table",
      description: "The columns of one table or view, their types, keys and comments.",
      input: z.object({ table: z.string().min(1).describe("Its name, as list_tables gives it.") }),
      output: api.tableAnswer,
    },
    async ({ table }, { service, reader }) => tableAnswer(tableOf(service.schema(reader), table)),
  ),
};

/** Names of tables are the same in capitals. */
export const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Raises not-found with the name that is nearest. */
function tableOf({ tables }: Database, name: string): Table {
  const found = tables.find((table) => isSame(table.name, name));
  if (found !== undefined) return found;
  const near = nearestName(
    name,
    tables.map((table) => table.name),
  );
  const hint = near === undefined ? "" : `; ${near} is near`;
  throw new UserError("not-found", `there is no table ${name}${hint}`);
}
