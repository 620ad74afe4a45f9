/** English texts of what a training is doing. The keys here are the keys that every other language must have. */
export const en = {
  waits: "Waits its turn: another training is under way",
  step_starting: "Starting",
  step_reading_data: "Reading the pictures",
  step_preparing: "Preparing the network",
  step_epoch: "Epoch {epoch} of {epochs}",
  step_validating: "Epoch {epoch} of {epochs}, measuring on the validation pictures",
  step_measuring: "Writing the model and measuring it on the test pictures",
  step_writing_report: "Writing the report",
  step_fitting: "Refitting the head",
  step_writing_pictures: "Writing the corrected pictures",
  step_reading_own_pictures: "Reading the model’s own pictures",
  step_old_corrected: "Asking the old model about the corrections kept back",
  step_new_corrected: "Asking the new model about the corrections kept back",
  step_old_own_test: "Asking the old model about its own test pictures",
  step_new_own_test: "Asking the new model about the old one’s test pictures",
  step_some_unusable: "Could not be used: {unusable}",
  step_asking_model: "Asking {model}",
  step_asking_other_model: "Asking the other model",
  step_taking_over: "Taking over what the other model said",
  step_looking_for_problems: "Looking for copies, wrong labels and pictures that show little",
  step_fetching: "Downloading CIFAR-10",
  step_unpacking: "Unpacking",
  step_converting: "Converting the model",
  step_measuring_threshold: "Measuring the threshold of “none of these”",
  step_comparing_answers: "Comparing the answers",
  step_judging_parts: "Judging recorded parts anew",
  atStep: "step {done} of {total}",
  loss: "loss {loss}",
  left: "about {time} left",
} as const;

/** Forms by number; each language fills in the categories it has. */
export const enPlurals = {
  speed: { one: "{n} picture a second", other: "{n} pictures a second" },
} as const;
