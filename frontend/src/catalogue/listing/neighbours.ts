/** What stands before and after a picture in a list, also after it has left the list. */
export function neighbours<T>(
  list: readonly T[],
  place: number | null,
  lastPlace: number | null,
): { before: T | null; after: T | null } {
  if (place !== null) return { before: list[place - 1] ?? null, after: list[place + 1] ?? null };
  if (lastPlace === null) return { before: null, after: null };
  return { before: list[lastPlace - 1] ?? null, after: list[lastPlace] ?? null };
}
