/**
 * Keys that do something: one listener for all, and a list of them by "?". A component names its own by useShortcuts, and
 * they hold while it is shown. While a person types, keys belong to the text, but for those with Ctrl or Command.
 */
import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";

export type Shortcut = {
  /** "/", "?", "mod+Enter" (Ctrl or Command), or two keys one after the other: "g a". */
  readonly keys: string;
  readonly label: string;
  /** Left out: a field of its own heeds these keys, and they are only listed. */
  readonly run?: () => void;
};

type Registry = {
  add(group: string, shortcuts: () => readonly Shortcut[]): () => void;
  showAll(): void;
};

const RegistryContext = createContext<Registry | null>(null);
/** Between the keys of a sequence. */
const SEQUENCE_MS = 1200;

export function ShortcutsProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const groups = useRef(new Map<symbol, { name: string; list: () => readonly Shortcut[] }>());
  const [isOpen, setIsOpen] = useState(false);
  const add = useCallback((name: string, list: () => readonly Shortcut[]) => {
    const id = Symbol(name);
    groups.current.set(id, { name, list });
    return () => void groups.current.delete(id);
  }, []);
  const showAll = useCallback(() => setIsOpen(true), []);
  const registry = useMemo(() => ({ add, showAll }), [add, showAll]);

  useEffect(() => {
    let before = { key: "", atMs: 0 };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const key = nameOf(event);
      if (isTyping(event.target) && !key.startsWith("mod+")) return;
      const isSecond = event.timeStamp - before.atMs < SEQUENCE_MS;
      const all = [...groups.current.values()].flatMap(({ list }) => list());
      // what is shown on top was added last
      const runOf = (keys: string) =>
        all.findLast((one) => one.run !== undefined && one.keys === keys)?.run;
      const run = (isSecond ? runOf(`${before.key} ${key}`) : undefined) ?? runOf(key);
      before = { key, atMs: event.timeStamp };
      if (run === undefined) return;
      event.preventDefault();
      before = { key: "", atMs: 0 };
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <RegistryContext value={registry}>
      {children}
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title="Keyboard" size="md">
        <ShortcutList groups={isOpen ? [...groups.current.values()] : []} />
      </Modal>
    </RegistryContext>
  );
}

/** Keys that hold while the component is shown; `group` is their heading in the list. */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  const registry = use(RegistryContext);
  const current = useRef(shortcuts);
  useEffect(() => {
    current.current = shortcuts;
  });
  useEffect(() => registry?.add(group, () => current.current), [registry, group]);
}

/** Opens the list of all shortcuts. */
export function useShowShortcuts(): () => void {
  const registry = use(RegistryContext);
  return () => registry?.showAll();
}

const nameOf = ({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string =>
  ctrlKey || metaKey ? `mod+${key}` : altKey ? `alt+${key}` : key;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("input, textarea, select"));

function ShortcutList({
  groups,
}: {
  readonly groups: readonly { name: string; list: () => readonly Shortcut[] }[];
}): ReactNode {
  return (
    <Stack gap="lg">
      {groups.map(({ name, list }) => (
        <div key={name}>
          <Text fw={600} size="sm" mb={6}>
            {name}
          </Text>
          <Stack gap={6}>
            {list().map(({ keys, label }) => (
              <Group key={keys} justify="space-between" wrap="nowrap">
                <Text size="sm">{label}</Text>
                <KeyNames keys={keys} />
              </Group>
            ))}
          </Stack>
        </div>
      ))}
    </Stack>
  );
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A shortcut as keys to press. */
export function KeyNames({ keys }: { readonly keys: string }): ReactNode {
  const steps = keys.split(" ").map((step) => step.replace("mod+", isApple ? "⌘+" : "Ctrl+"));
  return (
    <Group gap={4} wrap="nowrap">
      {steps.map((step) => (
        <Kbd key={step} size="xs">
          {step}
        </Kbd>
      ))}
    </Group>
  );
}
