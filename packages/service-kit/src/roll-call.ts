import { Present, RollCall } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { HealthServer } from './health.js';
import { instance } from './instance.js';
import type { Logger } from './logging.js';
import { version } from './release.js';

/** Longest reason of a check that is returned. */
const DETAIL_CHARACTERS = 300;

/** Replies to each roll call with how this process is, on the machine `node`. Resolves when the server knows that it listens. */
export async function answerRollCalls(
  bus: Bus,
  { service, node }: { readonly service: string; readonly node: string },
  health: Pick<HealthServer, 'ready'>,
  logger: Logger,
): Promise<void> {
  const started_at = new Date(Date.now() - process.uptime() * 1_000).toISOString();
  const answer = async (call_id: string): Promise<void> => {
    const { status, checks } = await health.ready();
    const failing = Object.entries(checks)
      .filter(([, check]) => check.status === 'down')
      .map(([check, { detail }]) => ({ check, detail: detail?.slice(0, DETAIL_CHARACTERS) ?? null }));
    await bus.tell(Present, { call_id, service, instance, node, version, started_at, status, failing });
  };
  await bus.hear(RollCall, {
    patient: true,
    heard: (_, open) =>
      void open()
        .then(({ call_id }) => answer(call_id))
        .catch((error: unknown) => logger.warn({ err: error }, 'A roll call could not be replied to')),
  });
}
