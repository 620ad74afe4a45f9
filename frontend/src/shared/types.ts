/** What the shared components are given, whoever gives it: a server, or a model in the browser. */
import type { Grid } from "./pictures/evidence";
import type { Failure } from "./failures";

export interface Prediction {
  label: string;
  confidence: number;
  /** False: it is none of the classes. */
  known: boolean;
  novelty: number;
  probabilities: Readonly<Record<string, number>>;
  /** Where each class was seen, by label. */
  evidence?: Readonly<Record<string, Grid>> | null;
}

export type Answer =
  | { ok: true; width: number | null; height: number | null; frames?: number; prediction: Prediction }
  | { ok: false; failure: Failure };

/** Classifies one picture. Throws only when `signal` ended it. */
export type Classify = (file: File, signal: AbortSignal) => Promise<Answer>;

export interface Model {
  name: string;
  classes: readonly { label: string; names?: Readonly<Record<string, string>> }[];
  other_classes?: readonly { label: string; names?: Readonly<Record<string, string>> }[];
  scores: Readonly<Record<string, unknown>>;
  known_rate: number;
  input_size: number;
  bytes: number;
  licence: string;
  tenfold_version: string;
}
