/** Classifying pictures in a browser: components, texts, evidence and camera. Knows no server, login or address. */
export { default as Classifier } from "./classify/Classifier.svelte";
export { Pictures } from "./classify/pictures.svelte";
export { language } from "./language.svelte";
export type { Answer, Classify, Model, Prediction } from "./types";
