/** Ask: a question in plain words, its SQL, its rows; what was asked before stands beside it. */
import { Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { call } from "../../client.ts";
import type { Rows } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { useProject } from "../../queries.ts";
import { Answer } from "./answer.tsx";
import { ask, type Asked } from "./ask.ts";
import classes from "./ask.module.css";
import { type PastQuestion, useHistory } from "./history.ts";
import { HistoryList } from "./history-list.tsx";
import { QuestionBox } from "./question-box.tsx";

export function AskPage(): ReactNode {
  const queries = useQueryClient();
  const { data: project } = useProject();
  const { past, add, clear } = useHistory();
  const [question, setQuestion] = useState("");
  const [schema, setSchema] = useState<string>();
  /** Counts questions, so that each answer is a component of its own. */
  const [turn, setTurn] = useState(0);
  const [asked, setAsked] = useState<Asked>();
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const begin = (): AbortSignal => {
    stop.current?.abort();
    stop.current = new AbortController();
    setTurn((before) => before + 1);
    return stop.current.signal;
  };
  const asking = useMutation({
    mutationFn: async (wanted: string) => {
      const signal = begin();
      const tell = (told: Asked) => signal.aborted || setAsked(told);
      try {
        const { sql = null, refusal, answer } = await ask(wanted, schema, tell, signal);
        if (schema === undefined) add({ question: wanted, sql, refusal, at: Date.now() });
        const model = project && "name" in project.model ? project.model.name : undefined;
        // the service has taken over another since
        if (answer?.model !== model) void queries.invalidateQueries({ queryKey: ["project"] });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    // of SQL that was not written to its end nothing is shown
    onError: () =>
      setAsked((before) => (before && isWhole(before) ? { ...before, phase: "done" } : undefined)),
  });
  const showAgain = useMutation({
    mutationFn: async ({ question: wanted, sql, refusal }: PastQuestion) => {
      const signal = begin();
      asking.reset();
      setQuestion(wanted);
      const shown: Asked = { question: wanted, hasOwnSchema: false, phase: "done", sql, refusal };
      setAsked(shown);
      if (sql === null) return;
      const result = await call<Rows>("v1/execute", { body: { sql }, signal });
      if (!signal.aborted) setAsked({ ...shown, result });
    },
  });
  const isAsking = asking.isPending;
  const askNow = (wanted: string) => {
    const text = wanted.trim();
    if (text === "") return;
    setQuestion(text);
    showAgain.reset();
    asking.mutate(text);
  };
  const giveUp = () => {
    stop.current?.abort();
    setAsked(undefined);
  };
  const error = asking.error ?? (stop.current?.signal.aborted === true ? null : showAgain.error);

  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        <PageHead title="Ask">
          In plain words. The model writes SQL on this machine; it runs read-only.
        </PageHead>
        <Stack gap="md">
          <QuestionBox
            question={question}
            onChange={setQuestion}
            schema={schema}
            onSchema={setSchema}
            samples={project?.sampleQuestions ?? []}
            isAsking={isAsking}
            onAsk={askNow}
            onStop={giveUp}
          />
          {error && (
            <ErrorNote
              title="There is no answer"
              error={error}
              onRetry={asking.error ? () => askNow(asking.variables) : undefined}
            />
          )}
          {asked && <Answer key={turn} asked={asked} />}
        </Stack>
      </div>
      <HistoryList past={past} clear={clear} onPick={(one) => showAgain.mutate(one)} />
    </div>
  );
}

const isWhole = ({ phase }: Asked): boolean => phase === "executing" || phase === "done";
