/**
 * API keys of a project: who they are for, what they may do and see. At rest there are only hashes; a key is 256 random
 * bits, so that a plain SHA-256 cannot be turned back. Knows no HTTP and no database.
 */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { z } from "zod";
import { messageOf, UserError } from "../base/errors.ts";
import { writeJson } from "../base/files.ts";
import { sha256 } from "../base/hash.ts";

/** What a key may be allowed to do. */
export const SCOPES = [
  "ask",
  "execute",
  "feedback",
  "schema",
  "notes",
  "runs",
  "data",
  "settings",
  "metrics",
  "admin",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Someone who asks, with what they may do and see. */
export type Reader = {
  /** The key's name, or "local" where no key is needed. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Left out means all tables. */
  readonly tables?: readonly string[];
  /** Table → the condition that its rows must meet. */
  readonly rowFilters?: Readonly<Record<string, string>>;
  /** Instead of serve.requestsPerMinute. */
  readonly requestsPerMinute?: number;
};

export type StoredKey = Reader & {
  /** SHA-256 of the key. */
  readonly hash: string;
  readonly createdAt: string;
};

/** Whoever sits at the machine, where no key is needed. */
export const LOCAL_READER: Reader = { name: "local", scopes: SCOPES };

/** Raises forbidden. */
export function ensureScope({ name, scopes }: Reader, scope: Scope): void {
  if (!scopes.includes(scope))
    throw new UserError("forbidden", `key ${name} has not the scope "${scope}"`);
}

/** Whether some tables or rows are all that a reader sees. */
export const isPartial = ({ tables, rowFilters }: Reader): boolean =>
  tables !== undefined || rowFilters !== undefined;

/** For what speaks of the whole database; `what` says that it does. Raises forbidden. */
export function ensureWhole(reader: Reader, what: string): void {
  if (!isPartial(reader)) return;
  throw new UserError(
    "forbidden",
    `key ${reader.name} sees a part of the database, and ${what}; a key without --tables and --rows is wanted`,
  );
}

const storedKeys = z.array(
  z.strictObject({
    name: z.string().min(1),
    hash: z.string().length(64),
    createdAt: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    tables: z.array(z.string()).optional(),
    rowFilters: z.record(z.string(), z.string()).optional(),
    requestsPerMinute: z.number().int().positive().optional(),
  }),
);

/** The keys of a project; none where there is no file. Raises key-invalid. */
export function readKeys(file: string): readonly StoredKey[] {
  if (!existsSync(file)) return [];
  try {
    return storedKeys.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new UserError("key-invalid", `${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function writeKeys(file: string, keys: readonly StoredKey[]): void {
  writeJson(file, keys);
  chmodSync(file, 0o600);
}

/** Adds a key and returns its secret, which is written nowhere. Raises usage for a name that is taken. */
export function addKey(file: string, rights: Reader, now: Date = new Date()): string {
  const keys = readKeys(file);
  if (keys.some(({ name }) => name === rights.name))
    throw new UserError("usage", `there is a key named ${rights.name} already`);
  const secret = `t2s_${randomBytes(32).toString("base64url")}`;
  writeKeys(file, [...keys, { ...rights, hash: sha256(secret), createdAt: now.toISOString() }]);
  return secret;
}

/** Raises not-found. */
export function revokeKey(file: string, name: string): void {
  const keys = readKeys(file);
  const kept = keys.filter((key) => key.name !== name);
  if (kept.length === keys.length)
    throw new UserError("not-found", `there is no key named ${name}`);
  writeKeys(file, kept);
}

export type Keyring = {
  /** Whether there is any key: then each request needs one. */
  isEmpty(): boolean;
  /** The reader with this key. What is compared are hashes, so that time tells nothing of the key. */
  find(secret: string): Reader | undefined;
  /** All of them, without what they are found by. */
  list(): readonly Omit<StoredKey, "hash">[];
};

/** The keys of a file as it is now: one that is revoked while a service runs opens nothing any more. */
export function createKeyring(file: string): Keyring {
  let stamp = "";
  let keys = new Map<string, StoredKey>();
  const fresh = () => {
    const { mtimeMs = 0, size = 0, ino = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
    const now = `${mtimeMs} ${size} ${ino}`;
    if (now !== stamp) {
      keys = new Map(readKeys(file).map((key) => [key.hash, key]));
      stamp = now;
    }
    return keys;
  };
  fresh();
  return {
    isEmpty: () => fresh().size === 0,
    find: (secret) => fresh().get(sha256(secret)),
    list: () => [...fresh().values()].map(({ hash: _hash, ...key }) => key),
  };
}
