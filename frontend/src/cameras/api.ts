/** What the page Cameras asks of the server. */
import { queryOf, request, requestFile } from "../api/request";
import { at } from "../shared/root";
import type { Camera, CameraEvent, CameraEventDetails, Clip, EventHour } from "../api/types";
import { toAsked, type Filters } from "./events/filters";
import type { Box, CameraShot } from "./live/stream";

const root = "/api/v1/camera-events";

export const cameras = (): Promise<Camera[]> => request("get", "/api/v1/cameras");

/** The newest picture if it is not number `after`; null: none came within `wait` seconds. */
export function pictureOf(
  camera: number,
  after: number,
  wait: number,
  signal: AbortSignal,
): Promise<CameraShot | null> {
  return requestFile(
    `/api/v1/cameras/${camera}/picture${queryOf({ after, wait })}`,
    async (response) =>
      response.status === 204
        ? null
        : {
            content: await response.blob(),
            number: Number(response.headers.get("X-Picture-Number")),
            boxes: JSON.parse(response.headers.get("X-Picture-Boxes") ?? "[]") as Box[],
          },
    signal,
  );
}

const socket = (path: string): string => `${location.origin.replace(/^http/, "ws")}${at(path)}`;

/** Where a WebSocket sends a camera's pictures, or its video where there is one. */
export const liveAddress = (camera: number, video: boolean): string =>
  `${socket(`/api/v1/cameras/${camera}/live`)}${video ? "?video=true" : ""}`;

/** Where a WebSocket takes a device's pictures. */
export const framesAddress = (camera: number): string => socket(`/api/v1/cameras/${camera}/frames`);

/** `before`: the number of the last event of the page before. */
export function eventsOf(filters: Filters, limit: number, before: number | null): Promise<CameraEvent[]> {
  const query = { ...toAsked(filters), limit, ...(before === null ? {} : { before }) };
  return request("get", root, { query });
}

export const countsOf = (filters: Filters): Promise<EventHour[]> =>
  request("get", `${root}/counts`, { query: toAsked(filters) });

export const eventOf = (number: number): Promise<CameraEventDetails> =>
  request("get", `${root}/{number}`, { path: { number } });

/** The clip of an event; null where it was deleted. */
export async function clipOf(event: CameraEvent): Promise<Clip | null> {
  const query = { camera: event.camera_id, since: event.started_at, until: event.ended_at };
  const found = await request("get", "/api/v1/clips", { query });
  return found.find(({ id }) => id === event.clip_id) ?? null;
}

export const acknowledge = (events: number[]) => request("post", `${root}/acknowledge`, { body: { events } });

export const correct = (number: number, label: string): Promise<CameraEvent> =>
  request("post", `${root}/{number}/correct`, { path: { number }, body: { label } });

/** The picture changes until the event has ended. */
export const eventPicture = (event: CameraEvent): string =>
  `${root}/${event.id}/picture?${event.state === "open" ? event.ended_at : "ended"}`;

export const clipFile = (clip: number): string => `/api/v1/clips/${clip}.mp4`;

export const exportOf = (kind: "csv" | "parquet", filters: Filters): string =>
  `${root}/export.${kind}${queryOf(toAsked(filters))}`;
