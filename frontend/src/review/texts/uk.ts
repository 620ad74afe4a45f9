import type { Forms, Translated } from "../../shared/i18n";
import type { en, enPlurals } from "./en";

export const uk: Translated<typeof en> = {
  lead: "Спершу йдуть зображення, перегляд яких допоможе найбільше. На сказаному тут вчитиметься наступна модель.",
  notForViewers: "Ваша роль дозволяє дивитися зображення, але не виправляти",
  isIt: "Це: {label}?",
  confirm: "Так",
  skip: "Пропустити",
  keySpace: "Пробіл",
  skipped: "Пропущено.",
  nothingLeft: "Дивитися більше нічого",
  nothingLeftText: "В усьому іншому модель певна, або сказала людина.",
  skippedAgain: "Переглянути пропущені",

  trainTitle: "Навчити на виправленнях",
  trainMissingExtra:
    "Цей сервер не вміє навчати: частину для навчання не встановлено. Команду наведено в «Налаштуваннях».",
  trainWithOwn: "З власними даними моделі, щоб вона не забула",
  train: "Навчити",
  trainAskAdministrator: "Почати може адміністратор.",
  trainDone: "Навчено й порівняно з попередньою.",
  trainSee: "Дивіться «Моделі»",
};

export const ukPlurals: Forms<typeof enPlurals> = {
  left: { one: "лишилося {n}", few: "лишилося {n}", many: "лишилося {n}", other: "лишилося {n}" },
  trainCorrected: {
    one: "Виправлено чи підтверджено {n} зображення.",
    few: "Виправлено чи підтверджено {n} зображення.",
    many: "Виправлено чи підтверджено {n} зображень.",
    other: "Виправлено чи підтверджено {n} зображення.",
  },
};
