/** The texts of the page Settings, in the page's language. */
import { book, type TextKey } from "../lib/texts/settings";
import { language } from "../shell/language.svelte";

export const say = language.speaker(book);

const helps: Readonly<Record<string, TextKey>> = {
  home: "help_home",
  data_dir: "help_data_dir",
  model: "help_model",
  host: "help_host",
  port: "help_port",
  allowed_hosts: "help_allowed_hosts",
  trusted_proxies: "help_trusted_proxies",
  session_idle_minutes: "help_session_idle_minutes",
  session_hours: "help_session_hours",
  database_url: "help_database_url",
  database_password_file: "help_database_password_file",
  upgrade_backup: "help_upgrade_backup",
  max_picture_bytes: "help_max_picture_bytes",
  max_picture_pixels: "help_max_picture_pixels",
  max_model_bytes: "help_max_model_bytes",
  max_files_per_request: "help_max_files_per_request",
  max_upload_memory: "help_max_upload_memory",
  max_requests: "help_max_requests",
  client_percent: "help_client_percent",
  max_connections: "help_max_connections",
  head_seconds: "help_head_seconds",
  body_seconds: "help_body_seconds",
  stall_seconds: "help_stall_seconds",
  least_rate: "help_least_rate",
  batch_size: "help_batch_size",
  threads: "help_threads",
  language: "help_language",
};

/** The help of a setting, or nothing where this page does not know it: then the server's own words serve. */
export const helpOf = (setting: string): TextKey | null => helps[setting] ?? null;

const services: Readonly<Record<string, TextKey>> = {
  "live-model": "service_live_model",
  jobs: "service_jobs",
  "waiting-pictures": "service_waiting_pictures",
  "watched-folders": "service_watched_folders",
  events: "service_events",
};

/** The name of a service; one that this page does not know keeps the server's. */
export const serviceName = (name: string): string => {
  const key = services[name];
  return key ? say.text(key) : name;
};

const roles = {
  viewer: "role_viewer",
  operator: "role_operator",
  administrator: "role_administrator",
} as const;
export type Role = keyof typeof roles;
export const roleCodes = Object.keys(roles) as Role[];
export const roleName = (role: Role): string => say.text(roles[role]);
