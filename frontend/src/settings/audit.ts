/** A record of the audit log in words, and its filters. Asks nothing of the server. */
import type { Answer } from "../api/request";
import { isolate } from "../shared/i18n";
import { say } from "./texts";

export type AuditRow = Answer<"/api/v1/audit", "get">[number];

export const kinds = ["sign-in", "people", "models", "catalogue", "stations", "settings"] as const;
export type AuditKind = (typeof kinds)[number];

const ofRoles = new Set(["role", "from", "to"]);

/** "Changed the role of Ann from Viewer to Operator"; the action's code where a newer server has another. */
export function wordsOf(row: Pick<AuditRow, "action" | "subject" | "details">): string {
  const values = Object.entries(row.details).map(([name, value]) => [
    name,
    ofRoles.has(name) ? say.named("role", String(value)) : isolate(String(value)),
  ]);
  const subject = isolate(row.subject);
  const known = { role: "–", from: "–", to: "–", person: "–", data: "–", format: "–", seconds: "–" };
  return say.named("did", row.action.replaceAll(".", "_"), `${row.action} ${subject}`, {
    ...known,
    ...Object.fromEntries(values),
    subject,
  });
}

/** The first moment of a day ("2026-11-29") here, or so many days later. */
export function dayStart(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}
