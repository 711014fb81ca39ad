/** Report: how right a run's model is, on what it errs, and every case. */
import { Select, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { RunReport } from "../../../src/serve/api-types.ts";
import { type ApiError, call } from "../../client.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { percent, when } from "../../parts/figures.ts";
import { PageHead } from "../../parts/page-head.tsx";
import { useRuns } from "../../queries.ts";
import { Cases } from "./cases.tsx";
import { Confidence } from "./confidence.tsx";
import { ErrorClasses } from "./error-classes.tsx";
import { Figures } from "./figures.tsx";
import { Groupings } from "./groupings.tsx";

const useReport = (id: string): UseQueryResult<RunReport, ApiError> =>
  useQuery({
    queryKey: ["report", id],
    queryFn: ({ signal }) =>
      call<RunReport>(`v1/runs/${encodeURIComponent(id)}/report`, { signal }),
  });

export function ReportPage(): ReactNode {
  const [wanted, setWanted] = useState("latest");
  const [errorClass, setErrorClass] = useState<string | null>(null);
  const { data, error, refetch } = useReport(wanted);
  const choose = (id: string) => {
    setWanted(id);
    setErrorClass(null);
  };
  return (
    <>
      <PageHead title="Report" actions={data && <RunChoice id={data.id} onChoose={choose} />}>
        Execution accuracy (EX): the rows that the written SQL returns are those of the gold.
      </PageHead>
      {error?.code === "not-found" && !data ? (
        <Text>
          There is no report yet. <code>t2s run</code> trains a model, measures it, and writes one.
        </Text>
      ) : error && !data ? (
        <ErrorNote
          title="The report cannot be shown"
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <Skeleton h={400} />
      ) : (
        <Stack gap={36}>
          <Figures report={data} />
          <Groupings key={data.id} groupings={data.groupings} />
          <ErrorClasses report={data} chosen={errorClass} onChoose={setErrorClass} />
          <Confidence key={`confidence ${data.id}`} confidence={data.confidence} />
          <Cases cases={data.cases} errorClass={errorClass} onErrorClass={setErrorClass} />
          <Conditions {...data.figures} />
        </Stack>
      )}
    </>
  );
}

/** Runs that were measured. */
function RunChoice({
  id,
  onChoose,
}: {
  readonly id: string;
  readonly onChoose: (id: string) => void;
}): ReactNode {
  const { data } = useRuns();
  const measured = data?.runs.filter(({ ex }) => ex !== null) ?? [];
  return (
    <Select
      label="Run"
      size="xs"
      w={340}
      allowDeselect={false}
      value={id}
      data={measured.map((run) => ({
        value: run.id,
        label: `${run.id} · ${when(run.at)} · EX ${percent(run.ex)}`,
      }))}
      onChange={(chosen) => chosen !== null && onChoose(chosen)}
    />
  );
}

function Conditions({
  conditions,
  seconds,
}: Pick<RunReport["figures"], "conditions" | "seconds">): ReactNode {
  const stages = Object.entries(seconds).map(([stage, value]): [string, string] => [
    `stage ${stage}`,
    `${value.toFixed(1)} s`,
  ]);
  return (
    <section aria-labelledby="conditions">
      <Title order={2} id="conditions" mb="xs">
        Conditions
      </Title>
      <Table verticalSpacing={3} fz={13}>
        <Table.Tbody>
          {[...Object.entries(conditions), ...stages].map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={280} fw={400} c="dimmed" scope="row">
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
