/** Runs as the service has them; one that goes on is followed step by step. */
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { RunDetail, RunEvent, Step } from "../../../src/serve/api-types.ts";
import { type ApiError, call, send } from "../../client.ts";
import { serverEvents } from "../../events.ts";

/** Between a stream that broke off and another try. */
const AGAIN_MS = 3000;

const pathOf = (id: string): string => `v1/runs/${encodeURIComponent(id)}`;

/** A run; its steps come as they are made while it goes on. */
export function useRun(id: string | null): UseQueryResult<RunDetail, ApiError> {
  const queries = useQueryClient();
  const query = useQuery<RunDetail, ApiError>({
    queryKey: ["run", id],
    queryFn: ({ signal }) => call<RunDetail>(pathOf(id ?? ""), { signal }),
    enabled: id !== null,
  });
  const isRunning = query.data?.state === "running";
  /** Counts the streams that ended. */
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (id === null || !isRunning) return undefined;
    const gone = new AbortController();
    let again: number | undefined;
    const show = (metrics: readonly Step[]) =>
      queries.setQueryData<RunDetail>(["run", id], (run) => run && withSteps(run, metrics));
    void follow(id, gone.signal, show)
      .catch(() => undefined)
      .finally(() => {
        if (gone.signal.aborted) return;
        void queries.invalidateQueries({ queryKey: ["run", id] });
        again = window.setTimeout(() => setTurn((before) => before + 1), AGAIN_MS);
      });
    return () => {
      gone.abort();
      window.clearTimeout(again);
    };
  }, [id, isRunning, turn, queries]);
  return query;
}

function withSteps(run: RunDetail, metrics: readonly Step[]): RunDetail {
  const last = metrics.at(-1);
  return last === undefined
    ? run
    : { ...run, metrics, steps: last.step, of: last.steps, loss: last.loss };
}

/** Ends with the run. Raises ApiError; DOMException when aborted. */
async function follow(
  id: string,
  signal: AbortSignal,
  onSteps: (steps: readonly Step[]) => void,
): Promise<void> {
  const { body } = await send(`${pathOf(id)}/events`, { signal });
  if (body === null) return;
  let steps: Step[] = [];
  let isDue = false;
  for await (const { event, data } of serverEvents(body)) {
    const type = event as RunEvent["type"];
    if (type === "run-start") steps = [];
    if (type === "run-end") return onSteps(steps);
    if (type !== "step-end") continue;
    steps = [...steps, JSON.parse(data) as Step];
    if (isDue) continue;
    isDue = true;
    // all steps that come at once are drawn once
    requestAnimationFrame(() => {
      isDue = false;
      onSteps(steps);
    });
  }
}

/** Milliseconds that the other steps take, by the last ten. */
export function leftMs({
  steps,
  of,
  metrics,
}: Pick<RunDetail, "steps" | "of" | "metrics">): number {
  const late = metrics.slice(-10);
  return ((of - steps) * late.reduce((sum, { ms }) => sum + ms, 0)) / Math.max(1, late.length);
}
