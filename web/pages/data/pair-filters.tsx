/** What of the pairs is shown: words, state, split, table, how they were made. */
import { CloseButton, Group, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type ReactNode, type RefObject, useState } from "react";
import type { PairList, PairState, Split } from "../../../src/serve/api-types.ts";
import { FilterChoice } from "../../parts/filter-choice.tsx";
import { Icon } from "../../parts/icons.tsx";
import type { Filters } from "./data-queries.ts";

const STATES: readonly PairState[] = ["open", "accepted", "fixed", "rejected", "set-aside"];
const SPLITS: readonly { readonly value: Split; readonly label: string }[] = [
  { value: "train", label: "train" },
  { value: "dev", label: "dev (choices)" },
  { value: "test", label: "test (report)" },
];
const WAIT_MS = 250;

export type PairFiltersProps = {
  readonly filters: Filters;
  /** What there is to choose from, once it is known. */
  readonly list: PairList | undefined;
  readonly search: RefObject<HTMLInputElement | null>;
  readonly onChange: (filters: Filters) => void;
};

export function PairFilters({ filters, list, search, onChange }: PairFiltersProps): ReactNode {
  const [text, setText] = useState(filters.text);
  const find = useDebouncedCallback(
    (wanted: string) => onChange({ ...filters, text: wanted }),
    WAIT_MS,
  );
  const type = (wanted: string) => {
    setText(wanted);
    find(wanted.trim());
  };
  const set = (change: Partial<Filters>) => onChange({ ...filters, ...change });
  return (
    <Group gap="xs" mb="xs" align="flex-end">
      <TextInput
        ref={search}
        label="Search"
        placeholder="in question, SQL, id"
        size="xs"
        w={240}
        leftSection={<Icon name="search" size={14} />}
        rightSection={
          text !== "" && (
            <CloseButton size="xs" aria-label="Clear the search" onClick={() => type("")} />
          )
        }
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      <FilterChoice
        label="State"
        value={filters.state}
        data={STATES.map((value) => ({ value, label: `${value} (${list?.states[value] ?? 0})` }))}
        onChange={(state) => set({ state: state as PairState | null })}
      />
      <FilterChoice
        label="Split"
        value={filters.split}
        data={SPLITS}
        onChange={(split) => set({ split: split as Split | null })}
      />
      <FilterChoice
        label="Table"
        value={filters.table}
        data={(list?.tables ?? []).map((value) => ({ value, label: value }))}
        onChange={(table) => set({ table })}
      />
      <FilterChoice
        label="Made by"
        value={filters.method}
        data={Object.entries(list?.methods ?? {}).map(([value, n]) => ({
          value,
          label: `${value} (${n})`,
        }))}
        onChange={(method) => set({ method })}
      />
    </Group>
  );
}
