/** The head of a page: its title, one sentence, and what can be done on the right. Sets the title of the tab. */
import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

export type PageHeadProps = {
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
};

export function PageHead({ title, children, actions }: PageHeadProps): ReactNode {
  useEffect(() => {
    document.title = `${title} · text2sql-tuner`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-end" mb="md" gap="sm">
      <div>
        <Title order={1}>{title}</Title>
        {children !== undefined && (
          <Text size="sm" c="dimmed">
            {children}
          </Text>
        )}
      </div>
      {actions}
    </Group>
  );
}
