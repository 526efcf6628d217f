import { FIELD_LIMITS } from '@millrace/schema';

const SUFFIX = ' copy';

/** The name of a copy. A long name loses its end, never half of a character. */
export function copyName(name: string): string {
  let kept = name.slice(0, FIELD_LIMITS.workflowNameLength - SUFFIX.length);
  if (kept.length < name.length && /[\uD800-\uDBFF]$/.test(kept)) kept = kept.slice(0, -1);
  return kept.trimEnd() + SUFFIX;
}
