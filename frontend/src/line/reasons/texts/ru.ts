/** Русские слова о том, почему детали отбраковываются или задерживаются. */
import type { Forms, Translated } from "../../../shared/i18n";
import type { en, enPlurals } from "./en";

export const ru: Translated<typeof en> = {
  reason_good: "Годная",
  reason_wrong_class: "Класс не из допустимых",
  reason_none_of_these: "Ничего из этого",
  reason_unsure: "Модель не уверена",
  reason_late: "Решение опоздало",
  reason_queue_full: "Слишком много деталей сразу",
  reason_missed_trigger: "Пропущен сигнал",
  reason_too_close: "Слишком близко к соседней детали",
  reason_no_part: "В кадре нет детали",
  reason_no_picture: "Нет кадра",
  reason_dark_picture: "Кадр тёмный",
  reason_frozen_picture: "Кадр не меняется",
  reason_camera: "Нет связи с камерой",
  reason_model: "Модель не отвечает",
  reason_plc: "Нет связи с ПЛК",
  reason_trail: "Журнал не записывается",
  reason_encoder: "Счётчик энкодера перескочил",
  reason_clock: "Часы компьютера переставлены",
  reason_not_seen: "Не видно, чтобы бракованная деталь была снята",
  reason_wrongly_rejected: "Снята годная деталь",
  reason_slip: "Конвейер проскальзывает",
  reason_astray: "Потерян счёт деталей перед отбраковщиком",
  reason_restarted: "Станция перезапущена",
  reason_stopped: "Конвейер стоит",
  reason_halted: "Остановлена с линии, либо потерян сигнал",
  reason_output: "Выход не отвечает",
  reason_wrong_count: "Количество не то",
  reason_recipe: "Нет утверждённого рецепта",
  reason_challenge: "Нужны контрольные детали",
  reason_first_parts: "Первые детали ждут одобрения",
};

export const ruPlurals: Forms<typeof enPlurals> = {};
