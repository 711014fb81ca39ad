import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { UserError } from "./errors.ts";
import { ensureFreeSpace, readJsonLines, writeFileAtomic, writeJsonLines } from "./files.ts";

const folder = mkdtempSync(join(tmpdir(), "t2s-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `work` throws. */
function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a file is written whole, its folder made, and nothing else is left beside it", () => {
  const path = join(folder, "a", "b", "file.txt");
  writeFileAtomic(path, "first");
  writeFileAtomic(path, [Buffer.from("sec"), Buffer.from("ond")]);
  expect(readFileSync(path, "utf8")).toBe("second");
  expect(readdirSync(join(folder, "a", "b"))).toEqual(["file.txt"]);
});

test("content that fails on the way leaves the old file and nothing half-written", () => {
  const path = join(folder, "kept", "file.txt");
  writeFileAtomic(path, "old");
  function* broken(): Iterable<Uint8Array> {
    yield Buffer.from("new");
    throw new Error("the source broke");
  }
  expect(() => writeFileAtomic(path, broken())).toThrow("the source broke");
  expect(readFileSync(path, "utf8")).toBe("old");
  expect(readdirSync(join(folder, "kept"))).toEqual(["file.txt"]);
});

test.skipIf(!existsSync("/dev/full"))(
  "a full disk is an error that names the file; the old file stays, nothing half-written does",
  () => {
    const path = join(folder, "full", "file.bin");
    writeFileAtomic(path, "old");
    // The temporary file becomes the device on which every write fails for want of space (Linux).
    symlinkSync("/dev/full", `${path}.${process.pid}.partial`);
    const error = errorOf(() => writeFileAtomic(path, new Uint8Array(1 << 20)));
    expect(error).toMatchObject({ code: "disk-full", message: expect.stringContaining(path) });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(join(folder, "full"))).toEqual(["file.bin"]);
  },
);

test("too little space is said before anything is written", () => {
  expect(errorOf(() => ensureFreeSpace(folder, 1e18))).toMatchObject({
    code: "disk-full",
    message: expect.stringContaining("1000000000000 MB are needed"),
  });
});

test("JSON lines are read back as written; blank lines are skipped", () => {
  const path = join(folder, "rows.jsonl");
  const rows = [{ a: 1 }, ["ü", "line\nbreak"], null];
  writeJsonLines(path, rows);
  expect(readJsonLines(path)).toEqual(rows);
  writeFileSync(path, '\n{"a":1}\r\n\n  \n2');
  expect(readJsonLines(path)).toEqual([{ a: 1 }, 2]);
});

test("a broken line is an error that names file and line", () => {
  const path = join(folder, "broken.jsonl");
  writeFileSync(path, '{"a":1}\n\n{"a":\n{"a":3}\n');
  const error = errorOf(() => readJsonLines(path));
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    code: "data-invalid",
    message: expect.stringContaining(`${path}:3 is not JSON`),
  });
  expect(existsSync(path)).toBe(true);
});
