const EXECUTIONS = 'e2e/src/metrics-of-executions.test.ts';
const TRIGGERS = 'e2e/src/metrics-of-triggers.test.ts';
const RETENTION = 'apps/history/test/retention.int.test.ts';
const RECONCILER = 'apps/history/test/reconciler.int.test.ts';
const STORAGE = 'packages/service-kit/src/storage-guard.test.ts';
const WATCHDOG = 'packages/service-kit/src/watchdog.test.ts';

/**
 * The file that shows of each metric that it changes with what it measures: a test that reads its value before and after, or a fault of the campaign
 * of alerts that waits for it (`e2e/src/alerts`).
 */
export const SHOWN_BY: Readonly<Record<string, string>> = {
  millrace_http_request_seconds: EXECUTIONS,
  millrace_http_calls_held_back_total: EXECUTIONS,
  millrace_http_calls_queued_total: EXECUTIONS,
  millrace_live_streams: EXECUTIONS,
  millrace_live_streams_ended_total: EXECUTIONS,
  millrace_rate_limited_total: EXECUTIONS,
  millrace_rate_limit_local_total: EXECUTIONS,
  millrace_executions_total: EXECUTIONS,
  millrace_executions_replayed_total: EXECUTIONS,
  millrace_executions_fenced_total: EXECUTIONS,
  millrace_executions_suspended_total: EXECUTIONS,
  millrace_steps_total: EXECUTIONS,
  millrace_step_retries_total: EXECUTIONS,
  millrace_credits_charged_total: EXECUTIONS,
  millrace_credits_refused_total: EXECUTIONS,
  millrace_credits_unsettled_total: 'apps/executor/test/credits.int.test.ts',
  millrace_step_duration_seconds: EXECUTIONS,
  millrace_journal_appends_total: EXECUTIONS,
  millrace_stream_messages: EXECUTIONS,
  millrace_stream_last_sequence: EXECUTIONS,
  millrace_stream_bytes: EXECUTIONS,
  millrace_stream_oldest_seconds: EXECUTIONS,
  millrace_consumer_waiting: EXECUTIONS,
  millrace_consumer_under_way: EXECUTIONS,
  millrace_consumer_redelivered: EXECUTIONS,
  millrace_history_projected_total: EXECUTIONS,
  millrace_history_refused_documents_total: 'e2e/src/alerts/refused-records.ts',
  millrace_history_batch_seconds: EXECUTIONS,
  millrace_history_trimmed_total: 'apps/history/test/journal-trimmer.int.test.ts',
  millrace_history_expired_records_total: RETENTION,
  millrace_history_oldest_record_seconds: RETENTION,
  millrace_history_retention_lag_seconds: RETENTION,
  millrace_history_reconciled_total: RECONCILER,
  millrace_history_suspected_executions: RECONCILER,
  millrace_schedule_starts_total: TRIGGERS,
  millrace_schedule_not_started_total: TRIGGERS,
  millrace_schedule_start_lag_seconds: TRIGGERS,
  millrace_clock_offset_seconds: 'e2e/src/alerts/machines.ts',
  millrace_webhook_calls_total: TRIGGERS,
  millrace_webhook_calls_unlisted_total: 'apps/webhook-dispatcher/test/call-log.int.test.ts',
  millrace_event_delivery_attempts_total: TRIGGERS,
  millrace_event_deliveries_unsent_total: TRIGGERS,
  millrace_mailboxes_watched: TRIGGERS,
  millrace_mailboxes: TRIGGERS,
  millrace_mailboxes_silent: 'e2e/src/alerts/mailboxes.ts',
  millrace_mailbox_failures_total: TRIGGERS,
  millrace_mail_messages_total: TRIGGERS,
  millrace_storage_refusing: 'e2e/src/alerts/full-disks.ts',
  millrace_storage_watched: STORAGE,
  millrace_storage_free_bytes: STORAGE,
  millrace_event_loop_longest_pause_seconds: WATCHDOG,
  millrace_event_loop_long_pauses_total: EXECUTIONS,
  millrace_heap_limit_bytes: WATCHDOG,
  millrace_log_lines_lost_total: 'packages/service-kit/test/unwritable-log.int.test.ts',
  millrace_trace_spans_total: 'packages/service-kit/src/tracing/sdk.test.ts',
};
