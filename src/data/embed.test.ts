/** Embeddings come from the package's own weights, without a network, and once for each text. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { cosine } from "./check/questions.ts";
import { openEmbedder } from "./embed.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-embed-"));
const file = join(folder, "cache", "embeddings.jsonl");
afterAll(() => rmSync(folder, { recursive: true }));
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: { instantiate: (...parts: readonly unknown[]) => Promise<unknown> };
};

test("near questions have near vectors, no connection is opened, a slow start is waited for, and the cache gives the same", async () => {
  const instantiate = wasm.instantiate.bind(wasm);
  const slow = vi.spyOn(wasm, "instantiate").mockImplementation(async (...parts) => {
    await new Promise((done) => setTimeout(done, 1500));
    return instantiate(...parts);
  });
  const connect = vi.spyOn(Socket.prototype, "connect").mockImplementation(() => {
    throw new Error("no network here");
  });
  const fetching = vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("no network here"));
  const texts = [
    "how many customers do we have",
    "what is the number of customers",
    "which trucks need new tires",
    "how many customers do we have",
  ];
  const embedder = openEmbedder(file);
  const vectors = await embedder.embed(texts);
  embedder.save();
  expect(slow).toHaveBeenCalled();
  expect(connect).not.toHaveBeenCalled();
  expect(fetching).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  const [one, near, far, again] = vectors;
  expect(cosine(one, one)).toBeCloseTo(1, 5);
  expect(again).toEqual(one);
  expect(cosine(one, near)).toBeGreaterThan(0.8);
  expect(cosine(one, near)).toBeGreaterThan(cosine(one, far) + 0.3);
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(3);

  const written = statSync(file).mtimeMs;
  const reopened = openEmbedder(file);
  expect(await reopened.embed(texts)).toEqual(vectors);
  reopened.save();
  expect(statSync(file).mtimeMs).toBe(written);
}, 60_000);

test("without a new text nothing is loaded and no file is written; a broken file is an error that names the line", async () => {
  const unused = join(folder, "unused.jsonl");
  const embedder = openEmbedder(unused);
  expect(await embedder.embed([])).toEqual([]);
  embedder.save();
  expect(existsSync(unused)).toBe(false);
  const broken = join(folder, "broken.jsonl");
  writeFileSync(broken, '{"hash":"a"\n');
  expect(() => openEmbedder(broken)).toThrow("broken.jsonl:1 is not JSON");
});
