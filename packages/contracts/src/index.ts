// Everything, for services. Code for a browser imports the entries it needs: /http, /errors, /ids.
export * from './ai-providers.js';
export { CompletenessMarker } from './completeness.js';
export { CreditAccountRecord, type CreditAccount, type CreditEntry, type ModelUse } from './credits.js';
export * from './errors.js';
export * from './http.js';
export { fnv1a } from '@millrace/expression/fnv1a';
export * from './ids.js';
export * from './messages.js';
export { IdempotencyRecord, type IdempotencyRecordValue } from './idempotency.js';
export { isKeyedIdIn, keyedId } from './keyed-ids.js';
export { PlaceKeyRecord } from './place-key.js';
export {
  fileFactsSchema,
  fileIdIn,
  fileName,
  fileType,
  FILE_SUBJECTS,
  type FileAddress,
  type FileFacts,
  type FileReference,
} from './files.js';
export { failureSchema, type Failure } from './failure.js';
export {
  BURST_LANE,
  laneFor,
  NO_OWN_LANES,
  OWN_LANE_NUMBERS,
  OWN_LANES,
  ownLanesSchema,
  takenLanes,
  type OwnLane,
  type OwnLanes,
} from './lanes.js';
export { exceededJsonBound, jsonExcess, JsonTally, type JsonBounds } from './json-bounds.js';
export { LIMITS } from './limits.js';
export { ScheduleCursor } from './schedule-cursor.js';
export { isSafeServer, SERVER_FLOORS, type ServerName } from './server-versions.js';
export { changedAccount, moveFolderOf, newAccount } from './mailbox-account.js';
export { MASK } from './mask.js';
export { shortened } from './shorten.js';
export { SlotsRecord, type SlotGroup } from './slots.js';
export { addedUsage, usageWith, type ExecutionUsage, type StepUsage } from './step-usage.js';
