import type { MessageDefinition } from '@millrace/contracts';
import type { Logger } from './logger.js';

const EXECUTION = /(?:^|\.)(exec_[0-9a-z]{26})(?=\.|$)/;

/**
 * The same logger, whose lines about a message name the execution that it is about, which its subject has: who looks for
 * all about an execution looks for `executionId`.
 */
export function aboutExecutions(logger: Logger): Logger {
  return {
    debug: (fields, message) => logger.debug(withExecution(fields), message),
    info: (fields, message) => logger.info(withExecution(fields), message),
    warn: (fields, message) => logger.warn(withExecution(fields), message),
    error: (fields, message) => logger.error(withExecution(fields), message),
    isLevelEnabled: (level) => logger.isLevelEnabled?.(level) ?? false,
  };
}

function withExecution(fields: object & { readonly subject?: unknown }): object {
  if (typeof fields.subject !== 'string') return fields;
  const executionId = EXECUTION.exec(fields.subject)?.[1];
  return executionId === undefined ? fields : { executionId, ...fields };
}

/** The execution that a message is about, by what is in it, as a line of the log names it. */
export function executionOf(payload: unknown): { readonly executionId?: string } {
  if (typeof payload !== 'object' || payload === null || !('execution_id' in payload)) return {};
  return typeof payload.execution_id === 'string' ? { executionId: payload.execution_id } : {};
}

/** In the log where all is logged: the messages of an execution are its story. */
export function noteStored<Payload, Address>(
  logger: Logger,
  message: MessageDefinition<Payload, Address>,
  payload: Payload,
  fields: object,
): void {
  if (!logger.isLevelEnabled?.('debug')) return;
  logger.debug(
    { ...executionOf(payload), message: message.name, ...message.logged?.(payload), ...fields },
    'A message is stored',
  );
}
