import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const uk: Translated<typeof en> = {
  waits: "Чекає на свою чергу: триває інше навчання",
  step_starting: "Запускається",
  step_reading_data: "Читання зображень",
  step_preparing: "Підготовка мережі",
  step_epoch: "Епоха {epoch} з {epochs}",
  step_validating: "Епоха {epoch} з {epochs}, перевірка на валідаційних зображеннях",
  step_measuring: "Запис моделі та її перевірка на тестових зображеннях",
  step_writing_report: "Складання звіту",
  step_fitting: "Підбір останнього шару",
  step_writing_pictures: "Запис виправлених зображень",
  step_reading_own_pictures: "Читання власних зображень моделі",
  step_old_corrected: "Опитування старої моделі про відкладені виправлення",
  step_new_corrected: "Опитування нової моделі про відкладені виправлення",
  step_old_own_test: "Опитування старої моделі про її тестові зображення",
  step_new_own_test: "Опитування нової моделі про тестові зображення старої",
  step_some_unusable: "Не вдалося використати: {unusable}",
  step_asking_model: "Опитування моделі {model}",
  step_asking_other_model: "Опитування іншої моделі",
  step_taking_over: "Перенесення відповідей іншої моделі",
  step_looking_for_problems: "Пошук копій, хибних міток і зображень, на яких мало що видно",
  step_fetching: "Завантаження CIFAR-10",
  step_unpacking: "Розпакування",
  step_converting: "Перетворення моделі",
  step_measuring_threshold: "Вимірювання порога для «нічого з цього»",
  step_comparing_answers: "Порівняння відповідей",
  step_judging_parts: "Повторне оцінювання записаних деталей",
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
