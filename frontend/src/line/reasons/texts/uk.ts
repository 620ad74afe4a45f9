/** Українські слова про те, чому деталі відбраковуються або затримуються. */
import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const uk: Translated<typeof en> = {
  reason_good: "Придатна",
  reason_wrong_class: "Клас не з дозволених",
  reason_none_of_these: "Нічого з цього",
  reason_unsure: "Модель не впевнена",
  reason_late: "Рішення запізнилося",
  reason_queue_full: "Забагато деталей водночас",
  reason_missed_trigger: "Пропущено сигнал",
  reason_too_close: "Надто близько до сусідньої деталі",
  reason_no_part: "На кадрі немає деталі",
  reason_no_picture: "Немає кадру",
  reason_dark_picture: "Кадр темний",
  reason_frozen_picture: "Кадр не змінюється",
  reason_camera: "Немає зв’язку з камерою",
  reason_model: "Модель не відповідає",
  reason_plc: "Немає зв’язку з ПЛК",
  reason_trail: "Журнал не записується",
  reason_encoder: "Лічильник енкодера перестрибнув",
  reason_clock: "Годинник комп’ютера переставлено",
  reason_not_seen: "Не видно, щоб браковану деталь було знято",
  reason_wrongly_rejected: "Знято придатну деталь",
  reason_slip: "Конвеєр проковзує",
  reason_astray: "Втрачено лік деталей перед відбраковувачем",
  reason_restarted: "Станцію перезапущено",
  reason_stopped: "Конвеєр стоїть",
  reason_halted: "Зупинено з лінії, або втрачено сигнал",
  reason_output: "Вихід не відповідає",
  reason_wrong_count: "Кількість не та",
  reason_recipe: "Немає затвердженого рецепта",
  reason_challenge: "Потрібні контрольні деталі",
  reason_first_parts: "Перші деталі чекають на схвалення",
};

export const ukPlurals: Forms<typeof enPlurals> = {};
