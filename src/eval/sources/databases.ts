/** The database files that a gold needs, found and opened once before anything runs. */
import { messageOf, UserError } from "../../base/errors.ts";
import { spiderDatabaseFile } from "../../data/spider.ts";
import { openTrusted } from "../../db/sqlite.ts";
import type { GoldItem } from "./gold.ts";

/**
 * The file of each database at `folder`/DB/DB.sqlite. Raises database-invalid when some are missing, damaged or locked,
 * with how many items need them and the reason of each.
 */
export function findDatabases(
  golds: readonly GoldItem[],
  folder: string,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const faults: { readonly reason: string; readonly items: number }[] = [];
  const groups = Map.groupBy(golds, ({ dbId }) => dbId);
  for (const [dbId, { length: items }] of groups) {
    try {
      const file = spiderDatabaseFile(folder, dbId);
      openTrusted(file).close();
      files.set(dbId, file);
    } catch (error) {
      faults.push({ reason: messageOf(error), items });
    }
  }
  if (faults.length === 0) return files;
  const items = faults.reduce((sum, fault) => sum + fault.items, 0);
  throw new UserError(
    "database-invalid",
    `${faults.length} of ${groups.size} databases cannot be used, which ${items} of ${golds.length} items need: ${faults.map(({ reason }) => reason).join("; ")}`,
  );
}
