/** Where tiles stand in the grid, and which of them are in sight. Knows nothing of what is on them. */

export interface Layout {
  columns: number;
  /** Pixels. */
  tile: number;
  row: number;
  gap: number;
}

export const caption = 56; // pixels below the picture: two lines of text

export function layOut(width: number, wanted: number, gap: number): Layout {
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)));
  const tile = Math.max(1, (width - gap * (columns - 1)) / columns);
  return { columns, tile, row: tile + caption + gap, gap };
}

export function heightOf(layout: Layout, count: number): number {
  const rows = Math.ceil(count / layout.columns);
  return rows === 0 ? 0 : rows * layout.row - layout.gap;
}

/** The tiles to draw: those between `top` and `bottom` (pixels from the grid's start) and some rows around. */
export function inSight(
  layout: Layout,
  count: number,
  top: number,
  bottom: number,
  rowsAround = 3,
): { first: number; last: number; offset: number } {
  const rows = Math.ceil(count / layout.columns);
  const from = clamp(Math.floor(top / layout.row) - rowsAround, 0, Math.max(0, rows - 1));
  const to = clamp(Math.ceil(bottom / layout.row) + rowsAround, from, rows);
  return {
    first: from * layout.columns,
    last: Math.min(count, to * layout.columns),
    offset: from * layout.row,
  };
}

/** Where an arrow key leads; null for keys that lead nowhere. */
export function moved(
  key: string,
  index: number,
  count: number,
  columns: number,
  page: number,
): number | null {
  const to = (place: number) => clamp(place, 0, count - 1);
  switch (key) {
    case "ArrowRight":
      return to(index + 1);
    case "ArrowLeft":
      return to(index - 1);
    case "ArrowDown":
      return index + columns < count ? index + columns : index;
    case "ArrowUp":
      return index - columns >= 0 ? index - columns : index;
    case "PageDown":
      return to(index + columns * page);
    case "PageUp":
      return to(index - columns * page);
    case "Home":
      return 0;
    case "End":
      return to(count - 1);
    default:
      return null;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
