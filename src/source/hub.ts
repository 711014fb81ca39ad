/**
 * Files of the Hugging Face hub, or of a server that answers as it does (HF_ENDPOINT): where a file is, what it should
 * be, and its download. Knows no particular model. HF_TOKEN is sent to the endpoint only, never to where it redirects.
 */
import { UserError } from "../base/errors.ts";
import { download, refusal, type DownloadOptions, type RemoteFile } from "./download.ts";
import { asTransient, retry, Transient } from "./retry.ts";

export type HubFile = {
  /** OWNER/NAME. */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Path inside the repository. */
  readonly file: string;
};

export type HubOptions = DownloadOptions & { readonly env?: NodeJS.ProcessEnv };

/** Reads OWNER/NAME[@REVISION]/FILE.gguf; raises model-unknown. */
export function parseHubFile(text: string): HubFile {
  const match = /^([\w.-]+\/[\w.-]+?)(?:@([\w.-]+))?\/(.+\.gguf)$/.exec(text);
  if (match === null || match[3].split("/").includes(".."))
    throw new UserError(
      "model-unknown",
      `hf:${text} is not of the form hf:OWNER/NAME[@REVISION]/FILE.gguf`,
    );
  return { repo: match[1], revision: match[2] ?? "main", file: match[3] };
}

/** Fetches the file into `path`. Raises model-unknown, network, checksum-mismatch, disk-full. */
export async function downloadFromHub(
  file: HubFile,
  path: string,
  { env = process.env, ...options }: HubOptions = {},
): Promise<void> {
  const url = urlOf(file, env);
  const headers: Record<string, string> = env.HF_TOKEN
    ? { Authorization: `Bearer ${env.HF_TOKEN}` }
    : {};
  const remote = await retry(url, () => describe(url, headers, options.signal), options);
  const sha256 = options.sha256 ?? remote.sha256;
  if (remote.sha256 !== undefined && remote.sha256 !== sha256)
    throw new UserError(
      "checksum-mismatch",
      `${url} has sha256 ${remote.sha256}; wanted ${sha256}`,
    );
  await download(url, path, remote, { ...options, sha256, headers });
}

function urlOf({ repo, revision, file }: HubFile, env: NodeJS.ProcessEnv): string {
  const endpoint = (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
  const path = file.split("/").map(encodeURIComponent).join("/");
  return `${endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${path}`;
}

type DescribedFile = RemoteFile & { readonly sha256?: string };

/** What the hub says of the file; its X-Linked-* headers describe the content, whatever store it redirects to. */
async function describe(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<DescribedFile> {
  const response = await headOf(url, headers, signal).catch((error: unknown) => {
    throw asTransient(error);
  });
  const { status } = response;
  if (response.ok || isRedirect(response)) return readDescription(response);
  throw status >= 500 || status === 429 ? new Transient(`HTTP ${status}`) : refusal(url, status);
}

const HEAD_TIMEOUT_MS = 20_000;
const MOST_HOPS = 5;

/** Follows redirects within the endpoint (renamed repositories) until an answer describes the file or leads away. */
async function headOf(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  let response: Response;
  let next = url;
  for (let hop = 0; ; hop++) {
    const timeout = AbortSignal.timeout(HEAD_TIMEOUT_MS);
    response = await fetch(next, {
      method: "HEAD",
      redirect: "manual",
      headers: { ...headers, "Accept-Encoding": "identity" },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const location = response.headers.get("location");
    if (!isRedirect(response) || location === null || hop >= MOST_HOPS) return response;
    if (response.headers.has("x-linked-etag")) return response;
    const target = new URL(location, next);
    if (target.origin !== new URL(url).origin) return response;
    next = target.href;
  }
}

const isRedirect = ({ status }: Response): boolean => status >= 300 && status < 400;

/** The linked ETag of a large file is its SHA-256. */
function readDescription({ status, headers }: Response): DescribedFile {
  const etag = headers.get("x-linked-etag") ?? headers.get("etag") ?? undefined;
  const length =
    headers.get("x-linked-size") ?? (status === 200 ? headers.get("content-length") : null);
  const hash = etag?.replace(/^W\//, "").replaceAll('"', "");
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(length === null ? {} : { size: Number(length) }),
    ...(hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? { sha256: hash } : {}),
  };
}
