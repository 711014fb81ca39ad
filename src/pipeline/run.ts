/**
 * Runs stages in their order and skips what is up to date: a stage is, when the hash of its inputs is the one of its last
 * run and everything that it wrote is still there as it was. The record is written after a stage has ended, so a stage
 * that was killed runs again; stages that take long resume by themselves.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hashOfJson, sha256OfFile } from "../base/hash.ts";
import { readJson, writeJson } from "../base/files.ts";
import type { Progress } from "../base/progress.ts";
import type { Config } from "./options.ts";
import type { Project } from "./project.ts";
import { finishCheckout } from "./versions/restore.ts";

export type StageContext = {
  readonly project: Project;
  readonly config: Config;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
};

export type StageName = "schema" | "data" | "clean" | "baseline" | "train" | "eval" | "export";

export type Stage = {
  readonly name: StageName;
  readonly help: string;
  /** Everything the result depends on, as JSON: options by value, files by hash. */
  inputs(context: StageContext): Promise<unknown>;
  /** Does the work and says what it wrote, relative to the project folder. */
  run(
    context: StageContext,
  ): Promise<{ readonly outputs: readonly string[]; readonly summary: string }>;
  /** What is done with the result when it is recorded, or found up to date. */
  after?(context: StageContext): Promise<void>;
};

type StageRecord = {
  readonly inputs: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly summary: string;
};
export type StageRecords = Partial<Record<StageName, StageRecord>>;

export const readRecords = (project: Project): StageRecords =>
  existsSync(project.stagesFile) ? readJson<StageRecords>(project.stagesFile) : {};

/** SHA-256 of a file of the project, or null when it is not there. */
export async function hashOfOutput(project: Project, path: string): Promise<string | null> {
  const file = join(project.folder, path);
  return existsSync(file) ? sha256OfFile(file) : null;
}

/** Why a stage has to run, or undefined when it is up to date. */
export async function reasonToRun(
  stage: Stage,
  context: StageContext,
): Promise<string | undefined> {
  const record = readRecords(context.project)[stage.name];
  if (record === undefined) return "it has not run yet";
  if (record.inputs !== hashOfJson(await stage.inputs(context))) return "its inputs changed";
  for (const [path, hash] of Object.entries(record.outputs)) {
    const now = await hashOfOutput(context.project, path);
    if (now !== hash) return now === null ? `${path} is missing` : `${path} was changed`;
  }
  return undefined;
}

/** Runs the stages that are not up to date. Seconds spent now by stage; a skipped stage is not among them. */
export async function runStages(
  stages: readonly Stage[],
  context: StageContext,
  force: boolean = false,
): Promise<Partial<Record<StageName, number>>> {
  finishCheckout(context.project);
  const seconds: Partial<Record<StageName, number>> = {};
  for (const stage of stages) {
    if (!force && (await reasonToRun(stage, context)) === undefined) {
      context.progress.note(
        `${stage.name} · up to date · ${readRecords(context.project)[stage.name]?.summary ?? ""}`,
      );
      await stage.after?.(context);
      continue;
    }
    context.signal?.throwIfAborted();
    const startedMs = performance.now();
    const inputs = hashOfJson(await stage.inputs(context));
    context.progress.step(stage.name);
    const { outputs, summary } = await stage.run(context);
    const hashes = await Promise.all(
      outputs.map(
        async (path) => [path, (await hashOfOutput(context.project, path)) ?? ""] as const,
      ),
    );
    seconds[stage.name] = (performance.now() - startedMs) / 1000;
    const record: StageRecord = {
      inputs,
      outputs: Object.fromEntries(hashes),
      seconds: seconds[stage.name] ?? 0,
      summary,
    };
    writeJson(context.project.stagesFile, {
      ...readRecords(context.project),
      [stage.name]: record,
    });
    await stage.after?.(context);
    context.progress.done(summary);
  }
  return seconds;
}

/** Takes outputs of a stage as they are now for its own, so that what a command has changed on purpose stays. */
export async function recordOutputs(
  name: StageName,
  paths: readonly string[],
  { project }: StageContext,
  changes: Partial<Pick<StageRecord, "summary">> = {},
): Promise<void> {
  const record = readRecords(project)[name];
  if (record === undefined) return;
  const outputs: Record<string, string> = { ...record.outputs };
  for (const path of paths) outputs[path] = (await hashOfOutput(project, path)) ?? "";
  writeJson(project.stagesFile, {
    ...readRecords(project),
    [name]: { ...record, ...changes, outputs },
  });
}
