import { describe, expect, it } from "vitest";
import { TaskQueue } from "./task-queue";

const turn = () => new Promise((done) => setTimeout(done, 0));

describe("TaskQueue", () => {
  it("runs at most so many tasks at once and starts them in order", async () => {
    const queue = new TaskQueue(2);
    const { signal } = new AbortController();
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const task = (n: number) => async () => {
      started.push(n);
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
      return n;
    };
    const results = await Promise.all([0, 1, 2, 3, 4].map((n) => queue.run(signal, task(n))));
    expect(results).toEqual([0, 1, 2, 3, 4]);
    expect(started).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });

  it("goes on after a task that failed", async () => {
    const queue = new TaskQueue(1);
    const { signal } = new AbortController();
    const failed = queue.run(signal, () => Promise.reject(new Error("no")));
    const next = queue.run(signal, () => Promise.resolve("yes"));
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });

  it("does not start a task that was called off while it waited", async () => {
    const queue = new TaskQueue(1);
    const stop = new AbortController();
    const first = queue.run(new AbortController().signal, turn);
    let started = false;
    const second = queue.run(stop.signal, () => Promise.resolve((started = true)));
    stop.abort();
    await first;
    await expect(second).rejects.toThrow("abort");
    expect(started).toBe(false);
  });
});
