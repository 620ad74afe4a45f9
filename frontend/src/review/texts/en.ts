/** English texts of the page Review. The keys here are the keys that every other language must have. */
export const en = {
  lead: "The pictures whose review helps the model most come first. The next model learns from what you say here.",
  notForViewers: "Your role lets you look at pictures, but not correct them",
  isIt: "Is this correct: {label}?",
  confirm: "Yes",
  skip: "Skip",
  keySpace: "Space",
  skipped: "Skipped.",
  evidence: "Where it sees this",
  zoom: "Larger",
  seenAt: "Shown where the model sees: {label}.",
  nothingLeft: "Nothing is left to review",
  nothingLeftText: "The model is sure of all other pictures, or a person has checked them.",
  skippedAgain: "Show the skipped ones again",

  trainTitle: "Train on corrections",
  trainMissingExtra:
    "This server cannot train: the part for training is not installed. Settings show the command.",
  trainWithOwn: "With the model’s own data, so that it does not forget",
  train: "Train",
  trainAskAdministrator: "An administrator can start it.",
  trainDone: "The new model has been trained and compared with the old one.",
  trainSee: "See Models",
} as const;

/** Forms by number; each language fills in the categories it has. */
export const enPlurals = {
  left: { one: "{n} left", other: "{n} left" },
  trainCorrected: {
    one: "{n} picture was corrected or confirmed.",
    other: "{n} pictures were corrected or confirmed.",
  },
} as const;
