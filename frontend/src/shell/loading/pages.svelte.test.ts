import { expect, test } from "vitest";
import { Refused } from "../../api/request";
import { Pages } from "./pages.svelte";

/** A list of numbers, two to a page, of which the next begins at its first. */
function counted(numbers: number[]): Pages<number, number> {
  return new Pages(async (from) => {
    const rows = numbers.filter((one) => from === null || one >= from);
    return { rows: rows.slice(0, 2), next: rows[2] ?? null };
  });
}

test("a list that is asked for again stays as long as it was", async () => {
  const numbers = [1, 2, 3, 4, 5];
  const pages = counted(numbers);
  await pages.load();
  expect([pages.list, pages.next]).toEqual([[1, 2], 3]);
  await pages.more();
  expect([pages.list, pages.next]).toEqual([[1, 2, 3, 4], 5]);
  numbers.unshift(0);
  await pages.load();
  expect([pages.list, pages.next]).toEqual([[0, 1, 2, 3], 4]);
});

test("of two questions the later one counts, whichever is answered first", async () => {
  const answers: ((rows: string[]) => void)[] = [];
  const pages = new Pages<string, string>(
    () => new Promise((done) => answers.push((rows) => done({ rows, next: null }))),
  );
  const asked = [pages.load(), pages.load()];
  answers[1]?.(["later"]);
  await asked[1];
  answers[0]?.(["earlier"]);
  await asked[0];
  expect([pages.list, pages.loading, pages.busy]).toEqual([["later"], false, false]);
});

test("a failure leaves what is shown, and the next answer ends it", async () => {
  let away = false;
  const pages = new Pages<number, number>(() =>
    away ? Promise.reject(new Refused({ kind: "network" })) : Promise.resolve({ rows: [1], next: null }),
  );
  await pages.load();
  away = true;
  await pages.load();
  expect(pages.list).toEqual([1]);
  expect(pages.failure).toEqual({ kind: "network" });
  away = false;
  await pages.load();
  expect(pages.failure).toBeNull();
});
