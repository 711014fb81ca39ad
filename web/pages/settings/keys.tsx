/** Who may ask: the keys of the service, without the keys themselves. */
import { Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { KeyEntry } from "../../../src/serve/api-types.ts";
import { when } from "../../parts/figures.ts";

export const Keys = ({ keys }: { readonly keys: readonly KeyEntry[] }): ReactNode => (
  <section aria-labelledby="keys">
    <Title order={2} id="keys" mb={4}>
      API keys
    </Title>
    <Text size="sm" c="dimmed" mb="xs">
      {keys.length === 0
        ? "There is no key: the service answers this machine alone, whoever sits at it."
        : "Of each key only a hash is kept. Once there is one, every request needs one."}{" "}
      <code>t2s keys add NAME</code> makes one, <code>t2s keys revoke NAME</code> takes it back; a
      running service heeds both at once.
    </Text>
    {keys.length > 0 && (
      <Table.ScrollContainer minWidth={680}>
        <Table verticalSpacing={5} fz={13}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>May</Table.Th>
              <Table.Th>Tables</Table.Th>
              <Table.Th>Rows</Table.Th>
              <Table.Th className="number">A minute</Table.Th>
              <Table.Th>Since</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {keys.map(({ name, scopes, tables, rowFilters = {}, requestsPerMinute, createdAt }) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{scopes.join(", ")}</Table.Td>
                <Table.Td>{tables?.join(", ") ?? "all"}</Table.Td>
                <Table.Td>
                  {Object.entries(rowFilters)
                    .map(([table, condition]) => `${table}: ${condition}`)
                    .join("; ") || "all"}
                </Table.Td>
                <Table.Td className="number">{requestsPerMinute ?? "–"}</Table.Td>
                <Table.Td>{when(createdAt)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    )}
  </section>
);
