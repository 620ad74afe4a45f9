import type { Translated } from "../../shared/i18n";
import type { en } from "./en";

export const uk: Translated<typeof en> = {
  examples: "Або спробуйте одне з цих:",
  example_plane: "Намальований літак",
  example_ship: "Намальований корабель",

  wrong: "Це неправильно",
  whatIsIt: "Що це насправді?",
  whatIsItText:
    "Зображення потрапить до каталогу з вибраним класом, і наступна модель зможе на ньому вчитися.",
  chooseClass: "Виберіть клас",
  add: "Додати до каталогу",
  added: "{name} додано до каталогу.",
  addedAs: "{name} додано до каталогу. Клас: {label}.",
  wasThere: "{name} уже є в каталозі.",
  isThere: "Є в каталозі.",
  isThereAs: "Є в каталозі. Клас: {label}.",
  see: "Показати в каталозі",
};
