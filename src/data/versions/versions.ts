/**
 * data/versions.jsonl: which contents data/raw and data/clean have had, one line each, only ever appended. A version is
 * named by the hash of its folder; its number is for people. Knows no stage: what a stage noted stands in `stage` unread.
 */
import { UserError } from "../../base/errors.ts";
import { appendRecord, readRecords } from "../../track/metrics.ts";
import type { Split } from "../example.ts";

export type VersionKind = "raw" | "cleaned";

export type Version = {
  /** `v1_raw`, `v2_cleaned`, … */
  readonly name: string;
  readonly kind: VersionKind;
  /** DVC's hash of the folder. */
  readonly hash: string;
  /** ISO 8601. */
  readonly at: string;
  /** Pairs; what was set aside is not among them. */
  readonly n: number;
  readonly splits?: Readonly<Record<Split, number>>;
  /** Of cleaned pairs the raw ones that they were made from; else what stood there before. */
  readonly parent: string | null;
  readonly madeBy: string;
  /** Only when a stage made it and was up to date: its record and its part of dvc.lock. */
  readonly stage?: { readonly record: unknown; readonly lock: DvcLock };
};

/** What dvc.lock says of a stage. */
export type DvcLock = {
  readonly cmd: string;
  readonly deps: readonly DvcFile[];
  readonly params?: unknown;
  readonly outs: readonly DvcFile[];
};

export type DvcFile = {
  readonly path: string;
  readonly hash: "md5";
  readonly md5: string;
  readonly size: number;
  /** Of folders. */
  readonly nfiles?: number;
};

type Return = { readonly checkout: string; readonly at: string };

/** All lines, oldest first: versions, and which of them were put back when. */
export type VersionLog = readonly (Version | Return)[];

/** The versions that data/versions.jsonl names. */
export const readLog = (file: string): VersionLog => readRecords<Version | Return>(file);

/** Adds a line to it. */
export const appendToLog = (file: string, line: Version | Return): void => appendRecord(file, line);

export const versionsIn = (log: VersionLog): Version[] =>
  log.filter((line): line is Version => "kind" in line);

/** The version that stood in the folder last: made, or put back. */
export function lastOf(log: VersionLog, kind: VersionKind): Version | undefined {
  const versions = versionsIn(log);
  const names = log.map((line) => ("kind" in line ? line.name : line.checkout)).reverse();
  return names
    .flatMap((name) => versions.find((version) => version.name === name) ?? [])
    .find((version) => version.kind === kind);
}

/** The name of the version after these. */
export const nextName = (log: VersionLog, kind: VersionKind): string =>
  `v${versionsIn(log).length + 1}_${kind}`;

/** Names may be cut to their number (`v2`), hashes to four or more characters. */
export function findVersion(log: VersionLog, wanted: string): Version {
  const versions = versionsIn(log);
  const named = versions.filter(({ name }) => name === wanted || name.split("_")[0] === wanted);
  const isHash = /^[0-9a-f]{4,}(\.dir)?$/.test(wanted);
  const found =
    named.length > 0 || !isHash ? named : versions.filter(({ hash }) => hash.startsWith(wanted));
  const hashes = new Set(found.map(({ hash }) => hash));
  if (hashes.size === 1) return found[found.length - 1];
  throw new UserError(
    "not-found",
    hashes.size > 1
      ? `${wanted} may be ${found.map(({ name, hash }) => `${name} ${hash.slice(0, 12)}`).join(" or ")}; name it by its hash`
      : `there is no version ${wanted}; there are ${versions.map(({ name }) => name).join(", ") || "none"}`,
  );
}

/** The raw pairs that a version was made from, or which it is itself. */
export function rawOf(log: VersionLog, version: Version): Version | undefined {
  const versions = versionsIn(log);
  let at: Version | undefined = version;
  while (at !== undefined && at.kind !== "raw") {
    const parent: string | null = at.parent;
    at = versions.find(({ name }) => name === parent);
  }
  return at;
}
