/** Ask: a question in plain words, its SQL, its rows. */
import { Textarea } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { PageHead } from "../../parts/page-head.tsx";
import { useProject } from "../../queries.ts";
import { useShortcuts } from "../../shortcuts.tsx";

export function AskPage(): ReactNode {
  const { data } = useProject();
  const box = useRef<HTMLTextAreaElement>(null);
  useShortcuts("Ask", [{ keys: "/", label: "Write a question", run: () => box.current?.focus() }]);
  return (
    <>
      <PageHead title="Ask">{data?.title}</PageHead>
      <Textarea ref={box} label="Question" autoFocus />
    </>
  );
}
