/**
 * Settings that have to be the same in all processes that have them, and that are no secrets: `/health/details` shows them, so that
 * `doctor` can compare them. The description of each says so too.
 */
export const ALIKE_SETTINGS = [
  'MILLRACE_ACK_WAIT_SECONDS',
  'MILLRACE_MAILBOX_POLL_SECONDS',
  'MILLRACE_NATS_REPLICAS',
  'MILLRACE_STORAGE_QUOTA_PERCENT',
] as const;

/** Those of them that a configuration has, by their names. */
export function alikeSettings(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(ALIKE_SETTINGS.filter((name) => name in config).map((name) => [name, config[name]]));
}
