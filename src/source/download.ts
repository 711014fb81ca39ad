/**
 * One large file over HTTP into one path, whole and checked or not at all. An interrupted download goes on where it
 * stopped, in the same run or a later one: `PATH.partial` holds the bytes, `PATH.partial.json` the ETag that they belong
 * to (RFC 9110 §13.1.5, §14). Knows no hub and no model.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { assert, UserError } from "../base/errors.ts";
import { asDiskError, ensureFreeSpace, writeJson } from "../base/files.ts";
import { sha256OfFile } from "../base/hash.ts";
import { asTransient, retry, Transient, type RetryOptions } from "./retry.ts";

/** What a server says of a file before it is fetched. */
export type RemoteFile = {
  /** Changes when the content does. */
  readonly etag?: string;
  /** Bytes. */
  readonly size?: number;
};

export type DownloadOptions = RetryOptions & {
  /** Pinned, or as the server states it. */
  readonly sha256?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Longest wait for the next bytes. */
  readonly stallMs?: number;
};

/** Raises checksum-mismatch (the file is removed), disk-full, network (what has come is kept), or the signal's reason. */
export async function download(
  url: string,
  path: string,
  remote: RemoteFile,
  options: DownloadOptions = {},
): Promise<void> {
  const partial = `${path}.partial`;
  const have = () => sizeOf(partial) ?? 0;
  mkdirSync(dirname(path), { recursive: true });
  if (remote.size !== undefined) ensureFreeSpace(dirname(path), remote.size - have());
  await retry(url, () => fetchOnce(url, partial, remote, options), options, have);
  await ensureContent(url, partial, remote, options.sha256);
  renameSync(partial, path);
  rmSync(`${partial}.json`, { force: true });
}

/** Asks for what is missing and appends it; starts anew when the server's file is another one. */
async function fetchOnce(
  url: string,
  partial: string,
  remote: RemoteFile,
  { headers = {}, onProgress, stallMs = 30_000, signal }: DownloadOptions,
): Promise<void> {
  const known = readPartial(partial, remote);
  if (known !== undefined && known.have === remote.size) return;
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error("no data came")), stallMs);
  try {
    const response = await fetch(url, {
      headers: { "Accept-Encoding": "identity", ...headers, ...rangeHeaders(known) },
      signal: AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]),
    }).catch((error: unknown) => {
      throw asTransient(error);
    });
    const append = isContinuation(response, known, partial);
    const etag = response.headers.get("etag") ?? undefined;
    if (!append) writeJson(`${partial}.json`, { remoteEtag: remote.etag, etag });
    let done = append ? known!.have : 0;
    const total = remote.size ?? done + Number(response.headers.get("content-length") ?? 0);
    await save(response, partial, append, (bytes) => {
      timer.refresh();
      onProgress?.((done += bytes), total);
    });
    if (done < total) throw new Transient("the connection was cut");
  } finally {
    clearTimeout(timer);
  }
}

type Known = { readonly have: number; readonly etag?: string };

/** What an earlier attempt left, if it is of the same content. */
function readPartial(partial: string, remote: RemoteFile): Known | undefined {
  const have = sizeOf(partial);
  if (have === undefined || have === 0) return undefined;
  try {
    const memory = JSON.parse(readFileSync(`${partial}.json`, "utf8")) as {
      remoteEtag?: string;
      etag?: string;
    };
    return memory.remoteEtag === remote.etag ? { have, etag: memory.etag } : undefined;
  } catch {
    return undefined;
  }
}

/** If-Range needs a strong ETag; without one the size and the hash at the end must do. */
function rangeHeaders(known: Known | undefined): Record<string, string> {
  if (known === undefined) return {};
  const range = { Range: `bytes=${known.have}-` };
  const isStrong = known.etag !== undefined && !known.etag.startsWith("W/");
  return isStrong ? { ...range, "If-Range": known.etag! } : range;
}

/** Whether the body follows on what is there (206) or is the whole file (200); raises for anything else. */
function isContinuation(response: Response, known: Known | undefined, partial: string): boolean {
  const { status, headers } = response;
  if (status === 200) return false;
  const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
  if (status === 206 && Number(start) === known?.have) return true;
  void response.body?.cancel();
  if (status === 206 || status === 416) rmSync(partial, { force: true });
  if (status === 206 || status === 416 || status === 408 || status === 429 || status >= 500)
    throw new Transient(`HTTP ${status}`);
  throw refusal(response.url, status);
}

/** Statuses that another attempt will not change. */
export function refusal(url: string, status: number): UserError {
  if (status === 404) return new UserError("model-unknown", `${url} does not exist (HTTP 404)`);
  const hint =
    status === 401 || status === 403 ? "; set HF_TOKEN if you have been given access" : "";
  return new UserError("network", `${url} answered HTTP ${status}${hint}`);
}

/** Writes each piece before it takes the next, so that a cut loses little. */
async function save(
  response: Response,
  partial: string,
  append: boolean,
  onBytes: (count: number) => void,
): Promise<void> {
  assert(response.body !== null, "a response of status 200 or 206 has a body");
  const file = await open(partial, append ? "a" : "w");
  try {
    for await (const chunk of response.body) {
      await file.writeFile(chunk);
      onBytes(chunk.length);
    }
    await file.sync();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code !== undefined && DISK_ERRORS.has(code)
      ? asDiskError(error, partial)
      : asTransient(error);
  } finally {
    await file.close();
  }
}

const DISK_ERRORS = new Set(["ENOSPC", "EDQUOT", "EACCES", "EROFS", "EIO"]);

/** Size and hash of what has come; a wrong file is removed, so that the next attempt starts anew. */
async function ensureContent(
  url: string,
  partial: string,
  remote: RemoteFile,
  expected: string | undefined,
): Promise<void> {
  const size = sizeOf(partial) ?? 0;
  const sha256 = await sha256OfFile(partial);
  if ((remote.size ?? size) === size && (expected ?? sha256) === sha256) return;
  rmSync(partial, { force: true });
  rmSync(`${partial}.json`, { force: true });
  throw new UserError(
    "checksum-mismatch",
    `${url} gave ${size} bytes with sha256 ${sha256}; wanted ${remote.size ?? "any number of"} bytes with ${expected ?? "any"}`,
  );
}

const sizeOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.size;
