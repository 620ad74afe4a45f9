/** English texts of the page Line. The keys here are the keys that every other language must have. */
export const en = {
  allStations: "All stations",
  none: "There is no station yet",
  noSuchStation: "There is no such station",

  verdict_pass: "Pass",
  verdict_reject: "Reject",
  verdict_divert: "Set aside",

  reason_good: "Good",
  reason_wrong_class: "Not a class that passes",
  reason_none_of_these: "None of these",
  reason_unsure: "The model is unsure",
  reason_late: "The verdict came too late",
  reason_queue_full: "Too many parts at once",
  reason_missed_trigger: "A trigger was missed",
  reason_too_close: "Too close to the next part",
  reason_no_part: "No part in the picture",
  reason_no_picture: "No picture",
  reason_dark_picture: "The picture is dark",
  reason_frozen_picture: "The picture does not change",
  reason_camera: "No connection to the camera",
  reason_model: "The model does not answer",
  reason_plc: "No connection to the PLC",
  reason_trail: "The trail cannot be written",
  reason_encoder: "The encoder’s count jumped",
  reason_clock: "The computer’s clock was set",
  reason_not_seen: "A rejected part was not seen leaving",
  reason_wrongly_rejected: "A good part was taken off",
  reason_restarted: "The station was restarted",
  reason_stopped: "The belt stands still",
  reason_halted: "Stopped by the plant",
  reason_output: "An output cannot be reached",
  reason_wrong_count: "The count is wrong",
  reason_recipe: "No approved recipe",
  reason_challenge: "Challenge parts are due",
  reason_first_parts: "First parts wait for approval",
} as const;

/** Forms by number; each language fills in the categories it has. */
export const enPlurals = {
  parts: { one: "{n} part", other: "{n} parts" },
} as const;
