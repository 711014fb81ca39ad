/** The API key that a person gave, for as long as the tab is open. */
const PLACE = "t2s-key";

export const readKey = (): string | null => sessionStorage.getItem(PLACE);
export const keepKey = (key: string): void => sessionStorage.setItem(PLACE, key);
export const forgetKey = (): void => sessionStorage.removeItem(PLACE);
