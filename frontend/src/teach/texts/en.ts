/** English texts of the page Teach. The keys here are the keys that every other language must have. */
export const en = {
  lead: "Teach your own classes with a handful of pictures of each. The pictures stay on this server.",
  operatorsOnly: "Teaching is for operators",
  operatorsOnlyText: "Your role is to look. An administrator can change it.",

  beginTitle: "What is to be told apart?",
  beginText:
    "Name two things or more. One alone is a start too, good parts for example: everything unlike it will be none of these.",
  classNumber: "Class {n}",
  className: "Name of the class",
  draftName: "My classes",
  draftNamed: "My classes {n}",
  beginCamera: "Begin with the camera",
  begin: "Begin with files",
  removeClass: "Remove the class {name}",
  classRemoved: "The class {name} was removed.",

  hold: "Hold to record",
  holdFor: "Hold to record pictures of {name}",
  recording: "Recording",
  addPicturesTo: "Add pictures to {name}",
  dropHint: "Drop pictures on a class, or paste them: they go to the class that was used last.",
  all: "Show all",
  fewer: "Show fewer",
  pictureOf: "A picture of {name}",
  there: "{name} is in the class {label} already.",

  undo_add_class: "Undo the new class",
  undo_rename_class: "Undo the new name",
  undo_remove_class: "Bring the class back",
  undo_add_pictures: "Undo the last pictures",
  undo_remove_pictures: "Bring the pictures back",
  undo_move_pictures: "Undo the move",

  leftText:
    "The page was closed or loaded again before. Add them again: what has arrived is not taken twice.",

  tryTitle: "Try it",
  useCamera: "Use the camera",
  cameraHint: "Record each class with the camera; what it sees is named here.",
  refused:
    "The browser did not allow the camera. Allow it in the address bar and load the page again, or add pictures from files.",
  lost: "The camera was disconnected.",
  tryPicture: "Try a picture",
  evidenceHint: "Choose a class to see where in the picture it is.",
  notYet: "Once each class has two pictures, you see here what is recognised.",
  liveBars: "How sure it is of each class",

  resultTitle: "How well they are told apart",
  wanting: "Needs more pictures: {names}. Two of each are a start, ten are good.",
  learning: "Learning…",
  accuracy: "{percent} right",
  interval: "95 % interval: {low} to {high}",
  crossValidated: "Each picture was named by what was learned without it.",
  train: "When each class has this many pictures, training usually does better, but takes hours:",
  wide: "With so few pictures this can still be far off.",
  kept: "Not called “none of these”: {percent} ({low} to {high})",
  one: "One class alone: whatever is unlike it is none of these.",
  none: "No picture was taken for another class.",
  confused: "Taken for another class",
  confusedPair: "{label} taken for {answer}: {n} of {all}",
  mistake: "{label}, taken for {answer} ({percent})",
  mistakeHint: "Is one of them in the wrong class? Open it to move or remove it.",
  learnAgain: "Learn again",

  moveTo: "Move to {name}",
  chooseClass: "Move to…",
  removePicture: "Remove the picture",

  keepTitle: "Keep it",
  keep: "Keep as a model",
  keepAgain: "Keep again",
  keptAs: "{name} is among the models.",
  keptOld: "You have changed something since it was kept.",
  makeLive: "Make it live",
  madeLive: "{name} answers now.",
  isLive: "It is live: it answers on the page Classify, in the API and in the catalogue.",
  askAdministrator: "An administrator can make it live.",
  download: "Download the model file",
  toClassify: "Classify with it",
  toCamera: "Watch a camera with it",
  toPhone: "Take it to the phone",
  toCatalogue: "Classify the catalogue anew",

  draft: "Draft",
  newDraft: "New draft",
  deleteDraft: "Delete the draft",
  deleteTitle: "Delete the draft {name}?",
  deleteText: "Its pictures are deleted for good. Models that were kept stay.",
  deleted: "The draft {name} was deleted.",
} as const;

/** Forms by number; each language fills in the categories it has. */
export const enPlurals = {
  pictures: { one: "{n} picture", other: "{n} pictures" },
  sending: { one: "{n} picture is on its way…", other: "{n} pictures are on their way…" },
  mistakes: {
    one: "{n} picture was taken for another class",
    other: "{n} pictures were taken for another class",
  },
  left: { one: "{n} picture was not sent", other: "{n} pictures were not sent" },
  notAdded: { one: "{n} picture was not added", other: "{n} pictures were not added" },
} as const;
