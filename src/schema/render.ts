/**
 * A schema as text for a prompt, in one of four forms, within a budget of tokens: what does not fit is left out in a fixed
 * order, sample values first, and said. Knows no tokenizer: counting comes as a function.
 */
import { UserError } from "../base/errors.ts";
import { renderCompact } from "./render/compact.ts";
import { renderDdl } from "./render/ddl.ts";
import { renderMSchema } from "./render/mschema.ts";
import { renderSqlCoder } from "./render/sqlcoder.ts";
import type { Database } from "./schema.ts";
import { withShownNames } from "./shown-names.ts";

export { renderCompact, renderDdl };

/** How a schema may look in a prompt. */
export type SchemaFormat = "compact" | "ddl" | "mschema" | "sqlcoder";

const renderers: Readonly<Record<SchemaFormat, (database: Database, values: number) => string>> = {
  compact: renderCompact,
  ddl: renderDdl,
  mschema: renderMSchema,
  sqlcoder: renderSqlCoder,
};

/** The first is the default. */
export const SCHEMA_FORMATS = Object.keys(renderers) as SchemaFormat[];

/** A format with its bounds. */
export type SchemaForm = {
  readonly format: SchemaFormat;
  /** Most values shown of a column. */
  readonly sampleValues: number;
  /** Most tokens that the text may have. 0 = no bound. */
  readonly maxTokens: number;
};

/** The form that the bundled adapter was trained on. */
export const defaultSchemaForm: SchemaForm = { format: "compact", sampleValues: 0, maxTokens: 0 };

/** The text, and what was left out to keep the bound. */
export type RenderedSchema = {
  readonly text: string;
  /** What was left out so that the rest fits, in the order in which it went. */
  readonly dropped: readonly string[];
};

/** Renders a schema. Raises schema-too-long when names and keys alone exceed `maxTokens`. */
export function renderSchema(
  database: Database,
  { format, sampleValues, maxTokens }: SchemaForm,
  countTokens: (text: string) => number,
): RenderedSchema {
  const dropped: string[] = [];
  let view: View = { database: withShownNames(database), sampleValues };
  let text = renderers[format](view.database, view.sampleValues);
  if (maxTokens === 0) return { text, dropped };
  for (const [what, without] of Object.entries(OMISSIONS)) {
    if (countTokens(text) <= maxTokens) break;
    view = without(view);
    const shorter = renderers[format](view.database, view.sampleValues);
    if (shorter !== text) dropped.push(what);
    text = shorter;
  }
  const tokens = countTokens(text);
  if (tokens > maxTokens)
    throw new UserError(
      "schema-too-long",
      `the names and keys of the schema alone take ${tokens} tokens in the form ${format}; prompt.maxSchemaTokens is ${maxTokens}`,
    );
  return { text, dropped };
}

/** What is shown of a schema. */
type View = { readonly database: Database; readonly sampleValues: number };

/** What goes, first things first: a name that is not there cannot be written, a value can be guessed. */
const OMISSIONS: Readonly<Record<string, (view: View) => View>> = {
  "sample values but one": (view) => ({ ...view, sampleValues: Math.min(1, view.sampleValues) }),
  "sample values": (view) => ({ ...view, sampleValues: 0 }),
  "descriptions of columns": columnsWithout("comment"),
  "descriptions of tables": ({ database, ...view }) => ({
    ...view,
    database: {
      ...database,
      tables: database.tables.map(({ comment: _comment, ...table }) => table),
    },
  }),
  types: columnsWithout("type"),
};

function columnsWithout(key: "comment" | "type"): (view: View) => View {
  return ({ database, ...view }) => ({
    ...view,
    database: {
      ...database,
      tables: database.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({ ...column, [key]: "" })),
      })),
    },
  });
}
