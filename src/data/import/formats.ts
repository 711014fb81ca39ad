/** The forms of pairs that can be imported, and how the form of a file is told. */
import { UserError } from "../../base/errors.ts";
import { alpacaForm } from "./alpaca.ts";
import { chatForm, shareGptForm } from "./conversations.ts";
import { defogForm } from "./defog.ts";
import { dialoguesForm } from "./dialogues.ts";
import { birdForm, spiderForm, spiderSynForm, tableForm } from "./flat.ts";
import { pairsForm } from "./pairs.ts";
import type { Fields, Form } from "./record.ts";
import { sqlCoderForm } from "./sqlcoder.ts";
import { wikiSqlForm } from "./wikisql.ts";

export type ImportFormat =
  | "pairs"
  | "spider"
  | "spider-syn"
  | "sparc"
  | "bird"
  | "defog"
  | "wikisql"
  | "sqlcoder"
  | "alpaca"
  | "sharegpt"
  | "chat"
  | "table";

/** In the order in which they are tried: what has more marks of its own goes first. */
export const importForms: Readonly<Record<ImportFormat, Form>> = {
  pairs: pairsForm,
  "spider-syn": spiderSynForm,
  sparc: dialoguesForm,
  bird: birdForm,
  wikisql: wikiSqlForm,
  defog: defogForm,
  spider: spiderForm,
  chat: chatForm,
  sharegpt: shareGptForm,
  sqlcoder: sqlCoderForm,
  alpaca: alpacaForm,
  table: tableForm,
};

/** Other names of published sets that have one of these forms. */
export const formatAliases: Readonly<Record<string, ImportFormat>> = {
  "spider-realistic": "spider",
  archer: "spider",
  cosql: "sparc",
  csv: "table",
  tsv: "table",
  jsonl: "table",
};

/** The form of this name. Raises usage. */
export function formatNamed(name: string): ImportFormat {
  if (Object.hasOwn(importForms, name)) return name as ImportFormat;
  if (Object.hasOwn(formatAliases, name)) return formatAliases[name];
  const known = ["auto", ...Object.keys(importForms), ...Object.keys(formatAliases)];
  throw new UserError("usage", `--format is ${name}; one of ${known.join(", ")} is wanted`);
}

/** The form that most of `records` have; undefined when none has any. */
export function formatOf(records: readonly Fields[]): ImportFormat | undefined {
  const counts = (Object.keys(importForms) as ImportFormat[]).map((format) => ({
    format,
    count: records.filter((fields) => importForms[format].matches(fields)).length,
  }));
  const best = counts.toSorted((a, b) => b.count - a.count)[0];
  return best.count > 0 ? best.format : undefined;
}
