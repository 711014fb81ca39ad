/** A filter by one of several values; "all" until one is chosen. */
import { Select } from "@mantine/core";
import type { ReactNode } from "react";

export type FilterChoiceProps = {
  readonly label: string;
  readonly value: string | null;
  readonly data: readonly (string | { readonly value: string; readonly label: string })[];
  readonly onChange: (value: string | null) => void;
};

export const FilterChoice = (props: FilterChoiceProps): ReactNode => (
  <Select
    {...props}
    size="xs"
    w={170}
    placeholder="all"
    clearable
    clearButtonProps={{ "aria-label": `Clear ${props.label.toLowerCase()}` }}
    searchable={props.data.length > 8}
  />
);
