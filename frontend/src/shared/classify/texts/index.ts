import type { TextKey as KeyOf } from "../../i18n";
import { speaker } from "../../language.svelte";
import { en } from "./en";
import { ru } from "./ru";
import { uk } from "./uk";

export type TextKey = KeyOf<typeof en>;

export const say = speaker({ en, uk, ru });
