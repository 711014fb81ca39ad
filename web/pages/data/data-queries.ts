/** Pairs, their review and their versions, as the service has them. */
import {
  keepPreviousData,
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import type {
  DataDiff,
  DataVersions,
  PairEntry,
  PairList,
  PairState,
  ReviewRequest,
  Split,
} from "../../../src/serve/api-types.ts";
import { type ApiError, call } from "../../client.ts";

/** null and "" let everything through. */
export type Filters = {
  readonly text: string;
  readonly state: PairState | null;
  readonly split: Split | null;
  readonly table: string | null;
  readonly method: string | null;
};

export const PAGE_SIZE = 50;

const searchOf = (values: Readonly<Record<string, string | number | null>>): string =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      value === null || value === "" ? [] : [[name, String(value)]],
    ),
  ).toString();

export const usePairs = (filters: Filters, offset: number): UseQueryResult<PairList, ApiError> =>
  useQuery({
    queryKey: ["pairs", filters, offset],
    queryFn: ({ signal }) =>
      call<PairList>(`v1/pairs?${searchOf({ ...filters, offset, limit: PAGE_SIZE })}`, { signal }),
    placeholderData: keepPreviousData,
  });

export type Given = { readonly id: string; readonly decision: ReviewRequest };

/** Keeps a decision; the pair stays in its place in the lists until they are read anew. */
export function useReview(): UseMutationResult<PairEntry, ApiError, Given> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, decision }: Given) =>
      call<PairEntry>(`v1/pairs/${encodeURIComponent(id)}/review`, { body: decision }),
    onSuccess: (pair) =>
      queries.setQueriesData<PairList>(
        { queryKey: ["pairs"] },
        (list) => list && reviewed(list, pair),
      ),
  });
}

function reviewed(list: PairList, pair: PairEntry): PairList {
  const before = list.pairs.find(({ id }) => id === pair.id);
  if (before === undefined) return list;
  const { states } = list;
  return {
    ...list,
    pairs: list.pairs.map((one) => (one === before ? pair : one)),
    waiting: list.waiting + Number(pair.isWaiting) - Number(before.isWaiting),
    states:
      before.state === pair.state
        ? states
        : {
            ...states,
            [before.state]: states[before.state] - 1,
            [pair.state]: states[pair.state] + 1,
          },
  };
}

export const useVersions = (): UseQueryResult<DataVersions, ApiError> =>
  useQuery({
    queryKey: ["versions"],
    queryFn: ({ signal }) => call<DataVersions>("v1/data/versions", { signal }),
  });

export const useDiff = (
  before: string | undefined,
  after: string | undefined,
): UseQueryResult<DataDiff, ApiError> =>
  useQuery({
    queryKey: ["diff", before, after],
    queryFn: ({ signal }) =>
      call<DataDiff>(`v1/data/diff?${searchOf({ before: before ?? "", after: after ?? "" })}`, {
        signal,
      }),
    enabled: before !== undefined && after !== undefined,
  });
