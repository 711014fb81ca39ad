import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOfJson, sha256, sha256OfFile } from "./hash.ts";

// FIPS 180-2, appendix B.1.
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

test("bytes, text and a file have the digest of the standard", async () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-hash-"));
  const path = join(folder, "abc");
  writeFileSync(path, "abc");
  expect(sha256("abc")).toBe(ABC);
  expect(sha256(new TextEncoder().encode("abc"))).toBe(ABC);
  expect(await sha256OfFile(path)).toBe(ABC);
  rmSync(folder, { recursive: true });
});

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, reversed(item)]),
  );
}

test("the hash of a JSON value does not depend on the order of keys, but on all else", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => hashOfJson(value) === hashOfJson(reversed(value))),
  );
  const hashes = [{ a: 1 }, { a: 2 }, { b: 1 }, [1], [1, 2], [2, 1], {}, [], null].map(hashOfJson);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("a key that is undefined is as good as absent", () => {
  expect(hashOfJson({ a: 1, b: undefined })).toBe(hashOfJson({ a: 1 }));
});
