/** One file out of a .tar.gz, whole or not at all. Knows nothing of what is in it. */
import { createWriteStream, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { list } from "tar";
import { messageOf, UserError } from "../base/errors.ts";
import { asDiskError } from "../base/files.ts";

/** Writes the entry whose base name is `name` to `target`. Raises checksum-mismatch for a damaged archive, disk-full. */
export async function extractFile(archive: string, name: string, target: string): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.partial`;
  let writing: Promise<void> | undefined;
  try {
    await list({
      file: archive,
      strict: true,
      filter: (path) => writing === undefined && basename(path) === name,
      onReadEntry: (entry) => {
        writing = pipeline(entry, createWriteStream(temporary, { flush: true }));
        writing.catch(() => undefined); // awaited below
      },
    });
    if (writing === undefined) throw new Error(`it holds no ${name}`);
    await writing;
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    const known = asDiskError(error, target);
    if (known instanceof UserError) throw known;
    throw new UserError("checksum-mismatch", `${archive} is damaged: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
