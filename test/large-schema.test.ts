/** A schema that no prompt of the model holds, from its scripts to a tuned model's report. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReportJson } from "../src/eval/report.ts";
import { runT2s } from "./fixtures/program.ts";
import { writeTsqlProject } from "./fixtures/tsql-project.ts";

const TABLES = 180;

describe.skipIf(!process.env.T2S_MODEL_FILE)(
  "a schema of 180 tables (needs T2S_MODEL_FILE)",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "t2s-large-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const env = { T2S_CACHE: join(folder, "cache"), T2S_MODEL: process.env.T2S_MODEL_FILE };
    const t2s = (...args: readonly string[]) =>
      runT2s(folder, [...args, "--project", "large"], env);
    const small = {
      "data.count": 30,
      "data.refusals": 3,
      "eval.fewShot": 0,
      "eval.maxTokens": 24,
      "predict.linkTables": 4,
      "train.batchSize": 4,
      "train.maxSteps": 3,
    };
    const flags = Object.entries(small).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const question = "How many rows of sales payments are there?";

    beforeAll(() => {
      writeTsqlProject(join(folder, "scripts"), TABLES);
      const made = t2s("init", "--ddl", "scripts", "--dialect", "tsql", "--rows", "8", "--yes");
      expect(made.stderr).not.toContain("error");
      expect(made.status).toBe(0);
    });

    test("does not fit as a whole, and is said to be too long only where the whole is wanted", () => {
      const { status, stderr } = t2s("predict", question, "--link", "off");
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /error schema-too-long: the schema takes \d+ tokens; the model reads 8192/,
      );
      expect(stderr).toContain("predict.link: auto");
    });

    test(
      "goes through all stages, and every prompt shows some of its tables",
      { timeout: 400_000 },
      () => {
        const { status, stdout, stderr } = t2s("run", ...flags, "--json");
        expect(stderr).not.toContain("error");
        expect(status).toBe(0);
        expect(stderr).toContain("each prompt shows at most 4 tables");
        const { report, seconds } = JSON.parse(stdout) as { report: ReportJson; seconds: object };
        expect(Object.keys(seconds)).toEqual(
          ["schema", "data", "clean", "baseline", "train", "eval", "export"].slice(
            7 - Object.keys(seconds).length,
          ),
        );
        expect(report.tuned.n).toBeGreaterThan(0);
        expect(report.conditions).toMatchObject({
          "tables in a prompt": expect.stringContaining("at most 4"),
        });
        expect(readdirSync(join(folder, "large", "models"))).toEqual(
          expect.arrayContaining(["adapter.gguf", "words.json"]),
        );
        expect(readFileSync(join(folder, "large", "models", "Modelfile"), "utf8")).not.toContain(
          "SYSTEM",
        );
      },
    );

    test("answers a question by the tables that it speaks of, and keeps no state of its prompt", () => {
      const { status, stdout } = t2s("predict", question, "--predict.linkTables", "4", "--json");
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ ms: expect.any(Number) });
      expect(readdirSync(join(folder, "cache"))).not.toContain("prefix-states");
    });
  },
);
