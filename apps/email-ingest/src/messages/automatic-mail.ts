import type { AUTOMATIC_KINDS } from '@millrace/schema';
import { firstOf, type HeaderFields } from '../imap/header-fields.js';

/**
 * Why a message is automatic: nobody wrote it, or it was written to nobody in particular. A `loop` is one that a workflow has sent,
 * and starts nothing, whatever a trigger accepts.
 */
export type AutomaticKind = (typeof AUTOMATIC_KINDS)[number] | 'loop';

const DAEMON = /^(?:mailer-daemon|postmaster)@/i;

/**
 * Says why a message is automatic, or null; what came by a list is a `list` only if it is nothing else, so that who accepts lists gets no
 * automatic replies by them. An answer to such a message would reach nobody, or a machine that replies too:
 * two such machines never stop.
 */
export function automaticKind(fields: HeaderFields, from: string | null): AutomaticKind | null {
  if (fields.has('x-workflow-run')) return 'loop';
  const type = firstOf(fields, 'content-type');
  if (type.startsWith('multipart/report')) {
    if (type.includes('feedback-report')) return 'complaint';
    if (type.includes('disposition-notification')) return 'receipt';
    return 'bounce';
  }
  const isFromNobody = fields.has('return-path') && /^<?\s*>?$/.test(firstOf(fields, 'return-path'));
  if (isFromNobody || fields.has('x-failed-recipients') || DAEMON.test(from ?? '')) return 'bounce';
  const precedence = firstOf(fields, 'precedence');
  if (!/^(?:no\b|$)/.test(firstOf(fields, 'auto-submitted')) || precedence === 'auto_reply') return 'auto_reply';
  if (fields.has('x-autoreply') || fields.has('x-autorespond')) return 'auto_reply';
  const isBulk = ['bulk', 'list', 'junk'].includes(precedence);
  if (isBulk || ['list-id', 'list-unsubscribe', 'feedback-id'].some((name) => fields.has(name))) return 'list';
  return null;
}
