/** A rule's conditions in words. Asks nothing. */
import { language } from "../../shared/language.svelte";
import { isolate } from "../../shared/i18n";
import type { Camera, Conditions } from "../api";
import { say } from "../texts";

export function cameraName(cameras: readonly Pick<Camera, "id" | "name">[], id: number): string {
  return cameras.find((one) => one.id === id)?.name ?? say.text("cameraNumber", { id });
}

/** Each condition that asks for something; all of them have to be met. */
export function wordsOf(conditions: Conditions, cameras: readonly Camera[]): string[] {
  const { begin, end, count, within, dwell, cool_down } = conditions;
  const parts = [
    conditions.cameras.map((id) => isolate(cameraName(cameras, id))).join(", "),
    conditions.classes.map((label) => language.className(label)).join(", "),
    conditions.zones.length > 0 && say.text("inZones", { names: conditions.zones.map(isolate).join(", ") }),
    conditions.confidence > 0 &&
      say.text("fromConfidence", { value: language.percent(conditions.confidence) }),
    begin && end && `${begin}–${end}`,
    conditions.days.map((day) => language.weekday(day)).join(", "),
    dwell > 0 && say.text("atLeast", { time: language.seconds(dwell) }),
    conditions.line && say.named("crosses", conditions.direction),
    count > 1 && say.counted("events", count, { time: language.seconds(within) }),
    cool_down > 0 && say.text("thenQuiet", { time: language.seconds(cool_down) }),
  ].filter((part) => typeof part === "string" && part !== "");
  return parts.length > 0 ? (parts as string[]) : [say.text("everyEvent")];
}
