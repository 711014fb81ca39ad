/** How a prediction in a file says that it refuses (the form that prompt/answer.ts writes). */
export const isRefusal = (sql: string): boolean => /^\s*--\s*cannot answer\b/i.test(sql);
