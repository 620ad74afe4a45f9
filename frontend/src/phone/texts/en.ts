export const en = {
  title: "tenfold on this device",
  lead: "Names what it sees on this device, also without a network. Pictures leave it only when you send them.",

  startCamera: "Start the camera",
  cameraLost: "The camera is gone. It was unplugged, or another program took it.",
  liveView: "It looks at this square. A picture that is taken is looked at more exactly.",
  takePhoto: "Take a photo",
  choosePictures: "Choose pictures",

  opening: "Opening…",
  noModel: "This device has no model yet",
  noModelText: "It is fetched once from the server, and then works without it.",
  fetching: "Fetching the model",
  testing: "Trying the model…",
  fetch: "Fetch the model",
  offer: "The server answers with another model: {name}, {size}.",
  take: "Put it on this device",
  goBack: "Back to the model before",
  switched: "This device answers with {name}.",
  trouble_damaged: "The model did not arrive whole. The one before stays.",
  trouble_differs:
    "The model does not answer on this device as it does on the server, so it is not used here.",
  trouble_not_a_model: "What the server sent is not a model of tenfold.",
  trouble_newer: "The model needs a newer version of this app. Update the app first.",
  trouble_storage: "The browser has no room for the model. Free some space, then try again.",
  startFailed: "The model cannot be started in this browser.",

  oneThread_not_isolated: "It computes on this device, with one thread, because the page is not isolated.",
  oneThread_device: "It computes on this device, with one thread.",
  oneThread_slow: "It computes on this device, with one thread, because a start with more took too long.",
  offline: "The app is stored on this device and opens without a network.",
  online: "The app is not stored on this device and needs the server to open.",
  update: "There is a newer version of this app.",
  outdated: "The app was updated in another tab.",
  updateNow: "Update",

  send: "Send to the catalogue",
  sendNamed: "Send to the catalogue: {name}",
  waits: "Waits to be sent",
  wasSent: "Is in the catalogue",
  sendNow: "Send now",
  sending: "Sending…",
  refused: "The server did not take {name}.",
  forget: "Remove",
  lostModel:
    "The browser has deleted the model that was stored here. It is fetched again when the server answers.",
  signInWhy: "The model comes from the server, and pictures go to its catalogue, under your account.",
  website: "To the server’s page",
} as const;

/** Forms by number; each language fills in the categories it has. */
export const enPlurals = {
  threads: {
    one: "It computes on this device, with {n} thread.",
    other: "It computes on this device, with {n} threads.",
  },
  rate: { one: "{n} picture a second.", other: "{n} pictures a second." },
  unsent: { one: "{n} picture not yet sent", other: "{n} pictures not yet sent" },
  lostPictures: {
    one: "The browser has deleted {n} picture that was not sent yet.",
    other: "The browser has deleted {n} pictures that were not sent yet.",
  },
} as const;
