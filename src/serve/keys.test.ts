import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addKey, createKeyring, readKeys, revokeKey, SCOPES } from "./keys.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-keys-"));
const file = join(folder, "keys.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a key is found by its secret, which is nowhere in the file that only its owner reads", () => {
  const keys = createKeyring(file);
  expect(keys.isEmpty()).toBe(true);
  const secret = addKey(file, { name: "a", scopes: SCOPES, tables: ["customer"] });
  const other = addKey(file, { name: "b", scopes: ["ask"] });
  expect(keys.find(secret)).toMatchObject({ name: "a", tables: ["customer"] });
  expect(keys.find(other)?.scopes).toEqual(["ask"]);
  expect(keys.find(`${secret}x`)).toBeUndefined();
  expect(keys.find("")).toBeUndefined();
  expect(readFileSync(file, "utf8")).not.toContain(secret.slice(4, 20));
  expect(statSync(file).mode & 0o077).toBe(0);
  revokeKey(file, "a");
  expect(keys.find(secret)).toBeUndefined();
  expect(readKeys(file).map(({ name }) => name)).toEqual(["b"]);
});

test("what cannot be done is said", () => {
  expect(() => addKey(file, { name: "b", scopes: [] })).toThrow("a key named b already");
  expect(() => revokeKey(file, "nobody")).toThrow("no key named nobody");
  writeFileSync(file, '[{"name": "x"}]');
  expect(() => readKeys(file)).toThrow(/keys.json cannot be read/);
});
