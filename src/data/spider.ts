/** Files in Spider's form: a JSON list of {db_id, question, query}, databases at DIR/DB/DB.sqlite. Opens no database. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UserError } from "../base/errors.ts";
import { templateOf } from "../sql/template.ts";
import type { Divisible } from "./split.ts";

/** One question with its gold SQL, as the file has it. */
export type SpiderItem = {
  readonly db_id: string;
  readonly question?: string;
  /** Spider-Syn's name of the question. */
  readonly SpiderSynQuestion?: string;
  readonly query: string;
  /** As some files state it. */
  readonly hardness?: string;
};

/** Raises `data-invalid` for a file that is not such a list, or an empty one. */
export function readSpiderItems(file: string): SpiderItem[] {
  let items: unknown;
  try {
    items = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError("data-invalid", `${file} is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (!Array.isArray(items) || items.length === 0)
    throw new UserError("data-invalid", `${file} holds no list of {db_id, question, query}`);
  items.forEach((item: Partial<SpiderItem> | null, index) => {
    if (typeof item?.db_id !== "string" || typeof item.query !== "string")
      throw new UserError("data-invalid", `${file}: item ${index} lacks the text db_id or query`);
  });
  return items as SpiderItem[];
}

/** Items as pairs are divided: each with its template. Text that does not parse is its own template. */
export function identifySpiderItems(file: string): (Divisible & { readonly item: SpiderItem })[] {
  return readSpiderItems(file).map((item) => ({
    item,
    dbId: item.db_id,
    kind: "answer",
    question: item.question ?? "",
    templateId: templateIdOf(item.query),
  }));
}

function templateIdOf(sql: string): string {
  try {
    return templateOf(sql, "sqlite").templateId;
  } catch (error) {
    if (error instanceof UserError) return sql;
    throw error;
  }
}

/** The file of a database. Raises `database-invalid` when it is missing. */
export function spiderDatabaseFile(folder: string, dbId: string): string {
  const file = join(folder, dbId, `${dbId}.sqlite`);
  if (existsSync(file)) return file;
  throw new UserError("database-invalid", `there is no ${file}, which the questions refer to`);
}
