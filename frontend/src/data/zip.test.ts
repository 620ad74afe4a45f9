import { expect, it } from "vitest";
import { zipOf } from "./zip";

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

it("is a ZIP archive with names, sizes and checksums", async () => {
  const done: number[] = [];
  const files = [
    { path: "кіт/1.png", file: new Blob(["123456789"]) },
    { path: "dog/2.png", file: new Blob([""]) },
  ];
  const bytes = await bytesOf(await zipOf(files, (n) => done.push(n)));
  const view = new DataView(bytes.buffer);
  expect(done).toEqual([1, 2]);
  expect(view.getUint32(0, true)).toBe(0x04034b50);
  expect(view.getUint32(14, true)).toBe(0xcbf43926); // the known CRC-32 of "123456789"
  expect(view.getUint32(22, true)).toBe(9);
  const end = bytes.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect(view.getUint16(end + 10, true)).toBe(2);
  expect(view.getUint32(view.getUint32(end + 16, true), true)).toBe(0x02014b50);
  expect(new TextDecoder().decode(bytes)).toContain("кіт/1.png123456789");
});

it("stops when it is told to", async () => {
  const files = [{ path: "cat/1.png", file: new Blob(["1"]) }];
  await expect(zipOf(files, undefined, AbortSignal.abort())).rejects.toThrow();
});
