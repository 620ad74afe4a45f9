/** What the server says of destinations, their messages and rules, by the names that the page calls them. */
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type Destination = Schemas["DestinationAnswer"];
export type DestinationSettings = Schemas["DestinationSettings"];
export type Message = Schemas["MessageAnswer"];
export type Rule = Schemas["RuleAnswer"];
export type Conditions = Schemas["Conditions"];
export type Camera = Schemas["CameraAnswer"];
export type Trial = Schemas["RuleTestAnswer"];
