/** What stays in the browser besides colours: the API key for as long as the tab is open, and questions of before. */
const KEY = "t2s-key";
/** Of the questions in localStorage. */
export const HISTORY = "t2s-history";

export const readKey = (): string | null => sessionStorage.getItem(KEY);
export const keepKey = (key: string): void => sessionStorage.setItem(KEY, key);

/** The key, and what was asked with it. */
export function forgetAll(): void {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(HISTORY);
}
