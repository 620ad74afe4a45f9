import { expect, it } from "vitest";
import type { Destination, Message } from "./api";
import { isOver, progressOf, standing } from "./standing";

const problem = { code: "delivery-error" } as NonNullable<Destination["problem"]>;

it("a destination is paused, failing, working or new, in this order", () => {
  const sent_at = "2026-01-01T00:00:00Z";
  expect(standing({ enabled: false, problem, sent_at })).toBe("paused");
  expect(standing({ enabled: true, problem, sent_at })).toBe("failing");
  expect(standing({ enabled: true, problem: null, sent_at })).toBe("works");
  expect(standing({ enabled: true, problem: null, sent_at: null })).toBe("new");
});

it("a test message is followed until it has arrived or was given up", () => {
  const of = (state: Message["state"], why: Message["problem"] = null, enabled = true) =>
    progressOf({ state, problem: why }, enabled);
  expect(of("waiting")).toBe("waits");
  expect(of("waiting", null, false)).toBe("paused");
  expect(of("waiting", problem)).toBe("failed");
  expect(of("sent")).toBe("arrived");
  expect(of("dead", problem)).toBe("dead");
  expect((["waits", "paused", "failed"] as const).some(isOver)).toBe(false);
  expect((["arrived", "dead"] as const).every(isOver)).toBe(true);
});
