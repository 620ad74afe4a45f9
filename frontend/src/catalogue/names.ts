/** The texts for the API's own words. */
import type { TextKey } from "../lib/texts/catalogue";
import type { Order, Owner } from "./filters";

export const sourceNames: Readonly<Record<string, TextKey>> = {
  upload: "sourceUpload",
  api: "sourceApi",
  folder: "sourceFolder",
  watch: "sourceWatch",
  camera: "sourceCamera",
};

export const orderNames: Readonly<Record<Order, TextKey>> = {
  newest: "orderNewest",
  oldest: "orderOldest",
  surest: "orderSurest",
  unsure: "orderUnsure",
  novel: "orderNovel",
  taken: "orderTaken",
  name: "orderName",
};

export const ownerNames: Readonly<Record<Owner, TextKey>> = {
  visible: "ownerAll",
  mine: "ownerMine",
  shared: "ownerShared",
};

export const reasonNames: Readonly<Record<string, TextKey>> = {
  uncertain: "reasonUncertain",
  novel: "reasonNovel",
  disagreement: "reasonDisagreement",
  label: "reasonLabel",
};
