/** The notes of the schema: read, and changed on what was read. */
import {
  useMutation,
  type UseMutationResult,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import type { NotesAnswer, NotesRequest, WrittenNote } from "../../../src/serve/api-types.ts";
import { type ApiError, call } from "../../client.ts";

const KEY = ["notes"];

export const useNotes = (isWanted: boolean): UseQueryResult<NotesAnswer, ApiError> =>
  useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => call<NotesAnswer>("v1/notes", { signal }),
    enabled: isWanted,
  });

export function useWriteNotes(): UseMutationResult<NotesAnswer, ApiError, NotesRequest> {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change) => call<NotesAnswer>("v1/notes", { method: "PUT", body: change }),
    onSuccess: (answer) => queries.setQueryData(KEY, answer),
    // someone else's change is shown beside the error
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
}

/** What was written of a table, or of its column; names compare without case. */
export function noteOf(
  notes: NotesAnswer | undefined,
  table: string,
  column?: string,
): WrittenNote | undefined {
  const own = named(notes?.tables, table);
  return column === undefined ? own : named(own?.columns, column);
}

const named = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  Object.entries(record ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
