import type { Failure } from "../../shared/failures";

/** As the server would refuse it, so that it is told of in the same words. */
export function unreadable(file: File): Failure {
  const [subject, problem, cure] = [
    file.name,
    "is not a picture that this browser can read",
    "Save it as a JPEG or PNG.",
  ];
  return {
    kind: "problem",
    problem: {
      ...{ code: "not-a-picture", reason: "", params: {}, status: 415, received: "" },
      ...{ subject, problem, cure, detail: `${subject} ${problem}.` },
    },
  };
}
