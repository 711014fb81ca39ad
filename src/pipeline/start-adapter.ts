/**
 * The adapter that training goes on with: the one that comes with this program (it has seen SQL on many schemas, none of
 * them the user's), one that the user names, or none.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../base/errors.ts";
import { readJson } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";
import { MANIFEST, type Manifest } from "../export/export.ts";
import { PEFT_WEIGHTS } from "../export/peft.ts";
import type { BaseModel } from "./model.ts";
import type { StageContext } from "./run.ts";

/** The folder of the adapter that comes with this program: relative to the sources, or to what they are compiled to. */
export const bundledFolder: string = fileURLToPath(
  new URL(
    import.meta.url.endsWith(".ts") ? "../../adapters/sql-start" : "../../../adapters/sql-start",
    import.meta.url,
  ),
);

const folderOf = ({ config, project }: StageContext): string | undefined => {
  const start = config["train.start"];
  if (start === "none") return undefined;
  return start === "auto" ? bundledFolder : resolve(project.folder, start);
};

/** SHA-256 of the adapter's weights: what a run's identity takes from it. Null for none. */
export async function startHash(context: StageContext): Promise<string | null> {
  const weights = join(folderOf(context) ?? "", PEFT_WEIGHTS);
  return folderOf(context) !== undefined && existsSync(weights) ? sha256OfFile(weights) : null;
}

/** Where the adapter to start from is, and what it is called. */
export type StartAdapter = { readonly name: string; readonly folder: string };

/**
 * The adapter that a run starts from; undefined for nothing, which is also what "auto" means on another base. Raises
 * `run-mismatch` for a named adapter of another base.
 */
export function startAdapterOf(
  context: StageContext,
  base: Pick<BaseModel, "name" | "sha256">,
): StartAdapter | undefined {
  const folder = folderOf(context);
  if (folder === undefined) return undefined;
  const manifestFile = join(folder, MANIFEST);
  const manifest = existsSync(manifestFile) ? readJson<Manifest>(manifestFile) : undefined;
  const isAuto = context.config["train.start"] === "auto";
  if (manifest !== undefined && manifest.base.sha256 !== base.sha256) {
    if (isAuto) return undefined;
    throw new UserError(
      "run-mismatch",
      `${folder} was trained on ${manifest.base.name}; this project's base is ${base.name}`,
    );
  }
  if (isAuto && manifest === undefined) return undefined;
  return { name: isAuto ? "sql-start" : folder, folder };
}
