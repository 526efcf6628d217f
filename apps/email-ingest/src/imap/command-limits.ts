import { MAIL_LIMITS } from '../limits.js';
import type { CommandLimits } from './bounded-command.js';

export const LOOK: CommandLimits = { milliseconds: MAIL_LIMITS.lookMs, bytes: MAIL_LIMITS.commandBytes };
export const COMMAND: CommandLimits = { milliseconds: MAIL_LIMITS.commandMs, bytes: MAIL_LIMITS.commandBytes };
export const CONNECT: CommandLimits = { milliseconds: MAIL_LIMITS.connectMs, bytes: MAIL_LIMITS.connectBytes };

/** For the heads of so many messages. */
export function headLimits(messages: number): CommandLimits {
  return { milliseconds: MAIL_LIMITS.commandMs, bytes: messages * MAIL_LIMITS.headBytes + MAIL_LIMITS.pieceBytes };
}

/** For a whole message of so many bytes: while it arrives its room is no one else's. */
export function downloadLimits(size: number): CommandLimits {
  const { downloadMs, downloadGraceMs, downloadBytesPerSecond, pieceBytes } = MAIL_LIMITS;
  const pace = { graceMs: downloadGraceMs, bytesPerSecond: downloadBytesPerSecond };
  return { milliseconds: downloadMs, bytes: 2 * size + pieceBytes, pace };
}
