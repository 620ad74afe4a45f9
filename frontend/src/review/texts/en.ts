/** English texts of the page Review. The keys here are the keys that every other language must have. */
export const en = {
  lead: "The pictures whose review helps the model most come first. The next model learns from what you say here.",
  notForViewers: "Your role lets you look at pictures, but not correct them",
  isIt: "Is this correct: {label}?",
  isNone: "Is it really none of these?",
  confirm: "Yes",
  skip: "Skip",
  keySpace: "Space",
  skipped: "Skipped.",
  evidence: "Where it sees this",
  zoom: "Larger",
  seenAt: "Shown where the model sees: {label}.",
  nothingLeft: "Nothing is left to review",
  nothingLeftText:
    "Pictures in the catalogue that the model is unsure of, and that nobody has checked, appear here.",
  skippedAgain: "Show the skipped ones again",

  trainTitle: "Improve the model",
  refit: "Update the model (seconds)",
  refitText:
    "The head of the model is refitted to your corrections. Every corrected picture is then answered by a head that did not learn from it.",
  refitNoHead: "The head of this model cannot be fitted alone.",
  refitLonger: "New classes and hundreds of corrections need the longer training:",
  refitOnCorrections: "On corrections it had not learned from",
  refitOnOwn: "On pictures of its own data",
  refitIsLive: "The updated model answers now.",
  refitBack: "Go back",
  refitWentBack: "The previous model answers again.",
  refitInsistText:
    "That is not enough to call it better. It can be made live anyway, and undone with one click.",
  refitChanged: "See which classes would change",
  trainSee: "See Models",

  left: { one: "{n} left", other: "{n} left" },
  trainCorrected: {
    one: "{n} picture was corrected or confirmed.",
    other: "{n} pictures were corrected or confirmed.",
  },
} as const;
