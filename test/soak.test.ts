/** A fiftieth of the soak of the evaluator; `npm run soak -- evaluate` runs all of it. */
import { expect, test } from "vitest";
import { run } from "../soak/evaluate.soak.ts";

test.skipIf(process.env.T2S_DATA === undefined)(
  "200 fuzzed predictions cost their own items alone and leave nothing behind (needs T2S_DATA)",
  async () => {
    const { done, failed } = await run(["--count", "200"]);
    expect({ done, failed }).toEqual({ done: 200, failed: 0 });
  },
);
