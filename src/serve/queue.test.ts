import { expect, test } from "vitest";
import { createQueue, createRateLimit, RetryLater } from "./queue.ts";

const never = () => new Promise<never>(() => {});

test("work waits for its turn, in its order; one piece too many is refused with a time to come again", async () => {
  const queue = createQueue(1, 1);
  let finish: (value: string) => void = () => {};
  const first = queue.run(() => new Promise<string>((resolve) => (finish = resolve)));
  const second = queue.run(async () => "second");
  const third = queue.run(async () => "third");
  await expect(third).rejects.toThrow(RetryLater);
  await expect(third).rejects.toMatchObject({ code: "overloaded", seconds: expect.any(Number) });
  await Promise.resolve();
  finish("first");
  expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  expect(queue.counts()).toEqual({ running: 0, waiting: 0 });
});

test("what leaves the queue takes no turn, and failed work gives its turn on", async () => {
  const queue = createQueue(1, 5);
  const fails = queue.run(async () => {
    throw new Error("no luck");
  });
  const leaving = new AbortController();
  const left = queue.run(async () => "left", leaving.signal);
  const stays = queue.run(async () => "stays");
  leaving.abort(new Error("gone"));
  await expect(left).rejects.toThrow("gone");
  await expect(fails).rejects.toThrow("no luck");
  expect(await stays).toBe("stays");
  await expect(queue.run(never, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
});

test("a bucket is full at first and fills evenly; 0 means no limit", () => {
  let now = 0;
  const limit = createRateLimit(() => now);
  const allowed = () => {
    try {
      limit("a", 60);
      return true;
    } catch (error) {
      return (error as RetryLater).seconds;
    }
  };
  for (let i = 0; i < 60; i++) expect(allowed()).toBe(true);
  expect(allowed()).toBe(1);
  limit("b", 60);
  now += 2000;
  expect([allowed(), allowed(), allowed()]).toEqual([true, true, 1]);
  for (let i = 0; i < 1000; i++) limit("c", 0);
  limit("d", 60, 50);
  expect(() => limit("d", 60, 11)).toThrow(expect.objectContaining({ seconds: 1 }));
  limit("d", 60, 10);
});
