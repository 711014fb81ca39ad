/** Examples as one Parquet table: a column for each field of docs/data.md, `source` and `checks` as structs. */
import type { SchemaElement } from "hyparquet";
import type { Example } from "../example.ts";

type Column = {
  readonly element: SchemaElement;
  readonly children?: readonly SchemaElement[];
};

const column = (
  name: string,
  type: "BYTE_ARRAY" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN",
): SchemaElement => ({
  name,
  type,
  repetition_type: "OPTIONAL",
  ...(type === "BYTE_ARRAY" && { converted_type: "UTF8" }),
});
const text = (name: string): SchemaElement => column(name, "BYTE_ARRAY");
const struct = (name: string, children: readonly SchemaElement[]): Column => ({
  element: { name, repetition_type: "OPTIONAL", num_children: children.length },
  children,
});

const columns: Readonly<Record<keyof Example, Column>> = {
  id: { element: text("id") },
  question: { element: text("question") },
  sql: { element: text("sql") },
  dbId: { element: text("dbId") },
  schemaFingerprint: { element: text("schemaFingerprint") },
  kind: { element: text("kind") },
  refusal: { element: text("refusal") },
  evidence: { element: text("evidence") },
  dialect: { element: text("dialect") },
  hardness: { element: text("hardness") },
  templateId: { element: text("templateId") },
  shapeId: { element: text("shapeId") },
  source: struct("source", [
    text("method"),
    text("model"),
    column("seed", "INT64"),
    text("parentId"),
  ]),
  checks: struct("checks", [
    column("executed", "BOOLEAN"),
    column("rows", "INT32"),
    column("ms", "DOUBLE"),
    column("discriminating", "BOOLEAN"),
  ]),
  split: { element: text("split") },
  review: { element: text("review") },
};

/** The bytes of a Parquet file. */
export async function toParquet(examples: readonly Example[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const names = Object.keys(columns) as (keyof Example)[];
  const schema: SchemaElement[] = [
    { name: "root", num_children: names.length },
    ...Object.values(columns).flatMap(({ element, children = [] }) => [element, ...children]),
  ];
  const columnData = names.map((name) => ({
    name,
    data: examples.map((example) => cellOf(example, name)),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

/** Integers of 64 bits are written from bigint. */
function cellOf(example: Example, name: keyof Example): unknown {
  if (name !== "source") return example[name] ?? null;
  const { method, model, seed, parentId } = example.source;
  const bigSeed = seed === undefined ? undefined : BigInt(seed);
  return { method, model, seed: bigSeed, parentId };
}
