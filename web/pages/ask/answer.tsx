/** One answer: its SQL to read, change and run, its rows, how sure the model was, and what a person says of it. */
import { Button, Group, Loader, Skeleton, Stack, Text, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import type { Rows } from "../../../src/serve/api-types.ts";
import { ApiError, call } from "../../client.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Icon } from "../../parts/icons.tsx";
import { Notice } from "../../parts/notice.tsx";
import { ResultView, timeText } from "../../parts/result-view.tsx";
import { SqlField } from "../../parts/sql-field.tsx";
import { SqlShown } from "../../parts/sql-shown.tsx";
import { readableSql } from "../../parts/sql-text.ts";
import { useScopes } from "../../queries.ts";
import { KeyNames, useShortcuts } from "../../shortcuts.tsx";
import type { Asked } from "./ask.ts";
import classes from "./ask.module.css";
import { Confidence } from "./confidence.tsx";
import { Feedback } from "./feedback.tsx";

const PHASES = {
  waiting: "Waiting for the model …",
  writing: "The model is writing SQL …",
  executing: "Running the SQL …",
} as const;

export type AnswerProps = { readonly asked: Asked };

/** Mounted anew for each question (by key). */
export function Answer({ asked }: AnswerProps): ReactNode {
  const { phase, sql, answer } = asked;
  if (sql === undefined)
    return (
      <Group gap="sm" className={classes.phase} role="status">
        <Loader size="xs" />
        <Text size="sm">{PHASES[phase as keyof typeof PHASES]}</Text>
      </Group>
    );
  return (
    <Stack gap="sm" aria-label="Answer" component="section">
      {sql === null ? (
        <Refusal {...asked} />
      ) : phase === "writing" ? (
        <SqlShown sql={sql} label="SQL, being written" />
      ) : (
        <AnsweredSql key={sql} asked={asked} sql={sql} />
      )}
      {sql === null && answer && (
        <Feedback requestId={answer.request_id} corrected={undefined} hasSql={false} />
      )}
    </Stack>
  );
}

const Refusal = ({ refusal = "", suggestions = [] }: Asked): ReactNode => (
  <Notice tone="unsure" role="status" title="This cannot be answered from the database">
    <Text size="sm">{refusal === "" ? "No reason was given." : refusal}</Text>
    {suggestions.length > 0 && (
      <Text size="sm" c="dimmed">
        What comes nearest:{" "}
        {suggestions
          .map(({ table, columns }) =>
            columns.length === 0 ? table : `${table} (${columns.join(", ")})`,
          )
          .join(", ")}
      </Text>
    )}
  </Notice>
);

function AnsweredSql({ asked, sql }: AnswerProps & { readonly sql: string }): ReactNode {
  const mayExecute = useScopes().includes("execute");
  const canRun = mayExecute && !asked.hasOwnSchema;
  const written = useMemo(() => readableSql(sql), [sql]);
  const [text, setText] = useState(written);
  const execution = useMutation<Rows, ApiError, string>({
    mutationFn: (wanted) => call<Rows>("v1/execute", { body: { sql: wanted } }),
  });
  const run = () => {
    if (canRun && text.trim() !== "" && !execution.isPending) execution.mutate(text);
  };
  useShortcuts("Answer", canRun ? [{ keys: "mod+Enter", label: "Run the SQL", run }] : []);
  const isOwn = text !== written;
  const { answer, phase } = asked;
  return (
    <>
      <div className="panel">
        <SqlField value={text} onChange={setText} onRun={run} label="SQL" />
        <Group justify="space-between" className={classes.bottom} gap="xs">
          <Group gap="xs">
            {canRun && (
              <Tooltip label={<KeyNames keys="mod+Enter" />}>
                <Button
                  size="xs"
                  variant="light"
                  leftSection={<Icon name="run" size={14} />}
                  loading={execution.isPending}
                  onClick={run}
                >
                  Run
                </Button>
              </Tooltip>
            )}
            {isOwn && (
              <Button size="xs" variant="default" onClick={() => setText(written)}>
                Back to the model&rsquo;s
              </Button>
            )}
          </Group>
          {answer && (
            <Group gap="md">
              <Text size="sm" c="dimmed">
                {answer.model} model · {timeText(answer.generation_time_ms)}
              </Text>
              <Confidence {...answer} />
            </Group>
          )}
        </Group>
      </div>
      <Outcome asked={asked} execution={execution} />
      {answer && phase === "done" && (
        <Feedback
          requestId={answer.request_id}
          corrected={
            isOwn && execution.isSuccess && execution.variables === text ? text : undefined
          }
          hasSql
        />
      )}
    </>
  );
}

/** Of what was run last: by the service with the answer, or by a person. */
function Outcome({
  asked,
  execution,
}: {
  readonly asked: Asked;
  readonly execution: { readonly data?: Rows; readonly error: ApiError | null };
}): ReactNode {
  const { question, result, phase } = asked;
  if (execution.error) return <ErrorNote error={execution.error} title="The SQL did not run" />;
  const rows = execution.data ?? result;
  if (rows === undefined)
    return phase === "executing" && <Skeleton h={120} aria-label="Running the SQL" />;
  if ("error" in rows)
    return (
      <ErrorNote
        title="The SQL did not run"
        error={new ApiError({ error: { ...rows.error, type: "", param: null } }, 200)}
      />
    );
  return <ResultView result={rows} name={fileName(question)} />;
}

const fileName = (question: string): string =>
  question
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60) || "result";
