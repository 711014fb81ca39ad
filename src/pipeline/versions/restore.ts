/**
 * Puts back what `t2s data checkout` wrote down as its intent. Every file is replaced whole, and the intent stays until
 * all are: after a kill the next command that reads or saves versions finishes the work. Knows no stage.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "../../base/files.ts";
import { restoreFile, restoreTree } from "../../data/versions/objects.ts";
import { appendToLog, type DvcLock, type Version } from "../../data/versions/versions.ts";
import type { Project } from "../project.ts";
import { type PairStage, writeLock } from "./dvc-lock.ts";

/** The versions to put back, and when that was asked for. */
export type CheckoutIntent = {
  readonly at: string;
  readonly raw?: Version;
  readonly cleaned?: Version;
};

/** Finishes the checkout that is written down, if there is one. */
export function finishCheckout(project: Project): void {
  if (!existsSync(project.checkoutFile)) return;
  const { at, raw, cleaned } = JSON.parse(
    readFileSync(project.checkoutFile, "utf8"),
  ) as CheckoutIntent;
  if (raw) restoreTree(project.objectsFolder, raw.hash, project.rawFolder);
  if (cleaned) restoreTree(project.objectsFolder, cleaned.hash, project.cleanFolder);
  const stages = {
    ...(raw?.stage && { data: raw.stage }),
    ...(cleaned?.stage && { clean: cleaned.stage }),
  };
  restoreStages(project, stages);
  for (const version of [raw, cleaned])
    if (version) appendToLog(project.versionsFile, { checkout: version.name, at });
  rmSync(project.checkoutFile);
}

type Stages = Partial<Record<PairStage, NonNullable<Version["stage"]>>>;

/** What the stages noted when they made these versions, so that they are as up to date as they were. */
function restoreStages(project: Project, stages: Stages): void {
  const records = existsSync(project.stagesFile) ? readJson<object>(project.stagesFile) : {};
  const locks: Partial<Record<PairStage, DvcLock>> = {};
  const restored: Record<string, unknown> = {};
  for (const [name, { record, lock }] of Object.entries(stages)) {
    restored[name] = record;
    locks[name as PairStage] = lock;
    for (const { path, md5, nfiles } of lock.outs)
      if (nfiles === undefined) restoreFile(project.objectsFolder, md5, join(project.folder, path));
  }
  if (Object.keys(restored).length > 0) writeJson(project.stagesFile, { ...records, ...restored });
  writeLock(project, locks);
}
