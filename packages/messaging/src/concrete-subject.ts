/**
 * True when a subject or key names exactly one place. Ids come from outside and become parts of subjects: with `*` or `>`
 * in one, a read would answer whatever matches, across workflows and organisations.
 */
export function isConcrete(subject: string): boolean {
  return CONCRETE.test(subject);
}

/** Parts of printable ASCII without wildcards, separated by dots, none of them empty. */
const CONCRETE = /^[^.*>\u0000-\u0020\u007f-\uffff]+(?:\.[^.*>\u0000-\u0020\u007f-\uffff]+)*$/;
