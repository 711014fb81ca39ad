/** Runs: what was trained, how it went step by step, how right it is; two runs side by side, and the one that goes on. */
import {
  Checkbox,
  Group,
  Progress,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
} from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { RunDetail, RunSummary, Step } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { duration, interval, percent, when } from "../../parts/figures.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { ShareScale } from "../../parts/share-scale.tsx";
import { useRuns } from "../../queries.ts";
import { Accuracy } from "./accuracy.tsx";
import { RunFacts } from "./run-facts.tsx";
import { leftMs, useRun } from "./runs-queries.ts";
import classes from "./runs.module.css";

const StepChart = lazy(async () => ({ default: (await import("./step-chart.tsx")).StepChart }));

export function RunsPage(): ReactNode {
  const { data, error, refetch } = useRuns();
  const [picked, setPicked] = useState<readonly string[]>();
  const runs = data?.runs ?? [];
  const chosen = picked ?? runs.slice(0, 1).map(({ id }) => id);
  const pick = (id: string) =>
    setPicked(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-2));
  return (
    <>
      <PageHead title="Runs">
        Training runs of this project, the newest first. Choose two to compare them.
      </PageHead>
      {error && !data ? (
        <ErrorNote title="The runs cannot be shown" error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton h={160} />
      ) : runs.length === 0 ? (
        <Text>
          There is no run yet. <code>t2s run</code> trains one, and it is shown here as it goes.
        </Text>
      ) : (
        <Stack gap="xl">
          <RunTable runs={runs} chosen={chosen} onPick={pick} />
          <Chosen ids={chosen} />
        </Stack>
      )}
    </>
  );
}

type RunTableProps = {
  readonly runs: readonly RunSummary[];
  readonly chosen: readonly string[];
  readonly onPick: (id: string) => void;
};

const RunTable = ({ runs, chosen, onPick }: RunTableProps): ReactNode => (
  <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: SCROLLED }}>
    <Table verticalSpacing={6} fz={13} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={40}>
            <span className={classes.hidden}>Shown</span>
          </Table.Th>
          <Table.Th>Run</Table.Th>
          <Table.Th>Changed</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th className="number">Steps</Table.Th>
          <Table.Th className="number">Last loss</Table.Th>
          <Table.Th className="number">n</Table.Th>
          <Table.Th className="number">Execution accuracy</Table.Th>
          <Table.Th w={200}>95 % interval</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {runs.map((run) => (
          <Table.Tr key={run.id} bg={chosen.includes(run.id) ? "var(--t2s-panel)" : undefined}>
            <Table.Td>
              <Checkbox
                size="xs"
                checked={chosen.includes(run.id)}
                onChange={() => onPick(run.id)}
                aria-label={`Show run ${run.id}`}
              />
            </Table.Td>
            <Table.Td className="mono">{run.id}</Table.Td>
            <Table.Td>{when(run.at)}</Table.Td>
            <Table.Td className={classes.state} data-state={run.state}>
              {run.state}
            </Table.Td>
            <Table.Td className="number">
              {run.steps}
              {run.steps < run.of && ` of ${run.of}`}
            </Table.Td>
            <Table.Td className="number">{run.loss?.toFixed(3) ?? "–"}</Table.Td>
            <Table.Td className="number">{run.n ?? "–"}</Table.Td>
            <Table.Td className="number">{percent(run.ex)}</Table.Td>
            <Table.Td>
              {run.ex !== null && run.low !== null && run.high !== null ? (
                <>
                  <ShareScale value={run.ex} low={run.low} high={run.high} />
                  <Text size="xs" c="dimmed">
                    {interval({ low: run.low, high: run.high })}
                  </Text>
                </>
              ) : (
                <Text size="xs" c="dimmed">
                  not measured
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Table.ScrollContainer>
);

const SCROLLED = { tabIndex: 0, role: "region", "aria-label": "Runs" } as const;

const measures = {
  loss: {
    label: "Loss",
    valueOf: ({ loss }: Step) => loss,
    format: (value: number) => value.toFixed(2),
  },
  lr: {
    label: "Learning rate",
    valueOf: ({ lr }: Step) => lr,
    format: (value: number) => (value === 0 ? "0" : value.toExponential(1)),
  },
  gradNorm: {
    label: "Gradient norm",
    valueOf: ({ gradNorm }: Step) => gradNorm,
    format: (value: number) => value.toFixed(2),
  },
  speed: {
    label: "Tokens a second",
    valueOf: ({ tokens, ms }: Step) => (1000 * tokens) / ms,
    format: (value: number) => value.toFixed(0),
  },
} as const;
type Measure = keyof typeof measures;

function Chosen({ ids }: { readonly ids: readonly string[] }): ReactNode {
  const [measure, setMeasure] = useState<Measure>("loss");
  const [first, second] = [useRun(ids[0] ?? null), useRun(ids[1] ?? null)];
  const failed = [first, second].find(({ error, data }) => error !== null && data === undefined);
  const runs = [first.data, second.data].filter((run): run is RunDetail => run !== undefined);
  if (failed?.error)
    return (
      <ErrorNote
        title="The run cannot be shown"
        error={failed.error}
        onRetry={() => void failed.refetch()}
      />
    );
  if (ids.length === 0) return <Text c="dimmed">No run is chosen.</Text>;
  if (runs.length < ids.length) return <Skeleton h={340} />;
  const { label, valueOf, format } = measures[measure];
  return (
    <>
      <section aria-labelledby="curves">
        <Group justify="space-between" mb="xs" gap="xs">
          <Title order={2} id="curves">
            Training
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Measure"
            value={measure}
            onChange={(wanted) => setMeasure(wanted as Measure)}
            data={Object.entries(measures).map(([value, one]) => ({ value, label: one.label }))}
          />
        </Group>
        {runs.map((run) => run.state === "running" && <Live key={run.id} {...run} />)}
        {runs.some(({ metrics }) => metrics.length > 0) ? (
          <Suspense fallback={<Skeleton h={300} />}>
            <StepChart
              curves={runs.map(({ id, metrics }) => ({ name: id, steps: metrics }))}
              measure={label}
              valueOf={valueOf}
              format={format}
            />
          </Suspense>
        ) : (
          <Text c="dimmed">No step has ended yet.</Text>
        )}
      </section>
      <Accuracy runs={runs} />
      <RunFacts runs={runs} />
    </>
  );
}

/** How far a run is that goes on. */
const Live = ({ id, steps, of, metrics }: RunDetail): ReactNode => (
  <Group gap="sm" mb="xs" wrap="nowrap">
    <Progress value={of === 0 ? 0 : (100 * steps) / of} w={160} aria-label={`Steps of run ${id}`} />
    <Text size="sm">
      <span className="mono">{id}</span> goes on: step {steps} of {of}
      {metrics.length > 0 && `, about ${duration(leftMs({ steps, of, metrics }))} left`}
    </Text>
  </Group>
);
