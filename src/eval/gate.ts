/** Lets many things run together, or one alone: a measurement that must not be disturbed waits for the others. */
export type Gate = {
  shared<T>(action: () => Promise<T>): Promise<T>;
  /** Starts when all that came before has ended; what comes after waits for it. */
  alone<T>(action: () => Promise<T>): Promise<T>;
};

/** First come, first served. */
export function createGate(): Gate {
  let last: Promise<unknown> = Promise.resolve();
  let running = new Set<Promise<unknown>>();
  return {
    shared(action) {
      const result = last.then(action);
      const group = running;
      const ended: Promise<unknown> = settled(result).then(() => group.delete(ended));
      group.add(ended);
      return result;
    },
    alone(action) {
      const result = Promise.all([last, ...running]).then(action);
      running = new Set();
      last = settled(result);
      return result;
    },
  };
}

const settled = (promise: Promise<unknown>): Promise<void> =>
  promise.then(
    () => {},
    () => {},
  );
