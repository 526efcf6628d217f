import { setTimeout as sleep } from 'node:timers/promises';
import { Drain, Present, RollCall, type PresentProcess } from '@millrace/contracts';
import { newInbox, unguessable } from './inbox.js';
import { connectToInspect } from './inspect.js';
import { OPERATOR } from './operator-user.js';
import { decodeJson, encodeJson } from './wire.js';

/** Nobody knows how many processes there are, so that each call waits for as long. A health check may take two seconds. */
const ROLL_CALL_MS = 2_500;

/** The processes of an installation, for its operator. */
export interface Processes {
  /** Those that say in time that they are there. Throws an Error when this user may not ask, or the server is away. */
  present(): Promise<PresentProcess[]>;
  /** Has one drained; whether it is shows in the next calls. Throws an Error when the server cannot be reached any more. */
  drain(process: Pick<PresentProcess, 'service' | 'instance'>): Promise<void>;
  close(): Promise<void>;
}

/** Connects as the operator. Throws an Error when the server cannot be reached, or does not know this user. */
export async function connectProcesses(url: string): Promise<Processes> {
  const connection = await connectToInspect(url);
  return {
    async present() {
      const call_id = unguessable();
      const found = new Map<string, PresentProcess>();
      const refused: Error[] = [];
      const subscription = connection.subscribe(Present.subject({ service: '*', call_id }), {
        callback: (error, message) => {
          if (error) return void refused.push(error);
          const process = processIn(message.data);
          // Who may publish under a service's name is that service alone: of another it may say nothing.
          if (process !== null && Present.subject({ ...process, call_id }) === message.subject)
            found.set(`${process.service} ${process.instance}`, process);
        },
      });
      try {
        connection.publish(RollCall.subject(null), encodeJson({ call_id }));
        await connection.flush();
        await sleep(ROLL_CALL_MS);
      } finally {
        subscription.unsubscribe();
      }
      for (const refusal of refused) throw refusal;
      return [...found.values()];
    },
    async drain({ service, instance }) {
      // Nobody replies. What has no address for replies is taken for something out of a stream.
      const reply = newInbox(OPERATOR);
      connection.publish(Drain.subject({ service }), encodeJson({ service, instance }), { reply });
      await connection.flush();
    },
    close: () => connection.close(),
  };
}

/** Null of a release that says something else. */
function processIn(data: Uint8Array): PresentProcess | null {
  try {
    return Present.schema.parse(decodeJson(data));
  } catch {
    return null;
  }
}
