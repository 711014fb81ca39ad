/** `t2s data checkout`: data/clean and data/raw as a version has them. What stood there becomes a version first. */
import { writeJson } from "../../base/files.ts";
import { verifyObject } from "../../data/versions/objects.ts";
import { findVersion, rawOf, type Version } from "../../data/versions/versions.ts";
import { reasonToRun, type StageContext } from "../run.ts";
import { cleanStage } from "../stages/clean.ts";
import { dataStage } from "../stages/data.ts";
import { type CheckoutIntent, finishCheckout } from "./restore.ts";
import { saveVersions } from "./save.ts";

export type Checkout = {
  /** What stands in the folders now. */
  readonly restored: readonly Version[];
  /** What stood there and had not been kept: versions since now. */
  readonly saved: readonly Version[];
  /** Why the next `t2s run` would make the pairs anew; null where it would not. */
  readonly reasons: { readonly data: string | null; readonly clean: string | null };
};

/** Puts a version back, with the raw pairs that it was made from. Raises `not-found` and `version-missing` before anything changes. */
export async function checkoutVersion(context: StageContext, wanted: string): Promise<Checkout> {
  const { project } = context;
  const { log, created } = await saveVersions(context);
  const version = findVersion(log, wanted);
  const raw = rawOf(log, version);
  const restored = [...new Set([raw, version])].filter((it) => it !== undefined);
  for (const { hash, stage } of restored)
    for (const object of [hash, ...(stage?.lock.outs ?? []).map(({ md5 }) => md5)])
      verifyObject(project.objectsFolder, object);
  const intent: CheckoutIntent = {
    at: new Date().toISOString(),
    ...(raw && { raw }),
    ...(version.kind === "cleaned" && { cleaned: version }),
  };
  writeJson(project.checkoutFile, intent);
  finishCheckout(project);
  await saveVersions(context);
  const [data, clean] = await Promise.all(
    [dataStage, cleanStage].map(async (stage) => (await reasonToRun(stage, context)) ?? null),
  );
  return { restored, saved: created, reasons: { data, clean } };
}
