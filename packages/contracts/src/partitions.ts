/**
 * Work and journal are spread over fixed numbers of lanes and shards. They are constants, not settings: two services
 * that disagree would look for an execution on the wrong subject.
 */

/** Work-queue lanes; an organisation always uses the same one, so that a backlog delays only its lane-mates. */
export const RUN_LANES = 4;

/** Journal streams; an execution always uses the same one. */
export const JOURNAL_SHARDS = 2;

/** The lane of an organisation, 0 … RUN_LANES-1. */
export function laneOf(organisationId: string): number {
  return fnv1a(organisationId) % RUN_LANES;
}

/** The journal shard of an execution, 0 … JOURNAL_SHARDS-1. */
export function shardOf(executionId: string): number {
  return fnv1a(executionId) % JOURNAL_SHARDS;
}

/** 32-bit FNV-1a over the UTF-16 code units: small, stable, and the same in every service. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
