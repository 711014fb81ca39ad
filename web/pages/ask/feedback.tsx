/** Whether an answer was right; and if not, the SQL that would have been. What is said becomes pairs to train on. */
import { ActionIcon, Button, Group, Radio, Stack, Text, Textarea, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { FeedbackRequest } from "../../../src/serve/api-types.ts";
import { call } from "../../client.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Icon } from "../../parts/icons.tsx";
import { useScopes } from "../../queries.ts";
import { useShortcuts } from "../../shortcuts.tsx";

export type FeedbackProps = {
  readonly requestId: string;
  /** The SQL as it stands in the editor, where it differs from the model's and ran. */
  readonly corrected: string | undefined;
  readonly hasSql: boolean;
};

export function Feedback(props: FeedbackProps): ReactNode {
  return useScopes().includes("feedback") && <Verdict {...props} />;
}

function Verdict({ requestId, corrected, hasSql }: FeedbackProps): ReactNode {
  const [isWrong, setIsWrong] = useState(false);
  const sent = useMutation({
    mutationFn: (said: Omit<FeedbackRequest, "request_id">) =>
      call("v1/feedback", { body: { request_id: requestId, ...said } }),
    onSuccess: () => setIsWrong(false),
  });
  const isRight = sent.variables?.verdict === "right" && sent.isSuccess;
  const sayRight = () => sent.mutate({ verdict: "right" });
  useShortcuts("Answer", [
    { keys: "+", label: "The answer is right", run: sayRight },
    { keys: "-", label: "The answer is wrong", run: () => setIsWrong(true) },
  ]);
  return (
    <Stack gap="xs">
      <Group gap={6}>
        <Text size="sm" c="dimmed" role="status">
          {sent.isSuccess ? "Thank you, it is kept." : "Is this right?"}
        </Text>
        <Tooltip label="Right (+)">
          <ActionIcon
            variant={isRight ? "light" : "subtle"}
            color={isRight ? "green" : "gray"}
            aria-label="The answer is right"
            aria-pressed={isRight}
            onClick={sayRight}
          >
            <Icon name="up" />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Wrong (-)">
          <ActionIcon
            variant={isWrong ? "light" : "subtle"}
            color={isWrong ? "red" : "gray"}
            aria-label="The answer is wrong"
            aria-expanded={isWrong}
            onClick={() => setIsWrong(!isWrong)}
          >
            <Icon name="down" />
          </ActionIcon>
        </Tooltip>
      </Group>
      {isWrong && (
        <Correction
          corrected={corrected}
          hasSql={hasSql}
          isBusy={sent.isPending}
          onSend={(said) => sent.mutate({ verdict: "wrong", ...said })}
        />
      )}
      {sent.error && <ErrorNote error={sent.error} title="It was not kept" />}
    </Stack>
  );
}

type CorrectionProps = Pick<FeedbackProps, "corrected" | "hasSql"> & {
  readonly isBusy: boolean;
  readonly onSend: (said: Pick<FeedbackRequest, "sql" | "refusal" | "comment">) => void;
};

function Correction({ corrected, hasSql, isBusy, onSend }: CorrectionProps): ReactNode {
  const [kind, setKind] = useState<string>(corrected === undefined ? "comment" : "sql");
  const [text, setText] = useState("");
  const said = kind === "sql" ? corrected : text.trim() || undefined;
  return (
    <Stack gap="xs" className="panel" p="sm" maw={640}>
      <Radio.Group label="What would have been right?" value={kind} onChange={setKind}>
        <Stack gap={6} mt={6}>
          <Radio
            value="sql"
            label="The SQL in the editor"
            description={
              corrected === undefined
                ? `${hasSql ? "Correct it there" : "Write it there"} and run it once; then it can be sent.`
                : undefined
            }
            disabled={corrected === undefined}
          />
          {hasSql && <Radio value="refusal" label="No SQL: the database cannot answer this" />}
          <Radio value="comment" label="Something else" />
        </Stack>
      </Radio.Group>
      {kind !== "sql" && (
        <Textarea
          label={kind === "refusal" ? "Why it cannot be answered" : "What is wrong"}
          autosize
          minRows={2}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      <Group>
        <Button
          size="xs"
          loading={isBusy}
          disabled={kind !== "comment" && said === undefined}
          onClick={() => onSend(said === undefined ? {} : { [kind]: said })}
        >
          Send
        </Button>
      </Group>
    </Stack>
  );
}
