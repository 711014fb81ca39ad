/**
 * Requests that schemathesis makes up from /openapi.json, sent to a service that listens: no fault of ours, no answer
 * that the document does not know. Needs the program itself (scripts/reference/schemathesis.txt).
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { predictFrom } from "./fixtures/examples.ts";
import { openServed } from "./fixtures/served.ts";

const SCHEMATHESIS = process.env.T2S_SCHEMATHESIS ?? "";
/** Requests that are made up for each route, in each phase. */
const EXAMPLES = 60;
/** Each request is judged by a Python program: on a busy machine that takes minutes. */
const LIMIT_MS = 600_000;
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
  "unsupported_method",
];

const folder = mkdtempSync(join(tmpdir(), "t2s-schemathesis-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function schemathesis(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: folder, NO_COLOR: "1" };
  const child = spawn(SCHEMATHESIS, args, { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => (output += String(text)));
  const [status] = (await once(child, "close")) as [number | null];
  return { status, output };
}

test.skipIf(SCHEMATHESIS === "")(
  "schemathesis finds no fault and no undocumented answer (T2S_SCHEMATHESIS)",
  async () => {
    // whatever is asked, the model says one of three things
    const answers = ["SELECT name FROM customer", "SELECT nope", "-- cannot answer: no table"];
    const predict = async (questions: readonly string[]) =>
      predictFrom({ [questions[0]]: answers[questions[0].length % answers.length] })(questions);
    const served = openServed({ predict });
    try {
      const url = await served.app.listen({ host: "127.0.0.1", port: 0 });
      const { status, output } = await schemathesis(
        "run",
        `${url}/openapi.json`,
        `--checks=${CHECKS.join(",")}`,
        `--max-examples=${EXAMPLES}`,
        "--seed=1",
        "--request-timeout=30",
        "--continue-on-failure",
      );
      expect(status, output).toBe(0);
    } finally {
      await served.close();
    }
  },
  LIMIT_MS,
);
