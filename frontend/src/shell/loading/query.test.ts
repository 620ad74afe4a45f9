import { expect, it } from "vitest";
import { Refused } from "../../api/request";
import { Query } from "./query.svelte";

const refused = () => Promise.reject(new Refused({ kind: "server", status: 500 }));

it("shows why the server refused in the place of what was there", async () => {
  const query = new Query<string>();
  await query.ask(() => Promise.resolve("there"));
  await query.ask(refused);
  expect([query.answer, query.failure]).toEqual([null, { kind: "server", status: 500 }]);
});

it("that is asked the same again and again keeps what was there beside the refusal, until there is a new answer", async () => {
  const query = new Query<string>({ keep: true });
  await query.ask(refused);
  expect([query.answer, query.failure]).toEqual([null, { kind: "server", status: 500 }]);
  await query.ask(() => Promise.resolve("there"));
  await query.ask(refused);
  expect([query.answer, query.failure]).toEqual(["there", { kind: "server", status: 500 }]);
  await query.ask(() => Promise.resolve("new"));
  expect([query.answer, query.failure]).toEqual(["new", null]);
});
