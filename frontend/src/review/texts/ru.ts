import type { Forms, Translated } from "../../shared/i18n";
import type { en, enPlurals } from "./en";

export const ru: Translated<typeof en> = {
  lead: "Сначала идут картинки, взгляд на которые поможет больше всего. На сказанном здесь будет учиться следующая модель.",
  notForViewers: "Ваша роль позволяет смотреть картинки, но не исправлять",
  isIt: "Это: {label}?",
  confirm: "Да",
  skip: "Пропустить",
  keySpace: "Пробел",
  skipped: "Пропущено.",
  nothingLeft: "Смотреть больше нечего",
  nothingLeftText: "Во всём остальном модель уверена, или сказал человек.",
  skippedAgain: "Посмотреть пропущенные",

  trainTitle: "Обучить на исправлениях",
  trainMissingExtra:
    "Этот сервер не умеет обучать: часть для обучения не установлена. Команда названа в «Настройках».",
  trainWithOwn: "С собственными данными модели, чтобы она не забыла",
  train: "Обучить",
  trainAskAdministrator: "Начать может администратор.",
  trainDone: "Обучена и сравнена с прежней.",
  trainSee: "Смотрите «Модели»",
};

export const ruPlurals: Forms<typeof enPlurals> = {
  left: { one: "осталась {n}", few: "осталось {n}", many: "осталось {n}", other: "осталось {n}" },
  trainCorrected: {
    one: "Исправлена или подтверждена {n} картинка.",
    few: "Исправлены или подтверждены {n} картинки.",
    many: "Исправлено или подтверждено {n} картинок.",
    other: "Исправлено или подтверждено {n} картинки.",
  },
};
