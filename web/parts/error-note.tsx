/** An error of the service as it says it, with its code, and another try where one may help. */
import { Button, Code, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { ApiError } from "../client.ts";
import { Notice } from "./notice.tsx";

export type ErrorNoteProps = {
  readonly error: Error;
  /** What was not done, such as "The schema cannot be shown". */
  readonly title?: string;
  readonly onRetry?: () => void;
};

export function ErrorNote({ error, title, onRetry }: ErrorNoteProps): ReactNode {
  const { code, retryAfter } = error instanceof ApiError ? error : { code: error.name };
  return (
    <Notice tone="wrong" role="alert" title={title}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Text size="sm">
          {error.message} <Code>{code}</Code>
          {retryAfter !== undefined && ` Try again in ${retryAfter} s.`}
        </Text>
        {onRetry !== undefined && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Group>
    </Notice>
  );
}
