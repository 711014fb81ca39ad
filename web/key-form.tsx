/** Asks for an API key. It stays in this tab (sessionStorage) and goes to this service alone. */
import { Button, Code, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { keepKey, readKey } from "./kept.ts";
import { PageHead } from "./parts/page-head.tsx";

export function KeyForm(): ReactNode {
  const queries = useQueryClient();
  const [key, setKey] = useState("");
  const isRefused = readKey() !== null;
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() === "") return;
    keepKey(key.trim());
    void queries.resetQueries();
  };
  return (
    <form onSubmit={open}>
      <PageHead title="API key">This service answers those who have a key.</PageHead>
      <Stack maw={480} gap="sm">
        <PasswordInput
          label="Key"
          description="Kept in this tab until it is closed."
          placeholder="t2s_…"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={isRefused ? "This key is not known here." : undefined}
          autoComplete="off"
          autoFocus
        />
        <Group>
          <Button type="submit">Open</Button>
        </Group>
        <Text size="sm" c="dimmed">
          <Code>t2s keys add NAME</Code> makes one, on the machine of the service.
        </Text>
      </Stack>
    </form>
  );
}
