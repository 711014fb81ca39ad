/** Settings, to read: the model that is served, every option of t2s.yaml with what it means, the keys. */
import { Checkbox, Group, Skeleton, Stack, Table, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { OptionValue, Setting, SettingsAnswer } from "../../../src/serve/api-types.ts";
import { type ApiError, call } from "../../client.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { count } from "../../parts/figures.ts";
import { Icon } from "../../parts/icons.tsx";
import { Notice } from "../../parts/notice.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Keys } from "./keys.tsx";
import classes from "./settings.module.css";

export function SettingsPage(): ReactNode {
  const { data, error, refetch } = useQuery<SettingsAnswer, ApiError>({
    queryKey: ["settings"],
    queryFn: ({ signal }) => call<SettingsAnswer>("v1/settings", { signal }),
    refetchOnWindowFocus: "always",
  });
  return (
    <>
      <PageHead title="Settings">
        To read: options are set in t2s.yaml, keys by <code>t2s keys</code>.
      </PageHead>
      {error && !data ? (
        <ErrorNote
          title="The settings cannot be shown"
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <Skeleton h={400} />
      ) : (
        <Stack gap={36}>
          <Served {...data} />
          <Options settings={data.settings} />
          <Keys keys={data.keys} />
        </Stack>
      )}
    </>
  );
}

function Served({ folder, model, settings, problem }: SettingsAnswer): ReactNode {
  const valueOf = (name: string) => textOf(settings.find((one) => one.name === name)?.value ?? "");
  const changed = settings.filter(isChanged);
  return (
    <section aria-labelledby="served">
      <Title order={2} id="served" mb="xs">
        Served
      </Title>
      <dl className={classes.facts}>
        <dt>Project</dt>
        <dd className="mono">{folder}</dd>
        <dt>Database</dt>
        <dd className="mono">{valueOf("database")}</dd>
        <dt>Model</dt>
        <dd>
          {"missing" in model
            ? `none: ${model.missing}`
            : `${model.name === "tuned" ? "the tuned one" : `the ${model.name} model, untuned`}, on ${valueOf("model")}`}
        </dd>
        <dt>Decoding</dt>
        <dd>{valueOf("predict.decode")}</dd>
      </dl>
      {problem !== undefined && (
        <Notice tone="wrong" role="status" title="t2s.yaml cannot be read as it stands">
          {problem} The service goes on with what it read at its start.
        </Notice>
      )}
      {changed.length > 0 && (
        <Notice tone="unsure" role="status" title="Not what t2s.yaml says">
          {count(changed.length, "option")} of the service{" "}
          {changed.length === 1 ? "differs" : "differ"} from t2s.yaml:{" "}
          {changed.map(({ name }) => name).join(", ")}. It was changed since, or the service was
          started with a flag. What is in t2s.yaml holds after a reload (<code>kill -HUP</code>),
          and for the limits of <code>serve.</code> after a restart; <code>t2s run</code> reads it
          each time.
        </Notice>
      )}
    </section>
  );
}

const textOf = (value: OptionValue): string =>
  Array.isArray(value) ? value.join(", ") : String(value);
const isSame = (a: OptionValue, b: OptionValue): boolean => textOf(a) === textOf(b);
const isChanged = ({ value, inFile }: Setting): boolean => !isSame(value, inFile);
const isSet = (one: Setting): boolean => !isSame(one.value, one.default) || isChanged(one);

function Options({ settings }: { readonly settings: readonly Setting[] }): ReactNode {
  const [text, setText] = useState("");
  const [onlySet, setOnlySet] = useState(false);
  const wanted = text.trim().toLowerCase();
  const shown = settings.filter(
    (one) =>
      (!onlySet || isSet(one)) &&
      (one.name.toLowerCase().includes(wanted) || one.help.toLowerCase().includes(wanted)),
  );
  const groups = Map.groupBy(shown, ({ name }) =>
    name.includes(".") ? name.split(".")[0] : "project",
  );
  return (
    <section aria-labelledby="options">
      <Title order={2} id="options" mb="xs">
        Options
      </Title>
      <Group gap="md" mb="xs" align="center">
        <TextInput
          size="xs"
          w={260}
          aria-label="Search in options"
          placeholder="Search in names and meanings"
          leftSection={<Icon name="search" size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Checkbox
          size="xs"
          label="only those that differ from the default"
          checked={onlySet}
          onChange={(event) => setOnlySet(event.currentTarget.checked)}
        />
        <Text size="xs" c="dimmed" aria-live="polite">
          {shown.length} of {count(settings.length, "option")}
        </Text>
      </Group>
      <Table.ScrollContainer minWidth={760}>
        <Table verticalSpacing={5} fz={13} layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={230}>Option</Table.Th>
              <Table.Th w={230}>Value</Table.Th>
              <Table.Th>What it means</Table.Th>
            </Table.Tr>
          </Table.Thead>
          {[...groups].map(([group, some]) => (
            <Table.Tbody key={group}>
              <Table.Tr>
                <Table.Th colSpan={3} scope="colgroup" className={classes.group}>
                  {group}
                </Table.Th>
              </Table.Tr>
              {some.map((one) => (
                <Option key={one.name} {...one} />
              ))}
            </Table.Tbody>
          ))}
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}

function Option(option: Setting): ReactNode {
  const { name, value, inFile, help, choices, min, max } = option;
  const isDefault = isSame(value, option.default);
  const admitted =
    choices?.join(" · ") ??
    (min === undefined ? undefined : `${min.toLocaleString("en")} – ${max?.toLocaleString("en")}`);
  return (
    <Table.Tr>
      <Table.Th fw={isSet(option) ? 600 : 400} scope="row" className={classes.name}>
        {name}
      </Table.Th>
      <Table.Td className={classes.value}>
        <Text span fz={13} fw={isDefault ? undefined : 600} c={isDefault ? "dimmed" : undefined}>
          {textOf(value) || "–"}
        </Text>
        {!isDefault && (
          <Text size="xs" c="dimmed">
            default {textOf(option.default) || "–"}
          </Text>
        )}
        {isChanged(option) && (
          <Text size="xs" c="var(--t2s-unsure)">
            t2s.yaml: {textOf(inFile) || "–"}, after a{" "}
            {name.startsWith("serve.") ? "restart" : "reload"}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {help}
        {admitted !== undefined && (
          <Text span fz={12} c="dimmed">
            {" "}
            {admitted}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
