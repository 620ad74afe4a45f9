import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const uk: Translated<typeof en> = {
  waits: "Чекає на свою чергу: триває інше навчання",
  step_starting: "Запускається",
  step_reading_data: "Читаємо зображення",
  step_preparing: "Готуємо мережу",
  step_epoch: "Епоха {epoch} з {epochs}",
  step_validating: "Епоха {epoch} з {epochs}, перевіряємо на валідаційних зображеннях",
  step_measuring: "Записуємо модель і перевіряємо її на тестових зображеннях",
  step_writing_report: "Складаємо звіт",
  step_fitting: "Підбираємо останній шар",
  step_writing_pictures: "Записуємо виправлені зображення",
  step_reading_own_pictures: "Читаємо власні зображення моделі",
  step_old_corrected: "Питаємо стару модель про відкладені виправлення",
  step_new_corrected: "Питаємо нову модель про відкладені виправлення",
  step_old_own_test: "Питаємо стару модель про її тестові зображення",
  step_new_own_test: "Питаємо нову модель про тестові зображення старої",
  step_some_unusable: "Не вдалося використати: {unusable}",
  step_asking_model: "Питаємо модель {model}",
  step_asking_other_model: "Питаємо іншу модель",
  step_taking_over: "Переносимо відповіді іншої моделі",
  step_looking_for_problems: "Шукаємо копії, хибні мітки та зображення, на яких мало що видно",
  step_fetching: "Завантажуємо CIFAR-10",
  step_unpacking: "Розпаковуємо",
  step_converting: "Перетворюємо модель",
  step_measuring_threshold: "Вимірюємо поріг для «нічого з цього»",
  step_comparing_answers: "Порівнюємо відповіді",
  step_judging_parts: "Наново оцінюємо записані деталі",
  of: "{done} з {total}",
  atStep: "крок {done} з {total}",
  loss: "втрати {loss}",
  left: "лишилося близько {time}",
};

export const ukPlurals: Forms<typeof enPlurals> = {
  speed: {
    one: "{n} зображення за секунду",
    few: "{n} зображення за секунду",
    many: "{n} зображень за секунду",
    other: "{n} зображення за секунду",
  },
};
