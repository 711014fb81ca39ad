import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { HUB_FILE, type HubServer, sha256Of, startHubServer } from "../../test/hub-server.ts";
import { downloadFromHub, type HubOptions, parseHubFile } from "./hub.ts";

const content = randomBytes(300_000);
let hub: HubServer;
let folder: string;
let target: string;

beforeEach(async () => {
  hub = await startHubServer(content);
  folder = mkdtempSync(join(tmpdir(), "t2s-hub-"));
  target = join(folder, "model.gguf");
});
afterEach(() => {
  hub.close();
  rmSync(folder, { recursive: true, force: true });
});

const fetchFile = (options: HubOptions = {}, file: typeof HUB_FILE | { repo: string } = HUB_FILE) =>
  downloadFromHub({ ...HUB_FILE, ...file }, target, {
    retryDelayMs: 1,
    ...options,
    env: { HF_ENDPOINT: `${hub.endpoint}/`, ...options.env },
  });
const ranges = () => hub.storeRequests.map(({ range }) => range);
const partialSize = () => readFileSync(`${target}.partial`).length;

test.for([
  ["org/model/model.gguf", { repo: "org/model", revision: "main", file: "model.gguf" }],
  ["o/m@v1.0/sub/a b.gguf", { repo: "o/m", revision: "v1.0", file: "sub/a b.gguf" }],
] as const)("reads hf:%s", ([text, expected]) => {
  expect(parseHubFile(text)).toEqual(expected);
});

test.for([
  "",
  "model.gguf",
  "org/model",
  "org/model/file.bin",
  "org/model/../../x.gguf",
  "a b/c/d.gguf",
])("refuses hf:%s", (text) => {
  expect(() => parseHubFile(text)).toThrow(expect.objectContaining({ code: "model-unknown" }));
});

test("brings the file through the redirect; the token goes to the endpoint alone", async () => {
  const progress: number[] = [];
  await fetchFile({ env: { HF_TOKEN: "secret" }, onProgress: (done) => progress.push(done) });
  expect(readFileSync(target)).toEqual(content);
  expect(readdirSync(folder)).toEqual(["model.gguf"]);
  expect(hub.endpointRequests.map(({ authorization }) => authorization)).toEqual([
    "Bearer secret",
    "Bearer secret",
  ]);
  expect(hub.storeRequests.map(({ authorization }) => authorization)).toEqual([undefined]);
  expect(progress.at(-1)).toBe(content.length);
});

test("after a cut it asks for the rest only", async () => {
  hub.storeBehaviours.push({ cutAfter: 100_000 }, { cutAfter: 50_000 });
  await fetchFile();
  expect(readFileSync(target)).toEqual(content);
  expect(ranges()).toEqual([undefined, "bytes=100000-", "bytes=150000-"]);
  expect(hub.storeRequests.at(-1)!.ifRange).toBe(hub.storeEtag);
});

test("a later run goes on where an earlier one stopped", async () => {
  hub.storeBehaviours.push({ cutAfter: 120_000 }, { status: 503 });
  await expect(fetchFile({ attempts: 1 })).rejects.toMatchObject({ code: "network" });
  expect([partialSize(), existsSync(target)]).toEqual([120_000, false]);
  hub.storeBehaviours.length = 0;
  await fetchFile();
  expect(readFileSync(target)).toEqual(content);
  expect(ranges().at(-1)).toBe("bytes=120000-");
});

test("bytes of another version of the file are thrown away", async () => {
  hub.storeBehaviours.push({ cutAfter: 100_000 });
  await expect(fetchFile({ attempts: 1 })).rejects.toThrow();
  hub.content = randomBytes(200_000);
  await fetchFile();
  expect(readFileSync(target)).toEqual(hub.content);
  expect(ranges()).toEqual([undefined, undefined]);
});

test("a store whose ETag changed sends the whole file, and that is what is kept", async () => {
  hub.storeBehaviours.push({ cutAfter: 100_000 });
  await expect(fetchFile({ attempts: 1 })).rejects.toThrow();
  hub.storeEtag = '"store-2"';
  await fetchFile();
  expect(readFileSync(target)).toEqual(content);
});

test("a file that goes on longer than it should is fetched anew", async () => {
  hub.describes = false;
  hub.storeBehaviours.push({ cutAfter: 100_000 });
  await expect(fetchFile({ attempts: 1 })).rejects.toThrow();
  writeFileSync(`${target}.partial`, randomBytes(content.length + 5));
  await fetchFile();
  expect(readFileSync(target)).toEqual(content);
});

test("wrong content is refused and removed", async () => {
  hub.storeBehaviours.push({ content: randomBytes(content.length) });
  await expect(fetchFile()).rejects.toMatchObject({
    code: "checksum-mismatch",
    message: expect.stringContaining(sha256Of(content)),
  });
  expect(readdirSync(folder)).toEqual([]);
});

test("a hub that offers another file than the pinned one is refused before it is fetched", async () => {
  await expect(fetchFile({ sha256: "0".repeat(64) })).rejects.toMatchObject({
    code: "checksum-mismatch",
  });
  expect(hub.storeRequests).toEqual([]);
});

test("passing failures are repeated, others are not", async () => {
  hub.endpointFailures.push(503, 429);
  hub.storeBehaviours.push({ status: 500 }, { status: 502 });
  await fetchFile();
  expect(readFileSync(target)).toEqual(content);
  hub.endpointFailures.push(...Array.from({ length: 9 }, () => 500));
  await expect(fetchFile({ attempts: 3 })).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("500"),
  });
  expect(hub.endpointFailures).toHaveLength(6);
  hub.endpointFailures.splice(0, 6, 404);
  await expect(fetchFile()).rejects.toMatchObject({ code: "model-unknown" });
  hub.endpointFailures.push(401);
  await expect(fetchFile()).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("HF_TOKEN"),
  });
});

test("no server at all is a network error", async () => {
  const closed = hub.endpoint;
  hub.close();
  await expect(fetchFile({ attempts: 2, env: { HF_ENDPOINT: closed } })).rejects.toMatchObject({
    code: "network",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("a connection on which nothing comes any more is given up and resumed", async () => {
  hub.storeBehaviours.push({ hangAfter: 70_000 });
  await fetchFile({ stallMs: 200 });
  expect(readFileSync(target)).toEqual(content);
  expect(ranges()).toEqual([undefined, "bytes=70000-"]);
});

test("an aborted download ends with the signal's reason and keeps what has come", async () => {
  hub.storeBehaviours.push({ hangAfter: 70_000 });
  const controller = new AbortController();
  const onProgress = (done: number) => done >= 70_000 && controller.abort(new Error("stopped"));
  await expect(fetchFile({ signal: controller.signal, onProgress })).rejects.toThrow("stopped");
  expect(existsSync(target)).toBe(false);
  await fetchFile();
  expect(ranges().at(-1)).toMatch(/^bytes=[1-9]/);
});

test("a renamed repository is followed", async () => {
  await fetchFile({}, { repo: "org/old-name" });
  expect(readFileSync(target)).toEqual(content);
});

test("whatever the cuts, the file is whole in the end and no attempt asks for less than the rest", async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(cuts, async (sizes) => {
      rmSync(target, { force: true });
      hub.storeRequests.length = 0;
      hub.storeBehaviours.splice(0, Infinity, ...sizes.map((cutAfter) => ({ cutAfter })));
      await fetchFile();
      expect(readFileSync(target)).toEqual(content);
      const starts = ranges().map((range) => Number(/\d+/.exec(range ?? "0")));
      const sent = starts.map((start, i) => start + (sizes[i] ?? content.length - start));
      expect(starts.slice(1).every((start, i) => start >= starts[i] && start <= sent[i])).toBe(
        true,
      );
    }),
    { numRuns: 8 },
  );
});

describe("on a full disk (needs the right to mount a small file system)", () => {
  const disk = mkdtempSync(join(tmpdir(), "t2s-disk-"));
  const path = join(disk, "models", "m.gguf");
  const isMounted = mount(disk);
  const fetchToDisk = () => downloadFromHub(HUB_FILE, path, { env: { HF_ENDPOINT: hub.endpoint } });
  afterAll(() => {
    if (isMounted) execFileSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true });
  });

  test.skipIf(!isMounted)("says what is missing before it begins", async () => {
    await expect(fetchToDisk()).rejects.toMatchObject({
      code: "disk-full",
      message: expect.stringContaining("MB"),
    });
    expect(hub.storeRequests).toEqual([]);
  });

  test.skipIf(!isMounted)("says so when it fills on the way; nothing is at the path", async () => {
    hub.describes = false;
    await expect(fetchToDisk()).rejects.toMatchObject({ code: "disk-full" });
    expect(existsSync(path)).toBe(false);
  });
});

function mount(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
