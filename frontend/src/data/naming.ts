/** What parts and problems are called: keys of texts, for the names that the server uses. */
import type { TextKey } from "../lib/texts/data";

const parts: Readonly<Record<string, TextKey>> = {
  training: "part_training",
  validation: "part_validation",
  test: "part_test",
  all: "part_all",
};

const problems: Readonly<Record<string, TextKey>> = {
  leaks: "found_leaks",
  conflicts: "found_conflicts",
  labels: "found_labels",
  exact: "found_exact",
  near: "found_near",
  dark: "found_dark",
  bright: "found_bright",
  empty: "found_empty",
  blurred: "found_blurred",
  shape: "found_shape",
  strange: "found_strange",
  rare: "found_rare",
};

export const partName = (part: string): TextKey => parts[part] ?? "part_all";
export const problemName = (problem: string): TextKey => problems[problem] ?? "found_other";
