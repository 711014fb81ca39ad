/** The rows of a Parquet file. Integers of 64 bits become numbers; what is null is left out. */
import { messageOf, UserError } from "../../base/errors.ts";
import type { Fields, FileRecord } from "./record.ts";

/** Raises data-invalid for a file that is damaged or cut short. */
export async function readParquet(path: string): Promise<FileRecord[]> {
  const { asyncBufferFromFile, parquetReadObjects } = await import("hyparquet");
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path) });
    return rows.map((row, index) => ({ at: `row ${index + 1}`, fields: plain(row) as Fields }));
  } catch (error) {
    throw new UserError(
      "data-invalid",
      `${path} is no Parquet file that can be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || value.constructor !== Object) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== null && one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, plain(one)]));
}
