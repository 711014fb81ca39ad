/** Questions of before, on this machine alone (localStorage): with their SQL, never with rows. */
import { useLocalStorage } from "@mantine/hooks";
import { HISTORY } from "../../kept.ts";

export type PastQuestion = {
  readonly question: string;
  /** null: refused. */
  readonly sql: string | null;
  readonly refusal?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
};

export type History = {
  readonly past: readonly PastQuestion[];
  readonly add: (asked: PastQuestion) => void;
  readonly clear: () => void;
};

const MOST_QUESTIONS = 100;

/** The newest first; a question that is asked again moves to the front. */
export function useHistory(): History {
  const [past, setPast, clear] = useLocalStorage<readonly PastQuestion[]>({
    key: HISTORY,
    defaultValue: [],
  });
  const add = (asked: PastQuestion) =>
    setPast((before) =>
      [asked, ...before.filter(({ question }) => question !== asked.question)].slice(
        0,
        MOST_QUESTIONS,
      ),
    );
  return { past, add, clear };
}
