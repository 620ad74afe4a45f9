/** Which parts of a picture the network is shown, as `tenfold.inference.views` has it in Python. */
import { resizeBoxes, type Box, type Pixels, type ResizeRule } from "./resize";

export interface View {
  box: Box;
  mirrored: boolean;
}

type Rule = (width: number, height: number) => View[];

const rules = {
  whole: (width, height) => [whole(width, height)],
  centre: (width, height) => [square(width, height, 1, 0.5)],
  "mirrored-pair": (width, height) => bothWays([whole(width, height)]),
  five: (width, height) => [
    whole(width, height),
    square(width, height, 1, 0.5),
    square(width, height, 1, 0),
    square(width, height, 1, 1),
    square(width, height, 0.75, 0.5),
  ],
  six: (width, height) =>
    bothWays([whole(width, height), square(width, height, 1, 0.5), square(width, height, 0.8, 0.5)]),
  "six-wide": (width, height) => [
    ...bothWays([whole(width, height), square(width, height, 1, 0.5)]),
    square(width, height, 1, 0),
    square(width, height, 1, 1),
  ],
} satisfies Record<string, Rule>;

export type ViewsRule = keyof typeof rules;

export function isViewsRule(name: string): name is ViewsRule {
  return Object.hasOwn(rules, name);
}

/** The views of a picture; one where it has the network's own size. */
export function viewsOf(rule: ViewsRule, width: number, height: number, size: number): View[] {
  return width === size && height === size ? [whole(width, height)] : rules[rule](width, height);
}

/** The pixels of the views, one after another: uint8 `[views, size, size, 3]`. */
export function cut(pixels: Pixels, views: readonly View[], size: number, resize: ResizeRule): Uint8Array {
  const boxes = [...new Map(views.map(({ box }) => [box.join(), box])).values()];
  const found = new Map(
    resizeBoxes(pixels, size, resize, boxes).map((square, i) => [boxes[i]?.join() ?? "", square]),
  );
  const length = size * size * 3;
  const tensor = new Uint8Array(views.length * length);
  views.forEach(({ box, mirrored }, i) => {
    const square = found.get(box.join()) ?? new Uint8Array(length);
    tensor.set(mirrored ? mirror(square, size) : square, i * length);
  });
  return tensor;
}

/** Each view's maps laid where the view was taken: the mean over the views that show a cell.
 *  `maps` is `[views, classes, rows, columns]`; for each class the cells of the whole, row by row. */
export function layOver(
  maps: Float32Array,
  shape: { classes: number; rows: number; columns: number },
  views: readonly View[],
  picture: { width: number; height: number },
  cells: number,
): Float32Array[] {
  const { classes, rows, columns } = shape;
  const total = Array.from({ length: classes }, () => new Float32Array(cells * cells));
  const count = new Uint8Array(cells * cells);
  views.forEach(({ box: [left, top, right, bottom], mirrored }, view) => {
    for (let row = 0; row < cells; row++) {
      const y = (((row + 0.5) / cells) * picture.height - top) / (bottom - top);
      if (y < 0 || y >= 1) continue;
      for (let column = 0; column < cells; column++) {
        const x = (((column + 0.5) / cells) * picture.width - left) / (right - left);
        if (x < 0 || x >= 1) continue;
        const taken = Math.trunc(x * columns);
        const at = Math.trunc(y * rows) * columns + (mirrored ? columns - 1 - taken : taken);
        const cell = row * cells + column;
        count[cell] = (count[cell] ?? 0) + 1;
        total.forEach((sums, k) => {
          sums[cell] = (sums[cell] ?? 0) + (maps[(view * classes + k) * rows * columns + at] ?? 0);
        });
      }
    }
  });
  return total.map((sums) => sums.map((sum, cell) => sum / Math.max(count[cell] ?? 0, 1)));
}

function whole(width: number, height: number): View {
  return { box: [0, 0, width, height], mirrored: false };
}

/** A square of `scale` times the short side; `place` 0 to 1 moves it along the long one. */
function square(width: number, height: number, scale: number, place: number): View {
  const side = Math.min(width, height) * scale;
  const x = (width - side) * (width >= height ? place : 0.5);
  const y = (height - side) * (width >= height ? 0.5 : place);
  return { box: [x, y, x + side, y + side], mirrored: false };
}

function bothWays(views: readonly View[]): View[] {
  return views.flatMap((view) => [view, { ...view, mirrored: true }]);
}

function mirror(square: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(square.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const from = (y * size + size - 1 - x) * 3;
      out.set(square.subarray(from, from + 3), (y * size + x) * 3);
    }
  }
  return out;
}
