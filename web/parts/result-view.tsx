/** A result: as a table, as a chart where one suits it, as CSV. */
import { ActionIcon, Group, SegmentedControl, Skeleton, Text, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import type { Rows } from "../../src/serve/api-types.ts";
import { csvOf } from "./cells.ts";
import { chartOf } from "./chart-of.ts";
import { count } from "./figures.ts";
import { Icon } from "./icons.tsx";
import { ResultTable } from "./result-table.tsx";

const Chart = lazy(async () => ({ default: (await import("./chart.tsx")).Chart }));

export type ResultViewProps = {
  readonly result: Rows;
  /** Of the file, without ending. */
  readonly name: string;
};

export function ResultView({ result, name }: ResultViewProps): ReactNode {
  const plan = useMemo(() => chartOf(result), [result]);
  const [wanted, setWanted] = useState("table");
  const view = plan === undefined ? "table" : wanted;
  return (
    <section aria-label="Result">
      <Group justify="space-between" mb={8} gap="xs" mih={30}>
        <Text size="sm" c="dimmed" aria-live="polite">
          {countText(result)}
        </Text>
        <Group gap={6}>
          {plan !== undefined && (
            <SegmentedControl
              size="xs"
              aria-label="Show as"
              value={view}
              onChange={setWanted}
              data={[
                { value: "table", label: "Table" },
                { value: "chart", label: "Chart" },
              ]}
            />
          )}
          <CsvButtons result={result} name={name} />
        </Group>
      </Group>
      {plan !== undefined && view === "chart" ? (
        <Suspense fallback={<Skeleton h={360} />}>
          <Chart plan={plan} />
        </Suspense>
      ) : (
        result.columns.length > 0 && <ResultTable result={result} label="Rows of the result" />
      )}
    </section>
  );
}

function countText({ rows, truncated, ms }: Rows): string {
  const named = count(rows.length, "row");
  return `${truncated ? `First ${named}, there are more` : named} · ${timeText(ms)}`;
}

/** A duration for reading. */
export const timeText = (ms: number): string =>
  ms < 10
    ? `${ms.toFixed(1)} ms`
    : ms < 1000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1000).toFixed(1)} s`;

function CsvButtons({ result, name }: ResultViewProps): ReactNode {
  const { copied, copy } = useClipboard();
  const download = () => {
    const address = URL.createObjectURL(new Blob([csvOf(result)], { type: "text/csv" }));
    const link = document.createElement("a");
    Object.assign(link, { href: address, download: `${name}.csv` });
    link.click();
    URL.revokeObjectURL(address);
  };
  const copyLabel = copied ? "Copied" : "Copy as CSV";
  return (
    <>
      <Tooltip label={copyLabel}>
        <ActionIcon variant="default" aria-label={copyLabel} onClick={() => copy(csvOf(result))}>
          <Icon name={copied ? "check" : "copy"} size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Download as CSV">
        <ActionIcon variant="default" aria-label="Download as CSV" onClick={download}>
          <Icon name="download" size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
