import { expect, it } from "vitest";
import vectors from "../../../../tests/data/pixel-rule/vectors.json";
import { factorOf, neededBy, shrink } from "./decode";

it("a JPEG becomes as small as Python decodes it, any other picture stays", () => {
  for (const { picture, size, picture_size, decoded_size } of vectors.cases) {
    const [width = 0, height = 0] = picture_size;
    const factor = factorOf(picture.endsWith(".jpg"), width, height, neededBy(size));
    expect([Math.ceil(width / factor), Math.ceil(height / factor)]).toEqual(decoded_size);
  }
});

it.each([
  [true, 4032, 3024, 8],
  [true, 1000, 1000, 2],
  [true, 511, 5000, 1],
  [true, 12_000, 9_000, 8],
  [false, 4032, 3024, 1],
  [false, 10_000, 8_000, 2],
])("jpeg %s of %d x %d is read at 1/%d", (jpeg, width, height, factor) => {
  expect(factorOf(jpeg, width, height, 256)).toBe(factor);
});

it("each pixel of a smaller reading is the mean of a square, rounded, of fewer at the edge", () => {
  const data = Uint8ClampedArray.from([10, 13, 20, 30, 11, 40].flatMap((grey) => [grey, grey, grey, 255]));
  const out = new Uint8Array(6);
  shrink({ width: 3, height: 2, data } as ImageData, 2, out, 0);
  expect([...out]).toEqual([16, 16, 16, 30, 30, 30]);
});
