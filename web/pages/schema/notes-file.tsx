/** schema/notes.yaml as a whole: knowledge, terms and all that has no field of its own. Checked before it is written. */
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import type { NotesAnswer } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { WHEN_TAKEN_IN } from "./note-text.tsx";
import { useNotes, useWriteNotes } from "./notes.ts";

export function NotesFile(): ReactNode {
  const [isOpen, { open, close }] = useDisclosure();
  const notes = useNotes(isOpen);
  return (
    <>
      <Button size="xs" variant="default" onClick={open}>
        Notes as a file
      </Button>
      <Modal opened={isOpen} onClose={close} title="schema/notes.yaml" size="xl">
        {notes.error && <ErrorNote error={notes.error} title="The notes cannot be read" />}
        {notes.data && <NotesText notes={notes.data} onClose={close} />}
      </Modal>
    </>
  );
}

type NotesTextProps = { readonly notes: NotesAnswer; readonly onClose: () => void };

function NotesText({ notes, onClose }: NotesTextProps): ReactNode {
  // a change is made on what was read when it began
  const [{ text: before, hash }] = useState(notes);
  const [text, setText] = useState(before);
  const write = useWriteNotes();
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        The file holds knowledge, descriptions, synonyms, terms. {WHEN_TAKEN_IN}
      </Text>
      <Textarea
        aria-label="Notes"
        autosize
        minRows={14}
        maxRows={26}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        spellCheck={false}
        classNames={{ input: "mono" }}
      />
      {write.error && <ErrorNote error={write.error} title="Nothing was written" />}
      <Group>
        <Button
          loading={write.isPending}
          disabled={text === before}
          onClick={() => write.mutate({ hash, text }, { onSuccess: onClose })}
        >
          Save
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </Stack>
  );
}
