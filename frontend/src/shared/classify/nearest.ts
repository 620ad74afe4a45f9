/** What is nearest to a picture that is none of the classes. */
import { language } from "../language.svelte";
import type { Prediction } from "../types";
import { say } from "./texts";

const noDifference = 0.0005; // is no tenth of a percent

/** In words. Of a picture of which half is missing all classes are as likely: none is nearest. */
export function nearestText({ label, confidence, probabilities }: Prediction): string {
  const equal = Object.values(probabilities).every((one) => confidence - one < noDifference);
  return equal
    ? say.text("noneNearest")
    : say.text("nearest", { label: language.className(label), percent: language.percent(confidence) });
}
