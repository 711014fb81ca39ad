/** What is read from the service and kept while it is fresh; one hook for each route. */
import {
  MutationCache,
  QueryCache,
  QueryClient,
  useQuery,
  type UseQueryResult,
} from "@tanstack/react-query";
import type { ProjectAnswer, RunsAnswer, SchemaAnswer } from "../src/serve/api-types.ts";
import { ApiError, call } from "./client.ts";

const FRESH_MS = 30_000;
/** How often the list of runs looks for those that began. */
const LOOK_MS = 5000;

/** A key that is not known (any more): the shell asks for one as soon as "project" says so itself. */
function onError(error: Error): void {
  if (error instanceof ApiError && error.code === "unauthorized")
    void queryClient.invalidateQueries({ queryKey: ["project"] });
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (queryKey[0] !== "project") onError(error);
    },
  }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      networkMode: "always",
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
    mutations: { networkMode: "always", retry: false },
  },
});

export const useProject = (): UseQueryResult<ProjectAnswer, ApiError> =>
  useQuery({
    queryKey: ["project"],
    queryFn: ({ signal }) => call<ProjectAnswer>("v1/project", { signal }),
  });

/** What the reader may do. */
export const useScopes = (): readonly string[] => useProject().data?.reader.scopes ?? [];

export const useSchema = (): UseQueryResult<SchemaAnswer, ApiError> =>
  useQuery({
    queryKey: ["schema"],
    queryFn: ({ signal }) => call<SchemaAnswer>("v1/schema", { signal }),
  });

export const useRuns = (): UseQueryResult<RunsAnswer, ApiError> =>
  useQuery({
    queryKey: ["runs"],
    queryFn: ({ signal }) => call<RunsAnswer>("v1/runs", { signal }),
    refetchInterval: LOOK_MS,
  });
