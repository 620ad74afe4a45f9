/** English texts of what only the page Classify of the server has. The keys here are the keys that every other language
 *  must have. */
export const en = {
  examples: "Or try one of these:",
  example_plane: "A drawn plane",
  example_ship: "A drawn ship",

  wrong: "This is wrong",
  whatIsIt: "What is it?",
  whatIsItText:
    "The picture is added to the catalogue with the class that you choose, and the next model can learn from it.",
  chooseClass: "Choose a class",
  add: "Add to the catalogue",
  added: "{name} was added to the catalogue.",
  addedAs: "{name} was added to the catalogue. Class: {label}.",
  wasThere: "{name} is in the catalogue already.",
  isThere: "In the catalogue.",
  isThereAs: "In the catalogue. Class: {label}.",
  see: "Show it there",
} as const;
