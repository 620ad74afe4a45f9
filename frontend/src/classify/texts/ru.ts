import type { Translated } from "../../shared/i18n";
import type { en } from "./en";

export const ru: Translated<typeof en> = {
  examples: "Или попробуйте одну из этих:",
  example_plane: "Нарисованный самолёт",
  example_ship: "Нарисованный корабль",

  wrong: "Это неверно",
  whatIsIt: "Что это на самом деле?",
  whatIsItText: "Картинка попадёт в каталог с выбранным классом, и следующая модель сможет на ней учиться.",
  chooseClass: "Выберите класс",
  add: "Добавить в каталог",
  added: "Файл {name} добавлен в каталог.",
  addedAs: "Файл {name} добавлен в каталог. Класс: {label}.",
  wasThere: "Файл {name} уже есть в каталоге.",
  isThere: "Есть в каталоге.",
  isThereAs: "Есть в каталоге. Класс: {label}.",
  see: "Показать в каталоге",
};
