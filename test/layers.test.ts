/** The layer table of docs/architecture.md, checked: who may import whom. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";

const ENGINE = [
  "engine/graph",
  "engine/autodiff",
  "engine/models",
  "engine/lora",
  "engine/optim",
  "engine/runtime",
];

const BELOW_PIPELINE =
  "base format sql db guard tokenizer track report source schema link constrain engine prompt data generate export predict train eval".split(
    " ",
  );

/** Folder → folders it may import besides itself. "company" is the bundled company beside src/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  format: ["base"],
  sql: ["base"],
  db: ["base"],
  guard: ["base", "sql"],
  tokenizer: ["base"],
  track: ["base"],
  report: ["base"],
  "engine/graph": ["base"],
  "engine/autodiff": ["base", "engine/graph"],
  "engine/models": ["base", "engine/graph"],
  "engine/lora": ["base", "engine/graph"],
  "engine/optim": ["base", "engine/graph"],
  "engine/runtime": ["base", "format", "engine/graph"],
  source: ["base", "format"],
  schema: ["base", "sql", "db"],
  link: ["base", "sql", "db", "schema"],
  constrain: ["base", "sql", "schema", "tokenizer"],
  engine: ["base", "format", ...ENGINE],
  prompt: ["base", "schema"],
  data: ["base", "sql", "db", "schema", "link", "prompt", "tokenizer", "track", "report"],
  generate: ["base", "format", "source", "prompt", "tokenizer", "constrain"],
  export: ["base", "format", "tokenizer", "prompt", "engine"],
  predict: [
    "base",
    "sql",
    "db",
    "schema",
    "link",
    "constrain",
    "prompt",
    "tokenizer",
    "data",
    "generate",
  ],
  train: ["base", "format", "source", "tokenizer", "prompt", "data", "engine", "track", "report"],
  eval: ["base", "sql", "db", "schema", "data", "predict", "track", "report"],
  serve: ["base", "sql", "db", "guard", "schema", "prompt", "predict", "track"],
  pipeline: BELOW_PIPELINE,
  cli: [...BELOW_PIPELINE, "serve", "pipeline", "company"],
};

const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;
const layers = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
const layerOf = (file: string) =>
  file.startsWith("../company/") ? "company" : layers.find((layer) => file.startsWith(`${layer}/`));
/** Within the engine its parts meet in files that stand in engine/ itself. */
const isEngineIndex = (file: string) => /^engine\/[^/]+$/.test(file);

/** `file` is relative to src/. Tests may also import from the tree's other folders. */
function illegalImports(file: string, text: string): string[] {
  const from = layerOf(file);
  if (from === undefined) return [`${file} is in no known folder`];
  const allowed = [from, ...MAY_IMPORT[from]];
  return [...text.matchAll(RELATIVE_IMPORT)].flatMap(([, path = ""]) => {
    const target = join(dirname(file), path);
    if (file.endsWith(".test.ts")) return [];
    const to = layerOf(target);
    const isLegal =
      to !== undefined &&
      allowed.includes(to) &&
      !(isEngineIndex(target) && from !== "engine" && ENGINE.includes(from));
    return isLegal ? [] : [`${file}: ${from} may not import ${path}`];
  });
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) =>
    file.replaceAll("\\", "/"),
  );

test("every import in src stays within the layer table", () => {
  const files = filesIn("src").filter((file) => file.endsWith(".ts") && file !== "index.ts");
  expect(files.length).toBeGreaterThan(20);
  expect(
    files.flatMap((file) => illegalImports(file, readFileSync(join("src", file), "utf8"))),
  ).toEqual([]);
});

test("web takes nothing from src but the types of the service's requests and answers", () => {
  const files = filesIn("web").filter((file) => /\.tsx?$/.test(file));
  const targets = files.flatMap((file) =>
    [...readFileSync(join("web", file), "utf8").matchAll(RELATIVE_IMPORT)].map(([, path = ""]) =>
      join("web", dirname(file), path),
    ),
  );
  const outside = targets.filter((target) => !target.startsWith("web/"));
  expect([...new Set(outside)]).toEqual(["src/serve/api-types.ts"]);
  for (const name of ["api", "project", "report"]) {
    const text = readFileSync(`src/serve/${name}-types.ts`, "utf8");
    expect(text, name).not.toMatch(/^(?:import|export) (?!type )|\bimport\(/m);
    const others = [...text.matchAll(/ from "(.*)"/g)].map(([, path]) => path);
    expect(others.filter((path) => !/^\.\/\w+-types\.ts$/.test(path))).toEqual([]);
  }
});

test("the check sees every form of illegal import", () => {
  const forms = [
    'import { x } from "../cli/main.ts";',
    'import {\n  x,\n} from "../cli/main.ts";',
    'export { x } from "../cli/main.ts";',
    'import type { X } from "../cli/main.ts";',
    'const x = await import("../cli/main.ts");',
    'import "../cli/main.ts";',
  ];
  for (const text of forms) expect(illegalImports("sql/a.ts", text), text).toHaveLength(1);
  expect(illegalImports("nowhere/a.ts", "")).toHaveLength(1);
  expect(
    illegalImports("sql/a.ts", 'import { y } from "./b.ts"; import { z } from "../base/hash.ts";'),
  ).toEqual([]);
});

test("the table in docs/architecture.md names the same folders and the same imports", () => {
  const text = readFileSync("docs/architecture.md", "utf8");
  for (const [folder, allowed] of Object.entries(MAY_IMPORT)) {
    const row = text.split("\n").find((line) => line.startsWith(`| \`${folder}\` |`));
    expect(row, `a row for ${folder}`).toBeDefined();
    const named = [...(row ?? "").split("|")[2].matchAll(/`([^`]+)`/g)].map((match) => match[1]);
    expect(new Set(named), folder).toEqual(new Set(allowed));
  }
});
