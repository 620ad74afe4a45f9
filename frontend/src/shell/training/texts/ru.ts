import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const ru: Translated<typeof en> = {
  waits: "Ждёт своей очереди: идёт другое обучение",
  step_starting: "Запускается",
  step_reading_data: "Чтение картинок",
  step_preparing: "Подготовка сети",
  step_epoch: "Эпоха {epoch} из {epochs}",
  step_validating: "Эпоха {epoch} из {epochs}, проверка на валидационных картинках",
  step_measuring: "Запись модели и её проверка на тестовых картинках",
  step_writing_report: "Составление отчёта",
  step_fitting: "Подбор последнего слоя",
  step_writing_pictures: "Запись исправленных картинок",
  step_reading_own_pictures: "Чтение собственных картинок модели",
  step_old_corrected: "Опрос старой модели об отложенных исправлениях",
  step_new_corrected: "Опрос новой модели об отложенных исправлениях",
  step_old_own_test: "Опрос старой модели о её тестовых картинках",
  step_new_own_test: "Опрос новой модели о тестовых картинках старой",
  step_some_unusable: "Не удалось использовать: {unusable}",
  step_asking_model: "Опрос модели {model}",
  step_asking_other_model: "Опрос другой модели",
  step_taking_over: "Перенос ответов другой модели",
  step_looking_for_problems: "Поиск копий, неверных меток и картинок, на которых мало что видно",
  step_fetching: "Скачивание CIFAR-10",
  step_unpacking: "Распаковка",
  step_converting: "Преобразование модели",
  step_measuring_threshold: "Измерение порога для «ничего из этого»",
  step_comparing_answers: "Сравнение ответов",
  step_judging_parts: "Повторная оценка записанных деталей",
  atStep: "шаг {done} из {total}",
  loss: "потери {loss}",
  left: "осталось около {time}",
};

export const ruPlurals: Forms<typeof enPlurals> = {
  speed: {
    one: "{n} картинка в секунду",
    few: "{n} картинки в секунду",
    many: "{n} картинок в секунду",
    other: "{n} картинки в секунду",
  },
};
