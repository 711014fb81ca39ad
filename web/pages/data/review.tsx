/**
 * The review: filters, the list of pairs, and the one that is looked at. Keys go through the list and decide; after a
 * decision comes the next pair.
 */
import { Group, Pagination, Skeleton, Text } from "@mantine/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import type { PairEntry, PairList } from "../../../src/serve/api-types.ts";
import { ErrorNote } from "../../parts/error-note.tsx";
import { count } from "../../parts/figures.ts";
import { useShortcuts } from "../../shortcuts.tsx";
import { type Filters, PAGE_SIZE, usePairs } from "./data-queries.ts";
import classes from "./data.module.css";
import { PairFilters } from "./pair-filters.tsx";
import { PairView, type PairActions } from "./pair-view.tsx";

const ALL: Filters = { text: "", state: null, split: null, table: null, method: null };

export function Review(): ReactNode {
  const [filters, setFilters] = useState(ALL);
  const [page, setPage] = useState(1);
  const [index, setIndex] = useState(0);
  const search = useRef<HTMLInputElement>(null);
  const actions = useRef<PairActions>(null);
  const { data, error, isPending, refetch } = usePairs(filters, (page - 1) * PAGE_SIZE);
  const pairs = data?.pairs ?? [];
  const pages = Math.max(1, Math.ceil((data?.total ?? 0) / PAGE_SIZE));
  const pair = pairs[Math.min(index, pairs.length - 1)];

  const go = (to: number) => {
    if (to >= 0 && to < pairs.length) setIndex(to);
    else if (to >= pairs.length && page < pages) show(page + 1, 0);
    else if (to < 0 && page > 1) show(page - 1, PAGE_SIZE - 1);
  };
  const show = (wanted: number, at: number) => {
    setPage(wanted);
    setIndex(at);
  };
  useShortcuts("Review of pairs", [
    { keys: "j", label: "Next pair", run: () => go(index + 1) },
    { keys: "k", label: "Pair before", run: () => go(index - 1) },
    { keys: "a", label: "Accept", run: () => actions.current?.accept() },
    { keys: "f", label: "Fix question or SQL", run: () => actions.current?.fix() },
    { keys: "r", label: "Reject, with a reason", run: () => actions.current?.reject() },
    { keys: "/", label: "Search in pairs", run: () => search.current?.focus() },
  ]);

  if (error && !data)
    return error.code === "not-found" ? (
      <Text>
        There are no pairs yet. <code>t2s data generate</code> makes them from the schema.
      </Text>
    ) : (
      <ErrorNote title="The pairs cannot be shown" error={error} onRetry={() => void refetch()} />
    );
  return (
    <>
      <PairFilters
        filters={filters}
        list={data}
        search={search}
        onChange={(changed) => {
          setFilters(changed);
          show(1, 0);
        }}
      />
      {data && <Progress list={data} />}
      <div className={classes.columns}>
        <section aria-label="Pairs" className={classes.side}>
          {isPending ? (
            <Skeleton h={400} />
          ) : (
            <PairRows pairs={pairs} chosen={pair?.id} onChoose={setIndex} />
          )}
          {pages > 1 && (
            <Group justify="space-between" mt="xs" gap="xs">
              <Text size="xs" c="dimmed">
                {count(data?.total ?? 0, "pair")}
              </Text>
              <Pagination
                size="xs"
                total={pages}
                value={page}
                siblings={0}
                boundaries={1}
                onChange={(wanted) => show(wanted, 0)}
                getControlProps={(control) => ({ "aria-label": `${control} page` })}
              />
            </Group>
          )}
        </section>
        {pair ? (
          <PairView
            key={`${pair.id} ${pair.content}`}
            pair={pair}
            actions={actions}
            onDecided={() => go(index + 1)}
          />
        ) : (
          !isPending && <Text c="dimmed">No pair meets these filters.</Text>
        )}
      </div>
    </>
  );
}

function Progress({ list }: { readonly list: PairList }): ReactNode {
  const { open, accepted, fixed, rejected } = list.states;
  const decided = accepted + fixed + rejected;
  return (
    <Text size="sm" c="dimmed" mb="sm" aria-live="polite">
      {count(list.total, "pair")} shown · {decided} of {open + decided} reviewed: {accepted}{" "}
      accepted, {fixed} fixed, {rejected} rejected
      {list.waiting > 0 && (
        <>
          {" "}
          · <code>t2s run clean</code> applies {count(list.waiting, "decision")}
        </>
      )}
    </Text>
  );
}

type RowsProps = {
  readonly pairs: readonly PairEntry[];
  readonly chosen: string | undefined;
  readonly onChoose: (index: number) => void;
};

function PairRows({ pairs, chosen, onChoose }: RowsProps): ReactNode {
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    void current.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <ul className={classes.rows}>
      {pairs.map(({ id, question, state, split, hardness, kind }, index) => (
        <li key={`${id} ${index}`}>
          <button
            type="button"
            ref={id === chosen ? current : undefined}
            className={classes.row}
            aria-current={id === chosen ? "true" : undefined}
            onClick={() => onChoose(index)}
          >
            <span className={classes.question}>{question}</span>
            <span className={classes.meta}>
              <span className={classes.state} data-state={state}>
                {state}
              </span>
              <span>{split}</span>
              <span>{kind === "refuse" ? "to refuse" : hardness}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
