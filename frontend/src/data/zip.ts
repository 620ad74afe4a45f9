/** Files of a folder as one ZIP archive, stored and not compressed: pictures are compressed already.
 *  The archive refers to the files and does not hold them in memory. */

export interface PathFile {
  /** With forward slashes, from the folder on. */
  path: string;
  file: Blob;
}

/** More do not fit into the format without its extension. */
export const mostFiles = 65_535;
export const mostBytes = 4_000_000_000;

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

async function crc32(file: Blob): Promise<number> {
  let crc = 0xffffffff;
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    for (const byte of piece.value) crc = (table[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Numbers in little-endian order, each as [value, bytes]. */
function record(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [value, bytes] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

const version = [20, 2] as const;
const utf8 = [1 << 11, 2] as const;
const day = [(1 << 5) | 1, 2] as const; // 1 January 1980: when a file was made does not matter

/** Throws the signal's reason when it is aborted. */
export async function zipOf(
  files: readonly PathFile[],
  onfile: (done: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  const index: BlobPart[] = [];
  let offset = 0;
  let indexSize = 0;
  for (const [number, { path, file }] of files.entries()) {
    signal?.throwIfAborted();
    const name = new TextEncoder().encode(path);
    const crc = await crc32(file);
    const common = [utf8, [0, 2], [0, 2], day, [crc, 4], [file.size, 4], [file.size, 4]] as const;
    const head = record([0x04034b50, 4], version, ...common, [name.length, 2], [0, 2]);
    parts.push(head, name, file);
    const entry = record(
      ...([[0x02014b50, 4], version, version, ...common, [name.length, 2], [0, 2], [0, 2], [0, 2]] as const),
      ...([
        [0, 2],
        [0, 4],
        [offset, 4],
      ] as const),
    );
    index.push(entry, name);
    indexSize += entry.length + name.length;
    offset += head.length + name.length + file.size;
    onfile(number + 1);
  }
  const count = [files.length, 2] as const;
  const end = record([0x06054b50, 4], [0, 2], [0, 2], count, count, [indexSize, 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...index, end]);
}
