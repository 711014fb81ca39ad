import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../base/errors.ts";
import { defaultConfig, parseConfig, readConfig, valueOfFlag, writeConfig } from "./config.ts";

const folder = () => mkdtempSync(join(tmpdir(), "t2s-config-"));

test.each([
  [
    "train:\n  learningrate: 0.1",
    'unknown key "train.learningrate"; did you mean "train.learningRate"?',
  ],
  ["modle: x", 'unknown key "modle"; did you mean "model"?'],
  ["zzzzzzzzzzzzzzzz: 1", 'unknown key "zzzzzzzzzzzzzzzz"'],
  ["train:\n  rank: 0", "train.rank is 0; a whole number from 1 to 256 is wanted"],
  ["train:\n  rank: 2.5", "train.rank is 2.5; a whole number from 1 to 256 is wanted"],
  ["train:\n  mode: fast", "one of auto, keep, checkpoint is wanted"],
  ["model: [1]", "a text is wanted"],
  ["predict:\n  decode: candidates:1", "candidates:N with N from 2 to 64 is wanted"],
  ["predict:\n  decode: candidates:65", "candidates:N with N from 2 to 64 is wanted"],
  ["- a", "must hold keys and values"],
  ["a: b: c", "is not YAML"],
])("%j is refused with what was wanted", (yaml, message) => {
  const error = (() => {
    try {
      return parseConfig(yaml);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    code: "config-invalid",
    message: expect.stringContaining(message),
  });
});

test("a written file is read back with what was set, and defaults for the rest", () => {
  const path = folder();
  writeConfig(path, { database: "sqlite:a b.db", "train.rank": 8 });
  expect(readConfig(path)).toEqual({
    ...defaultConfig,
    database: "sqlite:a b.db",
    "train.rank": 8,
  });
});

test("an empty file means all defaults, a missing one is an error that names the folder", () => {
  const path = folder();
  expect(() => readConfig(path)).toThrow(path);
  writeFileSync(join(path, "t2s.yaml"), "# nothing\n");
  expect(readConfig(path)).toEqual(defaultConfig);
});

test("flags become values of the option's type", () => {
  expect(valueOfFlag("train.rank", "8")).toBe(8);
  expect(valueOfFlag("train.rank", "")).toBeNaN();
  expect(valueOfFlag("schema.tables", "a,b")).toEqual(["a", "b"]);
  expect(valueOfFlag("model", "8")).toBe("8");
});
