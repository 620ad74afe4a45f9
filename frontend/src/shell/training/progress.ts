/** What a training is doing and how far it is, in words and as a bar. Asks nothing of the server. */
import type { components } from "../../api/schema";
import { duration } from "../../shared/duration";
import { isolate } from "../../shared/i18n";
import type { Job } from "../jobs.svelte";
import { language } from "../../shared/language.svelte";
import { say } from "./texts";

export type Figures = components["schemas"]["TrainingFigures"];

/** How far a training is: of all its epochs once it is in one, else of the step at hand; total 0: not known. */
export function farOf(now: Figures): { done: number; total: number } {
  if (now.epoch === 0 || now.epochs === 0) return { done: now.done, total: now.total };
  return { done: now.epoch - 1 + (now.total > 0 ? now.done / now.total : 0), total: now.epochs };
}

/** "Epoch 3 of 40 · step 12 of 390 · loss 1.234 · 812 pictures a second · about 5:00 left" */
export function wordsOf(now: Figures): string {
  const far = { done: language.number(now.done), total: language.number(now.total) };
  const epochs = { epoch: language.number(now.epoch), epochs: language.number(now.epochs) };
  const speed = now.pictures_per_second === null ? null : Math.round(now.pictures_per_second);
  return [
    say.named("step", now.step, now.step, epochs),
    now.step === "epoch" && now.total > 0 && say.text("atStep", far),
    now.step !== "epoch" && now.step !== "validating" && now.total > 0 && language.text("doneOf", far),
    now.loss !== null && say.text("loss", { loss: lossOf(now.loss) }),
    speed !== null && speed > 0 && say.counted("speed", speed),
    now.seconds_left !== null &&
      now.seconds_left >= 1 &&
      say.text("left", { time: duration(now.seconds_left) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A loss with three digits after the point. */
export function lossOf(value: number): string {
  return language.decimal(value, 3);
}

/** The step of a job, where it has no figures of a training: "Reading the pictures · 12 of 40". */
export function stepWords(step: string, { details, done, total }: Job): string {
  const unusable = language.number(details?.unusable ?? 0);
  const values = { epoch: "", epochs: "", model: isolate(details?.model ?? ""), unusable };
  const name = say.named("step", step, step, values);
  const far = { done: language.number(done), total: language.number(total) };
  return total > 0 ? `${name} · ${language.text("doneOf", far)}` : name;
}
