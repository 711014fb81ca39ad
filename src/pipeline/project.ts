/** Where everything of a user's project stands. Plain paths; knows no stage. */
import { join, resolve } from "node:path";

export type Project = {
  readonly folder: string;
  readonly snapshotFile: string;
  readonly notesFile: string;
  /** The system messages v1.md, v2.md …; see prompt-template.ts. */
  readonly promptsFolder: string;
  /** Pairs as generated or imported; one file for each origin. */
  readonly rawFolder: string;
  /** train.jsonl, dev.jsonl, test.jsonl, rejected.jsonl, card.md. */
  readonly cleanFolder: string;
  /** What people decided about pairs, appended. */
  readonly reviewFile: string;
  /** Which contents the two folders have had, appended. */
  readonly versionsFile: string;
  /** What `t2s data checkout` is about to put back; there only while it works, or after it was killed. */
  readonly checkoutFile: string;
  /** Files by their content, where DVC looks for them. */
  readonly objectsFolder: string;
  readonly runsFolder: string;
  /** Test suites: one folder for each database. */
  readonly suiteFolder: string;
  readonly modelsFolder: string;
  /** Which inputs each stage was last run on, and what it wrote. */
  readonly stagesFile: string;
  /** API keys of the service: hashes, and what each may do. */
  readonly keysFile: string;
  /** What the service was asked and what it answered. */
  readonly requestsFile: string;
};

export function projectAt(folder: string): Project {
  const at = (...parts: string[]) => join(resolve(folder), ...parts);
  return {
    folder: resolve(folder),
    snapshotFile: at("schema", "snapshot.json"),
    notesFile: at("schema", "notes.yaml"),
    promptsFolder: at("prompts"),
    rawFolder: at("data", "raw"),
    cleanFolder: at("data", "clean"),
    reviewFile: at("data", "review.jsonl"),
    versionsFile: at("data", "versions.jsonl"),
    checkoutFile: at("data", "checkout.json"),
    objectsFolder: at(".dvc", "cache", "files", "md5"),
    runsFolder: at("runs"),
    suiteFolder: at("suite"),
    modelsFolder: at("models"),
    stagesFile: at("stages.json"),
    keysFile: at("keys.json"),
    requestsFile: at("logs", "requests.sqlite"),
  };
}
