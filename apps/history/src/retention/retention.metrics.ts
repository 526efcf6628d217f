import { counter, gauge } from '@millrace/service-kit/metrics';

/** Records deleted because they are older, or more, than they are kept. */
export const expiredRecords = counter('millrace_history_expired_records_total', 'Records of executions deleted for their age or number'); // prettier-ignore

/** Age of the oldest record that is kept, whatever keeps it; 0 without any. */
export const oldestRecord = gauge('millrace_history_oldest_record_seconds', 'Age of the oldest record of an execution, to the hour; 0 without any'); // prettier-ignore

/** Since when the last sweep over all workflows that was completed has begun. It is the same in all replicas. */
export const retentionLag = gauge('millrace_history_retention_lag_seconds', 'Seconds since a sweep began that has deleted all records which were to be deleted'); // prettier-ignore
