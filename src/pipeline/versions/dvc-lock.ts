/** dvc.lock, and YAML files of a project as documents that keep what else stands in them. Knows no stage's files. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";
import type { DvcLock } from "../../data/versions/versions.ts";
import type { Project } from "../project.ts";

/** The stages that make versions of pairs. */
export type PairStage = "data" | "clean";
export const PAIR_STAGES: readonly PairStage[] = ["data", "clean"];

/** Entries of dvc.lock; a stage that is not up to date has none. */
export type Locks = Readonly<Partial<Record<PairStage, DvcLock>>>;

/** The document of a file; an empty one where there is none. Raises `data-invalid`. */
export function readYaml({ folder }: Project, name: string): Document {
  const file = join(folder, name);
  const document = parseDocument(existsSync(file) ? readFileSync(file, "utf8") : "");
  const [error] = document.errors;
  if (error)
    throw new UserError("data-invalid", `${file} is not YAML: ${error.message.split("\n")[0]}`);
  return document;
}

/** Writes a document unless its file holds that already. */
export function writeYaml({ folder }: Project, name: string, document: Document): void {
  const file = join(folder, name);
  const text = document.toString({ lineWidth: 0 });
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileAtomic(file, text);
}

/** Sets these entries; those of other stages stay. */
export function writeLock(project: Project, locks: Locks): void {
  if (Object.keys(locks).length === 0) return;
  const document = readYaml(project, "dvc.lock");
  document.setIn(["schema"], "2.0");
  for (const stage of PAIR_STAGES)
    if (locks[stage]) document.setIn(["stages", stage], document.createNode(locks[stage]));
  writeYaml(project, "dvc.lock", document);
}
