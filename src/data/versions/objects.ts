/**
 * Files and folders kept by their content, in the layout of DVC's cache (`ab/cdef…` by MD5; a folder is a list of its
 * files, `….dir`), so that DVC finds the same objects and is not needed to write or to restore them. An object is whole or
 * absent. Knows no version and no stage.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { UserError } from "../../base/errors.ts";
import { writeFileAtomic } from "../../base/files.ts";

export type StoredFile = { readonly md5: string; readonly size: number };

export type TreeFile = { readonly md5: string; readonly relpath: string };

export type StoredTree = {
  /** MD5 of the list of files, with `.dir` at its end: what DVC calls the folder's hash. */
  readonly hash: string;
  /** Sum of the files. */
  readonly size: number;
  readonly files: readonly TreeFile[];
};

/** Names that belong to no version: what a killed writer left, and DVC's and Git's own files. */
const isLeftOut = (name: string): boolean => /\.(?:partial|dvc)$|^\.gitignore$/.test(name);

const md5OfText = (text: string): string => createHash("md5").update(text).digest("hex");

/** Where an object stands below the folder of objects. */
export const objectPath = (objects: string, hash: string): string =>
  join(objects, hash.slice(0, 2), hash.slice(2));

/** The pieces of a file; raises when their MD5 is not `md5`, if one is given. */
function* piecesOf(path: string, md5?: string): Generator<Uint8Array> {
  const hash = createHash("md5");
  const handle = openSync(path, "r");
  try {
    for (;;) {
      const piece = new Uint8Array(1 << 20);
      const length = readSync(handle, piece);
      if (length === 0) break;
      hash.update(piece.subarray(0, length));
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(handle);
  }
  if (md5 !== undefined && hash.digest("hex") !== md5)
    throw new UserError("version-missing", `${path} does not hold what its name ${md5} says`);
}

function md5OfFile(path: string): string {
  const hash = createHash("md5");
  for (const piece of piecesOf(path)) hash.update(piece);
  return hash.digest("hex");
}

/** Keeps a file's content. */
export function saveFile(objects: string, path: string): StoredFile {
  const { size } = statSync(path);
  const md5 = md5OfFile(path);
  const object = objectPath(objects, md5);
  if (!existsSync(object) || statSync(object).size !== size)
    writeObject(object, piecesOf(path, md5));
  return { md5, size };
}

/** DVC takes a read-only object for one whose hash is proven. */
function writeObject(object: string, content: string | Iterable<Uint8Array>): void {
  writeFileAtomic(object, content);
  chmodSync(object, 0o444);
}

/** Keeps a folder's content; undefined when it is not there or holds nothing. */
export function saveTree(objects: string, folder: string): StoredTree | undefined {
  const paths = filesIn(folder);
  if (paths.length === 0) return undefined;
  const stored = paths.map((relpath) => ({ relpath, ...saveFile(objects, join(folder, relpath)) }));
  const files = stored.map(({ md5, relpath }) => ({ md5, relpath }));
  const list = listOf(files);
  const hash = `${md5OfText(list)}.dir`;
  const object = objectPath(objects, hash);
  if (!existsSync(object)) writeObject(object, list);
  return { hash, size: stored.reduce((sum, { size }) => sum + size, 0), files };
}

/** Files of a folder that belong to a version, `/` between names, by code point as Python sorts them. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !isLeftOut(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, "/"))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The list as Python's json.dumps writes it: its bytes are what is hashed. */
const listOf = (files: readonly TreeFile[]): string =>
  `[${files
    .map(
      ({ md5, relpath }) =>
        `{"md5": ${JSON.stringify(md5)}, "relpath": ${JSON.stringify(relpath)}}`,
    )
    .join(", ")}]`.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The files of a kept folder. Raises `version-missing` unless the list and every file of it are there. */
export function readTree(objects: string, hash: string): TreeFile[] {
  const files = JSON.parse(readFileSync(requireObject(objects, hash), "utf8")) as TreeFile[];
  for (const { md5 } of files) requireObject(objects, md5);
  return files;
}

function requireObject(objects: string, hash: string): string {
  const object = objectPath(objects, hash);
  if (existsSync(object)) return object;
  throw new UserError("version-missing", `${object} is not there`);
}

/** Raises `version-missing` unless an object, and every file of a folder, is there and undamaged. */
export function verifyObject(objects: string, hash: string): void {
  if (hash.endsWith(".dir"))
    for (const { md5 } of readTree(objects, hash)) verifyObject(objects, md5);
  else for (const _piece of piecesOf(requireObject(objects, hash), hash));
}

/** Puts a kept file back. */
export function restoreFile(objects: string, md5: string, path: string): void {
  if (existsSync(path) && md5OfFile(path) === md5) return;
  writeFileAtomic(path, piecesOf(requireObject(objects, md5), md5));
}

/** Makes a folder hold what was kept, and nothing else that would belong to a version. */
export function restoreTree(objects: string, hash: string, folder: string): void {
  const files = readTree(objects, hash);
  for (const { md5, relpath } of files) restoreFile(objects, md5, join(folder, relpath));
  const kept = new Set(files.map(({ relpath }) => relpath));
  for (const relpath of filesIn(folder)) if (!kept.has(relpath)) rmSync(join(folder, relpath));
}
