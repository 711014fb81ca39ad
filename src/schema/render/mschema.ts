/**
 * M-Schema, the form that XiYan-SQL's models are trained on (arXiv 2411.08599; github.com/XGenerationLab/M-Schema): names
 * as they are, without quotes.
 *
 *     【DB_ID】 shop
 *     【Schema】
 *     # Table: customer, who buys
 *     [
 *     (id:INTEGER, Primary Key, Examples: [1, 2, 3]),
 *     (city:TEXT, where they live, Examples: [London, New York])
 *     ]
 *     【Foreign keys】
 *     order.customerId=customer.id
 */
import type { Column, Database, Table } from "../schema.ts";
import { samplesOf } from "./columns.ts";

/** The schema as XiYan-SQL's M-Schema writes it. */
export function renderMSchema({ dbId, tables }: Database, sampleValues: number = 0): string {
  const keys = tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, refTable, refColumns }) =>
      columns.map((column, i) => `${name}.${column}=${refTable}.${refColumns[i]}`),
    ),
  );
  return [
    `【DB_ID】 ${dbId}`,
    "【Schema】",
    ...tables.map((table) => tableText(table, sampleValues)),
    ...(keys.length === 0 ? [] : ["【Foreign keys】", ...keys]),
  ].join("\n");
}

function tableText({ name, comment, columns }: Table, sampleValues: number): string {
  const lines = columns.map((column) => columnText(column, sampleValues));
  return [`# Table: ${name}${comment ? `, ${comment}` : ""}`, "[", lines.join(",\n"), "]"].join(
    "\n",
  );
}

function columnText(column: Column, sampleValues: number): string {
  const { name, type, comment, primaryKey } = column;
  const samples = samplesOf(column, sampleValues);
  const typeName = type.split("(")[0].trim().toUpperCase();
  const parts = [
    typeName === "" ? name : `${name}:${typeName}`,
    ...(comment ? [comment] : []),
    ...(primaryKey > 0 ? ["Primary Key"] : []),
    ...(samples.length === 0 ? [] : [`Examples: [${samples.join(", ")}]`]),
  ];
  return `(${parts.join(", ")})`;
}
