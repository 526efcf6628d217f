import { LIMITS } from '@millrace/contracts';

/**
 * True when a subject or key names exactly one place and the server takes it. Ids come from outside and become parts of subjects: with `*` or `>`
 * in one, a read would answer whatever matches, across workflows and organisations. A subject that is too long costs the
 * whole process its connection: the length is checked first, and the pattern sees ASCII only, so characters are bytes.
 */
export function isConcrete(subject: string): boolean {
  return subject.length <= LIMITS.subjectBytes && CONCRETE.test(subject);
}

/** Parts of printable ASCII without wildcards, separated by dots, none of them empty. */
const CONCRETE = /^[^.*>\u0000-\u0020\u007f-\uffff]+(?:\.[^.*>\u0000-\u0020\u007f-\uffff]+)*$/;
