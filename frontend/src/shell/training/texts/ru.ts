import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const ru: Translated<typeof en> = {
  waits: "Ждёт своей очереди: идёт другое обучение",
  step_starting: "Запускается",
  step_reading_data: "Читаем картинки",
  step_preparing: "Готовим сеть",
  step_epoch: "Эпоха {epoch} из {epochs}",
  step_validating: "Эпоха {epoch} из {epochs}, проверяем на валидационных картинках",
  step_measuring: "Записываем модель и проверяем её на тестовых картинках",
  step_writing_report: "Составляем отчёт",
  step_fitting: "Подбираем последний слой",
  step_writing_pictures: "Записываем исправленные картинки",
  step_reading_own_pictures: "Читаем собственные картинки модели",
  step_old_corrected: "Спрашиваем старую модель об отложенных исправлениях",
  step_new_corrected: "Спрашиваем новую модель об отложенных исправлениях",
  step_old_own_test: "Спрашиваем старую модель о её тестовых картинках",
  step_new_own_test: "Спрашиваем новую модель о тестовых картинках старой",
  step_some_unusable: "Не удалось использовать: {unusable}",
  step_asking_model: "Спрашиваем модель {model}",
  step_asking_other_model: "Спрашиваем другую модель",
  step_taking_over: "Переносим ответы другой модели",
  step_looking_for_problems: "Ищем копии, неверные метки и картинки, на которых мало что видно",
  step_fetching: "Скачиваем CIFAR-10",
  step_unpacking: "Распаковываем",
  step_converting: "Преобразуем модель",
  step_measuring_threshold: "Измеряем порог для «ничего из этого»",
  step_comparing_answers: "Сравниваем ответы",
  step_judging_parts: "Заново оцениваем записанные детали",
  of: "{done} из {total}",
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
