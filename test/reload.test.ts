/** A service takes over a newly tuned model while it is asked: no request is lost, none is answered by half of one. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silent } from "../src/base/progress.ts";
import { writeGgufAdapter } from "../src/export/gguf-adapter.ts";
import { openGguf } from "../src/format/gguf.ts";
import { readConfig } from "../src/pipeline/config.ts";
import { projectAt } from "../src/pipeline/project.ts";
import { runFolderOf } from "../src/pipeline/stages/train.ts";
import { adapterKinds, randomAdapter } from "./fixtures/random-adapter.ts";
import { type Running, startServe } from "./fixtures/running-service.ts";
import { makeShopProject, runInProject, writeOptions } from "./fixtures/shop-project.ts";

const MODEL = process.env.T2S_MODEL_FILE ?? "";
const QUESTIONS = ["How many customers are there?", "names of the customers", "all cities"];

describe.skipIf(MODEL === "" || !existsSync(MODEL))("reload (T2S_MODEL_FILE)", () => {
  const folder = mkdtempSync(join(tmpdir(), "t2s-reload-"));
  let project: string;
  let running: Running;
  const runs: string[] = [];

  /** Options under which the project holds another run, and where its adapter belongs. */
  async function retune(epochs: number, maxTokens = 16): Promise<string> {
    writeOptions(
      project,
      `model: gguf:${MODEL}\ntrain.epochs: ${epochs}\neval.maxTokens: ${maxTokens}\neval.threads: 1\n`,
    );
    const config = readConfig(project);
    const run = await runFolderOf({ project: projectAt(project), config, progress: silent });
    mkdirSync(join(run, "adapter"), { recursive: true });
    return join(run, "adapter", "adapter.gguf");
  }
  const adapterOf = (kind: keyof typeof adapterKinds): string => {
    const file = join(folder, `${kind}.gguf`);
    const base = openGguf(MODEL);
    const { targetModules, deviationOfB } = adapterKinds[kind];
    writeGgufAdapter(file, randomAdapter(base, targetModules, deviationOfB), base);
    base.close();
    return file;
  };
  const runOf = (adapterFile: string): string => basename(join(adapterFile, "..", ".."));
  const readyRun = async (): Promise<string> =>
    ((await (await fetch(`${running.url}/readyz`)).json()) as { run: string }).run;
  const ask = (question: string) => running.post("/generate_sql", { question, execute: false });

  beforeAll(async () => {
    project = makeShopProject(folder, `model: gguf:${MODEL}\n`, []);
    const file = await retune(1);
    copyFileSync(adapterOf("q and k"), file);
    runs.push(runOf(file));
    running = await startServe(project);
  });
  afterAll(async () => {
    await running?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  test("under load: every request is answered, by the one or the other, and the same by each", async () => {
    expect(await readyRun()).toBe(runs[0]);
    const answers: { run: string; question: string; sql: string | null }[] = [];
    const wrong: unknown[] = [];
    const over = new AbortController();
    const client = async (own: number) => {
      let last = runs[0];
      for (let i = own; !over.signal.aborted; i++) {
        const question = QUESTIONS[i % QUESTIONS.length];
        const { status, body } = await ask(question);
        if (status !== 200 || (last === runs[1] && body.run !== last)) wrong.push({ status, body });
        last = body.run;
        answers.push({ run: body.run, question, sql: body.sql ?? body.refusal });
      }
    };
    const clients = [0, 1, 2, 3].map(client);
    const from = (run: string) => answers.filter((answer) => answer.run === run).length;
    await expect.poll(() => from(runs[0]), { timeout: 120_000 }).toBeGreaterThan(6);
    const file = await retune(2);
    copyFileSync(adapterOf("all seven"), file);
    runs.push(runOf(file));
    process.kill(running.pid, "SIGHUP");
    await expect.poll(() => from(runs[1]), { timeout: 120_000 }).toBeGreaterThan(6);
    over.abort();
    await Promise.all(clients);
    expect(wrong).toEqual([]);
    expect(new Set(answers.map(({ run }) => run))).toEqual(new Set(runs));
    const texts = Map.groupBy(answers, ({ run, question }) => `${run} ${question}`);
    for (const same of texts.values()) expect(new Set(same.map(({ sql }) => sql)).size).toBe(1);
    expect(running.notes()).toContain(`now served: tuned ${runs[1]}`);
    const log = new DatabaseSync(join(project, "logs", "requests.sqlite"), { readOnly: true });
    const counts = log.prepare("SELECT count(*) AS n, count(ms) AS ended FROM request").get();
    log.close();
    expect(counts).toEqual({ n: answers.length, ended: answers.length });
  });

  test("a model that cannot be loaded leaves the old one serving, and is told", async () => {
    writeFileSync(await retune(3), "no model");
    const damaged = await running.post("/v1/reload", {});
    expect([damaged.status, damaged.body.error.code]).toEqual([409, "reload-failed"]);
    expect(damaged.body.error.message).toContain("(model-invalid)");
    rmSync(await retune(3));
    const missing = await running.post("/v1/reload", {});
    expect([missing.status, missing.body.error.code]).toEqual([409, "reload-failed"]);
    expect(missing.body.error.message).toContain(runs[1]);
    expect((await ask(QUESTIONS[0])).body.run).toBe(runs[1]);
  });

  test("another database in t2s.yaml is refused, and what was served is served on", async () => {
    const before = readFileSync(join(project, "t2s.yaml"), "utf8");
    const named = (file: string) => before.replace(/^database: .*$/m, `database: sqlite:${file}`);
    writeFileSync(join(project, "t2s.yaml"), named("other.sqlite"));
    const { status, body } = await running.post("/v1/reload", {});
    expect([status, body.error.code]).toEqual([409, "reload-failed"]);
    expect(body.error.message).toContain("names another database; a restart");
    expect((await ask(QUESTIONS[0])).body.run).toBe(runs[1]);
    writeFileSync(join(project, "t2s.yaml"), named("./shop.sqlite"));
    await retune(2);
    expect((await running.post("/v1/reload", {})).status).toBe(200);
  });

  test("the longest answer is taken over with it", async () => {
    const refusal = async () => (await ask("鱻".repeat(4000))).body.error.message;
    expect(await refusal()).toContain("and 16 of the answer");
    await retune(2, 8);
    expect((await running.post("/v1/reload", {})).body.run).toBe(runs[1]);
    expect(await refusal()).toContain("and 8 of the answer");
  });

  test("the schema is taken over with it, and a key without the scope may not ask for it", async () => {
    const changed = new DatabaseSync(join(project, "shop.sqlite"));
    changed.exec("CREATE TABLE plane (id INTEGER PRIMARY KEY, maker TEXT)");
    changed.close();
    await retune(2);
    const planes = () => running.post("/v1/execute", { sql: "SELECT count(*) FROM plane" });
    expect((await planes()).body.error.code).toBe("sql-unknown-name");
    expect((await running.post("/v1/reload", {})).body).toEqual({ model: "tuned", run: runs[1] });
    expect((await planes()).body.rows).toEqual([[0]]);
    const { json } = await runInProject(project, ["keys", "add", "dashboard"]);
    const headers = { authorization: `Bearer ${json.key}` };
    expect((await running.post("/v1/reload", {}, headers)).status).toBe(403);
  });
});
