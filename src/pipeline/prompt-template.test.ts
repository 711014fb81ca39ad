import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silent } from "../base/progress.ts";
import { defaultSystemTemplate } from "../prompt/prompt.ts";
import { defaultConfig } from "./config.ts";
import { projectAt } from "./project.ts";
import { keepTemplate, readTemplate, writeFirstTemplate } from "./prompt-template.ts";
import type { StageContext } from "./run.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t2s-template-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contextOf = (template: string = "latest"): StageContext => ({
  project: projectAt(folder),
  progress: silent,
  config: { ...defaultConfig, "prompt.template": template },
});
const fileOf = (name: string) => join(folder, "prompts", `${name}.md`);
const read = (name: string) => readFileSync(fileOf(name), "utf8");
const write = (name: string, text: string) => {
  mkdirSync(join(folder, "prompts"), { recursive: true });
  writeFileSync(fileOf(name), text);
};

test("without files the built-in text is used, and v1.md holds it when a project is made", () => {
  const builtIn = readTemplate(contextOf());
  expect(builtIn).toMatchObject({ name: "built-in", text: defaultSystemTemplate });
  expect(readTemplate(contextOf("v1"))).toEqual(builtIn);
  writeFirstTemplate(contextOf());
  expect(readTemplate(contextOf())).toMatchObject({ name: "v1", sha256: builtIn.sha256 });
  write("v1", "mine {{schema}}");
  writeFirstTemplate(contextOf());
  expect(read("v1")).toBe("mine {{schema}}");
});

test("latest is the highest number; a name stays with its version", () => {
  write("v2", "two {{schema}}");
  write("v10", "ten {{schema}}");
  expect(readTemplate(contextOf()).text).toBe("ten {{schema}}");
  expect(readTemplate(contextOf("v2")).text).toBe("two {{schema}}");
});

test("what no run has used may be changed in place", () => {
  write("v1", "one {{schema}}");
  readTemplate(contextOf());
  write("v1", "other {{schema}}");
  expect(readTemplate(contextOf())).toMatchObject({ name: "v1", text: "other {{schema}}" });
});

test("a version that was used and is changed becomes the next one, and stays itself", () => {
  write("v1", "one {{schema}}");
  keepTemplate(contextOf(), readTemplate(contextOf()));
  write("v1", "changed {{schema}}");
  expect(readTemplate(contextOf())).toMatchObject({ name: "v2", text: "changed {{schema}}" });
  expect([read("v1"), read("v2")]).toEqual(["one {{schema}}", "changed {{schema}}"]);
  expect(readTemplate(contextOf()).name).toBe("v2");
  expect(readTemplate(contextOf("v1")).text).toBe("one {{schema}}");
  expect(readdirSync(join(folder, "prompts")).sort()).toEqual(["used.json", "v1.md", "v2.md"]);
});

test("with a version named, its change is kept and said, and nothing runs with either text", () => {
  write("v1", "one {{schema}}");
  keepTemplate(contextOf("v1"), readTemplate(contextOf("v1")));
  write("v1", "changed {{schema}}");
  expect(() => readTemplate(contextOf("v1"))).toThrow("set prompt.template to v2 or latest");
  expect(read("v2")).toBe("changed {{schema}}");
});

test.each([
  ["v3", "{{schema}}", "there is no prompts/v3.md"],
  ["latest", "no place for it", "has no {{schema}}"],
  [
    "latest",
    "{{schema}} {{tables}}",
    "has {{tables}}; {{dialect}}, {{schema}}, {{knowledge}} are known",
  ],
])("%s with the text %j is refused", (name, text, message) => {
  write("v1", text);
  expect(() => readTemplate(contextOf(name))).toThrow(
    expect.objectContaining({
      code: "config-invalid",
      message: expect.stringContaining(message),
    }) as Error,
  );
});
