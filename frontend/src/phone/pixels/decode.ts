/** A picture file to upright RGB pixels by the pixel rule, as far as the browser's decoders follow it: another
 *  decoder of the same JPEG may differ by a step of 255 here and there. Runs in a worker too. */
import type { Pixels } from "./resize";

export interface Decoded {
  pixels: Pixels;
  /** Of the whole upright picture, of which `pixels` may be a smaller reading. */
  width: number;
  height: number;
}

const limit = 50_000_000; // pixels, as the server's setting is from the start
const strip = 1 << 20; // pixels taken out of a canvas at a time: phones have no room for many whole pictures

/** So many pixels on the short side are enough for a network that takes `side`. */
export function neededBy(side: number): number {
  return Math.max(256, 2 * side);
}

/** How many pixels of a side become one: of a JPEG as its decoder does it in Python, else only above the limit. */
export function factorOf(jpeg: boolean, width: number, height: number, needed: number): number {
  if (!jpeg) {
    let factor = 1;
    while (Math.ceil(width / factor) * Math.ceil(height / factor) > limit) factor += 1;
    return factor;
  }
  const enough = Math.min(Math.floor(width / needed), Math.floor(height / needed));
  const fits = [1, 2, 4, 8].find((scale) => width * height <= limit * scale ** 2) ?? 8;
  const scale = Math.max(enough, fits, 1);
  const asked = (side: number) => Math.floor(side / Math.max(1, Math.floor(side / scale)));
  const most = Math.min(asked(width), asked(height));
  return [8, 4, 2].find((one) => one <= most) ?? 1;
}

/** Throws what the browser throws where it cannot read the file. */
export async function decode(file: Blob, needed: number): Promise<Decoded> {
  const start = new Uint8Array(await file.slice(0, 3).arrayBuffer());
  const jpeg = start[0] === 0xff && start[1] === 0xd8 && start[2] === 0xff;
  // Upright by its EXIF orientation, colour profiles not applied.
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  try {
    const { width, height } = bitmap;
    return { pixels: read(bitmap, factorOf(jpeg, width, height, needed)), width, height };
  } finally {
    bitmap.close();
  }
}

/** The pixels of a bitmap; what is transparent lies over white, and each is the mean of a square of `factor`. */
export function read(bitmap: ImageBitmap, factor = 1): Pixels {
  const { width, height } = bitmap;
  const columns = Math.ceil(width / factor);
  const data = new Uint8Array(columns * Math.ceil(height / factor) * 3);
  const rows = Math.max(1, Math.floor(strip / width / factor)) * factor;
  const canvas = new OffscreenCanvas(width, Math.min(rows, height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new DOMException("no canvas", "NotSupportedError");
  for (let top = 0; top < height; top += rows) {
    const high = Math.min(rows, height - top);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, high);
    context.drawImage(bitmap, 0, -top);
    shrink(context.getImageData(0, 0, width, high), factor, data, Math.floor(top / factor) * columns * 3);
  }
  return { width: columns, height: Math.ceil(height / factor), data };
}

/** Writes the means of squares, without alpha; those at the edge may be of fewer pixels. */
export function shrink(
  from: Pick<ImageData, "width" | "height" | "data">,
  factor: number,
  out: Uint8Array,
  at: number,
): void {
  const { width, height, data } = from;
  for (let top = 0; top < height; top += factor) {
    const high = Math.min(factor, height - top);
    for (let left = 0; left < width; left += factor, at += 3) {
      const wide = Math.min(factor, width - left);
      let [red, green, blue] = [0, 0, 0];
      for (let y = top; y < top + high; y++) {
        for (let x = left, i = (y * width + left) * 4; x < left + wide; x++, i += 4) {
          red += data[i] as number;
          green += data[i + 1] as number;
          blue += data[i + 2] as number;
        }
      }
      const half = (wide * high) / 2;
      out[at] = Math.floor((red + half) / (wide * high));
      out[at + 1] = Math.floor((green + half) / (wide * high));
      out[at + 2] = Math.floor((blue + half) / (wide * high));
    }
  }
}
