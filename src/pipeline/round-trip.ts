/** Lets the configured teacher read pairs while they are cleaned (`data.roundTrip`). What it answered once is not asked again. */
import type { RoundTrip } from "../data/check/round-trip.ts";
import { createRoundTrip } from "../data/teach/round-trip.ts";
import { readTemplate } from "./prompt-template.ts";
import type { StageContext } from "./run.ts";
import { withDatabase } from "./stages/data.ts";
import { loadDatabase } from "./stages/schema.ts";
import { limitsOf, teacherIdentity, teacherName, withCalls } from "./teacher.ts";

/** What the warnings depend on besides the pairs; undefined when nobody is asked. */
export const roundTripInputs = (context: StageContext): unknown =>
  context.config["data.roundTrip"] === "off"
    ? undefined
    : [
        teacherIdentity(context.config),
        context.config["teacher.seed"],
        limitsOf(context.config),
        readTemplate(context).sha256,
      ];

/** Runs `work` with the teacher's reading, or without one when it is off. Raises what opening and asking a teacher raises. */
export async function withRoundTrip<T>(
  context: StageContext,
  work: (roundTrip?: RoundTrip) => Promise<T>,
): Promise<T> {
  const { config, progress } = context;
  if (config["data.roundTrip"] === "off") return work();
  const database = await loadDatabase(context);
  const { fingerprint } = database;
  return withCalls(context, { name: "round-trip", fingerprint }, async (calls) => {
    let isLimited = false;
    const result = await withDatabase(context, (run) =>
      work(
        createRoundTrip({
          calls,
          database,
          run,
          seed: config["teacher.seed"],
          systemTemplate: readTemplate(context).text,
          onProgress: (done, total, what) => progress.update(done, total, what),
          onLimit: () => (isLimited = true),
        }),
      ),
    );
    const { requests, cached, cost } = calls.counts();
    progress.note(
      `  round trip: ${teacherName(config)}, ${requests} requests, ${cached} answers from the cache, cost ${cost.toFixed(4)}${isLimited ? "; a limit ended it" : ""}`,
    );
    return result;
  });
}
