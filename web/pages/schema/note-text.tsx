/** What is written of a table or column; a click makes it a field. A guess of the program waits to be accepted. */
import {
  ActionIcon,
  Button,
  Group,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import type { WrittenNote } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { Icon } from "../../parts/icons.tsx";
import { useWriteNotes } from "./notes.ts";
import classes from "./schema.module.css";

/** What is written holds neither for the model nor for the service at once. */
export const WHEN_TAKEN_IN = (
  <>
    Training takes it in with the next <code>t2s run</code>, serving with the reload after that.
  </>
);

export type NoteTextProps = {
  readonly table: string;
  readonly column: string | undefined;
  /** What the served schema says: the database's own comment, or a note that is in use. */
  readonly said: string | undefined;
  readonly note: WrittenNote | undefined;
  /** Of the notes as they were read; undefined: they cannot be changed. */
  readonly hash: string | undefined;
};

export function NoteText(props: NoteTextProps): ReactNode {
  const { table, column, said, note, hash } = props;
  const [isOpen, setIsOpen] = useState(false);
  const write = useWriteNotes();
  const text = note?.description ?? said;
  const name = column ?? table;
  const save = (description: string, synonyms: readonly string[]) => {
    if (hash === undefined) return;
    write.mutate(
      { hash, note: { table, column, description, synonyms } },
      { onSuccess: () => setIsOpen(false) },
    );
  };
  if (isOpen)
    return (
      <NoteForm
        {...props}
        text={note?.guess ?? text}
        isBusy={write.isPending}
        error={write.error}
        onSave={save}
        onClose={() => setIsOpen(false)}
      />
    );
  return (
    <Stack gap={2}>
      <Group gap={4} wrap="nowrap" align="flex-start">
        <Text size="sm" c="dimmed" className={classes.note}>
          {text ?? (hash !== undefined && note?.guess === undefined ? "No description." : "")}
          {note !== undefined && note.synonyms.length > 0 && ` Also: ${note.synonyms.join(", ")}.`}
        </Text>
        {hash !== undefined && (
          <Tooltip label="Describe">
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={`Describe ${name}`}
              onClick={() => setIsOpen(true)}
            >
              <Icon name="edit" size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {note?.guess !== undefined && hash !== undefined && (
        <Group gap={6}>
          <Text size="sm" fs="italic">
            Perhaps: {note.guess}
          </Text>
          <Button
            size="compact-xs"
            variant="default"
            loading={write.isPending}
            aria-label={`Accept the guess for ${name}`}
            onClick={() => save(note.guess ?? "", note.synonyms)}
          >
            Accept
          </Button>
        </Group>
      )}
      {write.isSuccess && (
        <Text size="xs" c="var(--t2s-right)" role="status">
          Written. {WHEN_TAKEN_IN}
        </Text>
      )}
      {write.error && <ErrorNote error={write.error} />}
    </Stack>
  );
}

type NoteFormProps = Pick<NoteTextProps, "table" | "column" | "note"> & {
  readonly text: string | undefined;
  readonly isBusy: boolean;
  readonly error: Error | null;
  readonly onSave: (description: string, synonyms: readonly string[]) => void;
  readonly onClose: () => void;
};

function NoteForm({ table, column, note, text, isBusy, error, onSave, onClose }: NoteFormProps) {
  const [description, setDescription] = useState(text ?? "");
  const [synonyms, setSynonyms] = useState(note?.synonyms.join(", ") ?? "");
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onSave(
      description.trim(),
      synonyms
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
    );
  };
  return (
    <form
      onSubmit={onSubmit}
      aria-label={`Description of ${column ?? table}`}
      className={classes.noteForm}
    >
      <Stack gap={6}>
        <Textarea
          size="xs"
          label="Description"
          autosize
          minRows={1}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          // the person has just asked for this field
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
        />
        <TextInput
          size="xs"
          label="Also called, with commas between"
          value={synonyms}
          onChange={(event) => setSynonyms(event.currentTarget.value)}
        />
        {error && <ErrorNote error={error} />}
        <Group gap={6}>
          <Button type="submit" size="compact-sm" loading={isBusy}>
            Save
          </Button>
          <Button size="compact-sm" variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
