import fc from "fast-check";
import { expect, test } from "vitest";
import { assert, errorTable, messageOf, nearestName, UserError } from "./errors.ts";

const commands = ["demo", "init", "run", "schema", "data", "train", "predict", "eval", "export"];

test.each([
  ["trian", "train"],
  ["TRAIN", "train"],
  ["exprot", "export"],
  ["evaluate", undefined],
  ["zzzzzzzz", undefined],
])("the name nearest to %j is %j", (name, nearest) => {
  expect(nearestName(name, commands)).toBe(nearest);
});

test("a name is nearest to itself, and there is none among none", () => {
  fc.assert(
    fc.property(fc.constantFrom(...commands), (name) => nearestName(name, commands) === name),
  );
  expect(nearestName("train", [])).toBeUndefined();
});

test("every code has an HTTP status, a meaning and an advice, as sentences", () => {
  for (const [code, { status, meaning, toDo }] of Object.entries(errorTable)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status, code).toBeGreaterThanOrEqual(400);
    expect(status, code).toBeLessThan(600);
    expect(meaning, code).toMatch(/^[A-Z`t].*\.$/);
    expect(toDo, code).toMatch(/^[A-Z`].*\.$/);
  }
});

test("an error keeps its code and its cause", () => {
  const cause = new Error("ENOENT");
  const error = new UserError("not-found", "there is no a.db", { cause });
  expect(error).toMatchObject({ code: "not-found", message: "there is no a.db", cause });
});

test("a broken invariant says that it is internal; anything thrown has a text", () => {
  expect(() => assert(false, "no rows")).toThrow("internal: no rows");
  expect(messageOf(new Error("a"))).toBe("a");
  expect(messageOf("b")).toBe("b");
  expect(messageOf(null)).toBe("null");
});
