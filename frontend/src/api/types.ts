/** The shapes that the API answers with, by the names that the page calls them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Entry = Schemas["EntryAnswer"];
export type Action = Schemas["ActionAnswer"];
export type ActionKind = Schemas["ActionRequest"]["kind"];
export type FiltersBody = Schemas["FiltersRequest"];
export type Job = Schemas["JobAnswer"];
export type Counts = Schemas["CountsAnswer"];
export type EntryDetail = Schemas["EntryDetail"];
export type Duplicate = Schemas["DuplicateAnswer"];
export type Camera = Schemas["CameraAnswer"];
export type CameraState = Schemas["CameraStateAnswer"];
export type CameraArea = Schemas["Area"];
export type CameraEvent = Schemas["EventAnswer"];
export type CameraEventDetails = Schemas["EventDetails"];
export type EventHour = Schemas["HourAnswer"];
export type Station = Schemas["StationAnswer"];
export type StationState = Schemas["StationState"];
export type StationPart = Schemas["PartAnswer"];
export type StationPartDetails = Schemas["PartDetails"];
export type StationFigures = Schemas["FiguresAnswer"];
export type StationChallenge = Schemas["ChallengeAnswer"];
export type StationAlarm = Schemas["AlarmAnswer"];
export type Recipe = Schemas["RecipeAnswer"];
export type RecipeVersion = Schemas["VersionAnswer"];
export type Clip = Schemas["ClipAnswer"];
