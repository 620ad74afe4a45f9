/** What the page says of destinations and of test messages. Asks nothing. */
import type { Destination, Message } from "./api";

/** new: nothing was sent yet. */
export type Standing = "paused" | "failing" | "works" | "new";

export function standing(one: Pick<Destination, "enabled" | "problem" | "sent_at">): Standing {
  if (!one.enabled) return "paused";
  if (one.problem) return "failing";
  return one.sent_at ? "works" : "new";
}

/** paused: it waits until its destination goes on. failed: it is tried again. */
export type Progress = "waits" | "paused" | "arrived" | "failed" | "dead";

export function progressOf(message: Pick<Message, "state" | "problem">, enabled: boolean): Progress {
  if (message.state === "sent") return "arrived";
  if (message.state === "dead") return "dead";
  if (!enabled) return "paused";
  return message.problem ? "failed" : "waits";
}

/** Whether nothing more happens to a message by itself. */
export const isOver = (progress: Progress) => progress === "arrived" || progress === "dead";
