import { speaker } from "../../../shared/language.svelte";
import { en } from "./en";
import { ru } from "./ru";
import { uk } from "./uk";

export const say = speaker({ en, uk, ru });
