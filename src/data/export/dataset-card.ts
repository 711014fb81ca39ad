/**
 * README.md beside exported pairs, in Hugging Face's form: what the files are for machines in front, in words below. It
 * claims nothing about the pairs that their own card (data/clean/card.md) does not.
 */
import type { Database } from "../../schema/schema.ts";
import type { Split } from "../example.ts";
import { type ExportFormat, exportForms } from "./formats.ts";

export type DatasetCardInput = {
  readonly database: Database;
  readonly format: ExportFormat;
  readonly files: Readonly<
    Partial<Record<Split, { readonly name: string; readonly pairs: number }>>
  >;
  /** The pairs' own card. */
  readonly card?: string;
  /** As the one who exports states it. */
  readonly license?: string;
  /** The one that all pairs carry. */
  readonly pairsLicence?: string;
};

/** Tells a card of ours from a README of someone else's. */
export const CARD_MARK = "Exported by text2sql-tuner";

/** The README.md that Hugging Face shows for a data set. */
export function renderDatasetCard({
  database,
  format,
  files,
  card = "",
  pairsLicence = "unknown",
  license = licenseIn(card) ?? pairsLicence.toLowerCase(),
}: DatasetCardInput): string {
  const entries = Object.entries(files);
  const front = [
    "---",
    `license: ${license}`,
    `pretty_name: ${JSON.stringify(`Questions on ${database.dbId} with SQL`)}`,
    "task_categories:",
    "- text-generation",
    "tags:",
    "- text-to-sql",
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...entries.flatMap(([split, { name }]) => [`  - split: ${split}`, `    path: ${name}`]),
    "---",
  ];
  const body = [
    `# Questions on ${database.dbId} with SQL`,
    `${CARD_MARK} as ${format}: ${exportForms[format].help}. The SQL is ${database.dialect}'s; a question that has no answer is answered with \`-- cannot answer: reason\`${format === "parquet" ? " (column `refusal`)" : ""}.`,
    [
      "| split | file | pairs |",
      "|---|---|--:|",
      ...entries.map(([split, { name, pairs }]) => `| ${split} | ${name} | ${pairs} |`),
    ].join("\n"),
    ...(card === "" ? [] : [`## The pairs' own card\n\n${card.trim().replace(/^#/gm, "##")}`]),
  ];
  return `${front.join("\n")}\n\n${body.join("\n\n")}\n`;
}

/** What a card states as `license: NAME`, in its front matter or in a line of its own. */
const licenseIn = (card: string): string | undefined =>
  /^licen[sc]e:[ \t]*([\w.+-]+)[ \t]*$/im.exec(card)?.[1].toLowerCase();
