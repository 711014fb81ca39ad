/**
 * A database as things that people talk about: tables as entities with nouns, columns as fields with phrases and roles,
 * foreign keys as links. Everything that shapes draw from. Knows no shape of SQL.
 */
import type { Column, Database, Table } from "../../schema/schema.ts";
import type { ColumnNotes } from "./comments.ts";
import { type Definition, definitionsOf } from "./definitions.ts";
import { divisionsOf, fieldsOf, keyNamesOf } from "./fields.ts";
import { linksOf } from "./links.ts";
import { nounsOfTables } from "./nouns.ts";
import type { Role } from "./roles.ts";
import {
  readDateOrder,
  readLabels,
  readSamples,
  type RunMany,
  type Samples,
  type Value,
} from "./samples.ts";

export type Field = {
  readonly table: string;
  readonly name: string;
  readonly column: Column;
  readonly role: Role;
  /** Singular phrases, best first. */
  readonly phrases: readonly string[];
  readonly notes: ColumnNotes;
  readonly samples: Samples;
  readonly isNumeric: boolean;
  readonly isAdditive: boolean;
  readonly isMoney: boolean;
  /** Dates that carry a time of day. */
  readonly hasTime: boolean;
  /** A running number within others, such as a line of a document: nothing to group by. */
  readonly isSerial: boolean;
  /** The value picks one row: of the table itself or of the one that it points to. */
  readonly picksRow: boolean;
  /** A key that divides all data into a few parts, such as a company's number. */
  readonly isDivision: boolean;
  /** No two rows share a value. */
  readonly isUnique: boolean;
};

export type Link = {
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly { readonly child: string; readonly parent: string }[];
  /** All pairs share their names. */
  readonly using: boolean;
  /** What the child calls its parent: "customer", "support rep". */
  readonly noun: string;
  /** Declared, composed of declared ones, or guessed from names and values. */
  readonly origin: "declared" | "composed" | "guessed";
};

export type Entity = {
  readonly table: Table;
  readonly name: string;
  /** Plural nouns, best first. */
  readonly nouns: readonly string[];
  readonly area?: string;
  readonly fields: readonly Field[];
  /** What people call a row: a name, first and last name, a document's number; empty if there is none. */
  readonly label: readonly Field[];
  /** Real labels, as the rows hold them. */
  readonly labelRows: readonly (readonly Value[])[];
  /** `a\nb` for dates of which a mostly lies before b. */
  readonly dateOrder: ReadonlySet<string>;
  /** The label, or else the key. */
  readonly identity: readonly Field[];
  /** What the knowledge defines over its columns. */
  readonly definitions: readonly Definition[];
  readonly isPerson: boolean;
  /** Rows that only connect two other tables. */
  readonly isJunction: boolean;
};

export type Vocabulary = {
  readonly database: Database;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly links: readonly Link[];
  /** The date that the database's notes call today, if they do. */
  readonly today?: string;
  columnsOf(table: string): readonly string[];
};

/** Reads values through `run` and puts words to everything. Tables without rows and views take no part. */
export async function createVocabulary(database: Database, run: RunMany): Promise<Vocabulary> {
  const samples = await readSamples(database, run);
  const tables = database.tables.filter((table) => samples.has(table.name));
  const keyNames = keyNamesOf(tables);
  const divisions = divisionsOf(tables);
  const nouns = nounsOfTables(tables);
  const columnNames = new Map(
    database.tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]),
  );
  const links = await linksOf(tables, nouns, run);
  const drafts = tables.map((table) => {
    const own = links.filter(({ child }) => child === table.name);
    const isKeyLike = (name: string) =>
      keyNames.has(name) || own.some(({ columns }) => columns.some(({ child }) => child === name));
    const fields = fieldsOf(table, samples.get(table.name) ?? new Map(), {
      isKeyLike,
      isReference: (name) => own.some((link) => isReference(link, name, tables)),
      isDivision: (name) => divisions.has(name),
    });
    return toEntity(table, fields, nouns.get(table.name) ?? { nouns: [table.name] }, links);
  });
  const definitions = await definitionsOf(
    database.knowledge,
    tables,
    new Map([...nouns].map(([name, words]) => [name, words.nouns])),
    run,
  );
  const [labelRows, dateOrders] = [await readLabels(drafts, run), await readDateOrder(drafts, run)];
  const entities = new Map(
    drafts.map((draft, index) => [
      draft.name,
      {
        ...draft,
        labelRows: labelRows[index],
        dateOrder: dateOrders[index],
        definitions: definitions.filter(({ table }) => table === draft.name),
      },
    ]),
  );
  const today = database.knowledge
    .map((line) => /\btoday is (\d{4}-\d{2}-\d{2})/i.exec(line)?.[1])
    .find(Boolean);
  return {
    database,
    entities,
    links,
    ...(today && { today }),
    columnsOf: (table) => columnNames.get(table) ?? [],
  };
}

/** The column picks one row of the table that it points to, alone or because no other row has its value. */
function isReference({ columns, parent }: Link, name: string, tables: readonly Table[]): boolean {
  const pair = columns.find(({ child }) => child === name);
  const table = tables.find((candidate) => candidate.name === parent);
  const column = table?.columns.find((candidate) => candidate.name === pair?.parent);
  return columns.length === 1
    ? pair !== undefined
    : column !== undefined && column.distinctCount === table?.rowCount;
}

function toEntity(
  table: Table,
  fields: readonly Field[],
  words: { readonly nouns: readonly string[]; readonly area?: string },
  links: readonly Link[],
): Omit<Entity, "labelRows" | "dateOrder" | "definitions"> {
  const label = labelOf(fields);
  const parents = links.filter(
    ({ child, origin }) => child === table.name && origin === "declared",
  );
  const keyed = new Set(parents.flatMap(({ columns }) => columns.map(({ child }) => child)));
  return {
    table,
    name: table.name,
    nouns: words.nouns,
    ...(words.area && { area: words.area }),
    fields,
    label,
    identity: label.length > 0 ? label : keyOf(fields),
    isPerson: label.length === 2,
    isJunction:
      parents.length >= 2 &&
      table.columns.every(({ name, primaryKey }) => keyed.has(name) || primaryKey > 0),
  };
}

function labelOf(fields: readonly Field[]): Field[] {
  const find = (pattern: RegExp) => fields.find(({ phrases }) => pattern.test(phrases[0]));
  const [first, last] = [find(/^(first|given) name$/), find(/^(last|family) name$|^surname$/)];
  if (first && last) return [first, last];
  const named = fields.filter(({ role }) => role === "name");
  const exact = named.find(({ phrases }) => /(^|\s)(name|title)$/.test(phrases[0])) ?? named[0];
  const ident = exact ?? fields.find(({ role }) => role === "ident");
  return ident ? [ident] : [];
}

/** What is said of a row without a name: what it belongs to, spoken keys first, else the end of its own key. */
function keyOf(fields: readonly Field[]): Field[] {
  const keys = fields.filter(
    ({ role, column, isDivision, isSerial }) =>
      role === "key" && !isDivision && !isSerial && column.nullCount === 0,
  );
  const rank = (field: Field) => (isSpokenKey(field) ? 0 : field.picksRow ? 1 : 2);
  if (keys.length > 0) return keys.sort((a, b) => rank(a) - rank(b)).slice(0, 2);
  const own = fields.filter(({ column }) => column.primaryKey > 0);
  return own.sort((a, b) => a.column.primaryKey - b.column.primaryKey).slice(-2);
}

/** A key that people use in speech: "24-105", "EUR", the number of one of a few companies. */
export const isSpokenKey = ({ role, isNumeric, isDivision, picksRow }: Field): boolean =>
  role === "key" && (isDivision || (picksRow && !isNumeric));

const PERSON = /^\p{Lu}[\p{Ll}'-]+ (\p{Lu}\.? )?\p{Lu}[\p{L}'-]+$/u;
const AGENT =
  /\b(manager|owner|rep|agent|officer|author|director|coach|captain|teacher|leader|head|by)$/;

export const isPersonName = (value: unknown): boolean => PERSON.test(String(value));

/** Who did it or answers for it, by name: "project manager". */
export const namesPeople = ({ phrases, samples: { frequent } }: Field): boolean =>
  AGENT.test(phrases[0]) && frequent.every(({ value }) => isPersonName(value));

/** Rows that name kinds of things ("Labor", "Electrical"): a few short texts without digits, called descriptions. */
export const isKind = ({ label, labelRows, isPerson }: Entity): boolean =>
  !isPerson &&
  labelRows.length > 1 &&
  labelRows.length <= 60 &&
  /description|type|category|kind|genre/.test(label[0].phrases[0]) &&
  labelRows.every(([value]) => /^\p{L}+( \p{L}+)?$/u.test(String(value)));

/** Rows that are known by names of their own: customers, employees, projects. */
export const isNamed = (entity: Entity): boolean =>
  entity.label.length > 0 && entity.label.every(({ role }) => role === "name") && !isKind(entity);
