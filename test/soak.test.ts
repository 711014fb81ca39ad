/** A fiftieth and less of the soaks; `npm run soak -- evaluate` and `npm run soak -- serve` run all of them. */
import { expect, test } from "vitest";
import { run } from "../soak/evaluate.soak.ts";
import { run as runServe } from "../soak/serve.soak.ts";

test.skipIf(process.env.T2S_DATA === undefined)(
  "200 fuzzed predictions cost their own items alone and leave nothing behind (needs T2S_DATA)",
  async () => {
    const { done, failed } = await run(["--count", "200"]);
    expect({ done, failed }).toEqual({ done: 200, failed: 0 });
  },
);

test("800 requests of many clients, with attacks and killed children, are all answered and logged", async () => {
  const { done, failed } = await runServe(["--requests", "800"]);
  expect({ done, failed }).toEqual({ done: 800, failed: 0 });
});

test.skipIf(!process.env.T2S_MODEL_FILE)(
  "20 questions to a service that is killed meanwhile, and its children, are answered or fail at once, and stand in the log (needs T2S_MODEL_FILE)",
  async () => {
    const { done, failed, conditions } = await runServe(["--model", "20"]);
    expect({ done, failed }).toEqual({ done: 20, failed: 0 });
    expect(conditions.serviceKills).toBeGreaterThan(0);
  },
  600_000,
);
