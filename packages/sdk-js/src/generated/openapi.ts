// Made of the OpenAPI document by `pnpm sdk:generate`; never changed by hand.

export interface paths {
    "/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWorkflows"];
        put?: never;
        post: operations["createWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["validateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWorkflow"];
        put: operations["replaceWorkflowFields"];
        post?: never;
        delete: operations["deleteWorkflow"];
        options?: never;
        head?: never;
        patch: operations["updateWorkflow"];
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pauseWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["activateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["duplicateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["restoreWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWorkflowVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWorkflowVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/versions/{version}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["diffWorkflowVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["restoreWorkflowVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWorkflowDraft"];
        put: operations["putWorkflowDraft"];
        post?: never;
        delete: operations["deleteWorkflowDraft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/draft/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["publishWorkflowDraft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/expressions/evaluate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["evaluateExpression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/steps/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["executeWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/executions/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecutionOfWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listExecutionsOfWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecution"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listExecutions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["countExecutions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/input": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecutionInput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecutionOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/steps/{path}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getStepOutput"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancelExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/signals/{signal_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["signalExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pauseExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resumeExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retryExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["replayExecution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/replay-plan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getReplayPlan"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["bulkExecutions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["decideApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["createApprovalLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listStepRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/steps/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getStepRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/loops/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getLoopSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/journal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecutionJournal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["streamExecutionEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/executions/{execution_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/files/{file_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["downloadFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWorkflowStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getExecutionStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTriggers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["receiveWebhookByGet"];
        put: operations["receiveWebhookByPut"];
        post: operations["receiveWebhookByPost"];
        delete: operations["receiveWebhookByDelete"];
        options?: never;
        head?: never;
        patch: operations["receiveWebhookByPatch"];
        trace?: never;
    };
    "/v1/webhooks/{webhook_id}/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWebhookCalls"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook_id}/listen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["listenToWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listWebhooksOfWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateWebhookUrl"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/webhooks/{webhook_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["previewSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSchedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSchedulesOfWorkflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/schedules/{index}/backfill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["backfillSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/schedules/{index}/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["triggerSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/schedules/{index}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pauseSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/workflows/{workflow_id}/schedules/{index}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resumeSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mailboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMailboxes"];
        put?: never;
        post: operations["createMailbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mailboxes/{mailbox_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMailbox"];
        put?: never;
        post?: never;
        delete: operations["deleteMailbox"];
        options?: never;
        head?: never;
        patch: operations["updateMailbox"];
        trace?: never;
    };
    "/v1/mailboxes/{mailbox_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testMailbox"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mailboxes/{mailbox_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMailboxMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEventSubscriptions"];
        put?: never;
        post: operations["createEventSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getEventSubscription"];
        put?: never;
        post?: never;
        delete: operations["deleteEventSubscription"];
        options?: never;
        head?: never;
        patch: operations["updateEventSubscription"];
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rotateEventSubscriptionSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testEventSubscription"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEventDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}/deliveries/{delivery_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["redeliverEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/event-subscriptions/{subscription_id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["redeliverEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{secret_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["putSecret"];
        post?: never;
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/variables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listVariables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/variables/{variable_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: operations["putVariable"];
        post?: never;
        delete: operations["deleteVariable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mail/senders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMailSenders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mail/senders/{sender_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMailSender"];
        put: operations["putMailSender"];
        post?: never;
        delete: operations["deleteMailSender"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mail/senders/{sender_name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testMailSender"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ai/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAiProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ai/providers/{provider_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAiProvider"];
        put: operations["putAiProvider"];
        post?: never;
        delete: operations["deleteAiProvider"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ai/providers/{provider_name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["testAiProvider"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ai/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAiModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCredits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credits/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCreditUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTokens"];
        put?: never;
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch: operations["updateToken"];
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCapabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listOrganisations"];
        put?: never;
        post: operations["createOrganisation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getOrganisation"];
        put?: never;
        post?: never;
        delete: operations["deleteOrganisation"];
        options?: never;
        head?: never;
        patch: operations["updateOrganisation"];
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/credits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["addOrganisationCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/organisations/{organisation_id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["createOrganisationToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSystem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/starts/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["pauseStarts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/starts/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["resumeStarts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{dead_letter_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDeadLetter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{dead_letter_id}/requeue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["requeueDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/{dead_letter_id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["discardDeadLetter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/workflow.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getWorkflowSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schemas/steps/{step_type}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getStepSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/step-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listStepTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trigger-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTriggerTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/expression-helpers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listExpressionHelpers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getOpenApiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @default {} */
        ReplayRequest: {
            /** @description A step of the workflow itself, not one inside of a loop or parallel. */
            from_step?: string;
            /** @description A version of the workflow; `latest`, the active one, by default. */
            version?: number | "latest";
            /** @description In the place of the input that the execution had. */
            input?: unknown;
        };
        ReplayPlan: {
            execution_id: string;
            workflow_id: string;
            workflow_version: number;
            from_step: string | null;
            /** @description The steps of the workflow in their order: `reuse` for those whose results are taken over, `run` for those that run again where the workflow comes to them. Branches that were not taken are left out. */
            steps: {
                step_id: string;
                type: string;
                /** @enum {string} */
                action: "reuse" | "run";
            }[];
            /** @description Side effects that the execution had, or may have had, by steps that are not reused; `runs` is how often. `[]` in a path is any iteration. The first 100 of `repeats_total`. */
            repeats: {
                path: string;
                type: string;
                runs: number;
            }[];
            repeats_total: number;
        };
        ExecutionTest: {
            /** @description Run the draft of the workflow in the place of a version. */
            draft?: boolean;
            /** @description Run this document, which need not be saved. */
            document?: {
                [key: string]: unknown;
            };
            /** @description Whether the outputs that the draft pins are used instead of those of its steps (default: with `draft`). */
            pins?: boolean;
            /** @description By the id of a step, the output that is used instead of its own; `{"error": {"code", "message"}}` alone is a failure of it. Goes before a pin. */
            mocks?: {
                [key: string]: unknown;
            };
            /** @description Run this one step of the workflow’s own list: others have the output that is given for them, or are skipped. */
            only?: string;
            /** @description End with this step. */
            until?: string;
            /** @description Begin in the middle, with the results that steps had in an earlier execution. */
            from?: {
                /** @description An execution of the same workflow that has ended; it may be a test. */
                execution_id: string;
                /** @description The step of the workflow’s own list with which it begins. */
                path: string;
            };
            /** @description With `false` steps that reach outside are rendered and not run: their output is null. */
            effects?: boolean;
        };
        ValueReference: {
            bytes: number;
            sha256: string;
            href: string;
        };
        StepRun: {
            step_id: string;
            path: string;
            type: string;
            /** @enum {string} */
            status: "running" | "waiting" | "waiting_for_retry" | "completed" | "failed" | "skipped";
            started_at: string | null;
            completed_at: string | null;
            duration_ms: number | null;
            attempts: number;
            output?: unknown;
            /** @description Only when the output is too large to be here, or the response holds as much as it may. */
            output_ref?: components["schemas"]["ValueReference"];
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description Only of a `sub_workflow` step: the execution that its last attempt has started. */
            child_execution_id?: string;
            /** @description Only of a step that used a model: what it used, over all attempts. */
            usage?: {
                /** @description The name of the provider. */
                provider: string;
                /** @description The model that was asked, by the name it has there. */
                model: string;
                /** @description Tokens of what was sent; null when the provider does not say. */
                input_tokens: number | null;
                /** @description Tokens of what came back; null when the provider does not say. */
                output_tokens: number | null;
                /** @description Why the model stopped: `stop`, `length` (at `max_tokens`) and others. */
                finish_reason: string;
                /** @description What of the config the model does not know, and has ignored. */
                warnings?: string[];
                /** @description What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run. */
                cost?: number | null;
            };
            /** @description Only when it was not run: its result, and its times, are those of `retried_from` or `replayed_from`. */
            reused?: boolean;
            /**
             * @description Only in a test, of a step that was not run: where the result it has instead comes from.
             * @enum {string}
             */
            stand_in?: "mock" | "pin" | "rendered";
            /** @description Of a `code` step what the last attempt has written to its console; of an `http` step what is remarkable about the response. */
            log?: string[];
        };
        Cancellation: {
            requested_at: string;
            /** @description The id of the API token; null where it is not known. */
            requested_by: string | null;
            reason: string | null;
            /** @description Step runs whose side effects had begun when the execution ended: they may have happened, and nothing undid them. The first 100. */
            in_flight: {
                path: string;
                type: string;
            }[];
            in_flight_total: number;
        };
        Pause: {
            paused_at: string;
            /** @description The id of the API token; null where it is not known. */
            paused_by: string | null;
            reason: string | null;
        };
        /** @default {} */
        PauseRequest: {
            /** @description Why, in your own words; it is kept with the execution. */
            reason?: string;
        };
        /** @default {} */
        CancelRequest: {
            /** @description Why, in your own words; it is kept with the execution. */
            reason?: string;
        };
        /** @default {} */
        SignalRequest: {
            /** @description What the step that waits gets as `payload`: any JSON; null without it. */
            payload?: unknown;
            /** @description Your own id of the signal: one that the execution was sent before is not taken again. */
            signal_id?: string;
        };
        ExecutionParent: {
            execution_id: string;
            step_path: string;
        };
        Execution: {
            id: string;
            execution_id: string;
            workflow_id: string;
            workflow_version: number;
            /** @enum {string} */
            status: "running" | "waiting" | "completed" | "failed" | "cancelled";
            trigger: {
                type: string;
            } & {
                [key: string]: unknown;
            };
            started_at: string;
            completed_at: string | null;
            duration_ms: number | null;
            input?: unknown;
            /** @description Only when the input is too large to be here. */
            input_ref?: components["schemas"]["ValueReference"];
            steps: components["schemas"]["StepRun"][];
            /** @description All step runs there are; `steps` has the first 1000 of them. */
            steps_total: number;
            output?: unknown;
            /** @description Only when the output is too large to be here. */
            output_ref?: components["schemas"]["ValueReference"];
            /** @description Only of one whose steps used a model: what they used together, over all attempts. What was taken over from another execution counts there. */
            usage?: {
                /** @description Tokens of what was sent; null when the provider does not say. */
                input_tokens: number | null;
                /** @description Tokens of what came back; null when the provider does not say. */
                output_tokens: number | null;
                /** @description What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run. */
                cost?: number | null;
            };
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description Of one that failed at a step: the path of its run. */
            failed_path?: string;
            /** @description The label that it was started with. */
            label?: string;
            /**
             * @description Only of one that only tries something.
             * @constant
             */
            test?: true;
            /** @description Of a retry: the execution that it retries. */
            retried_from?: string;
            /** @description Of a replay: the execution that it replays. */
            replayed_from?: string;
            /** @description Only of one that a `sub_workflow` step has started. */
            parent?: components["schemas"]["ExecutionParent"];
            /** @description Only when somebody has asked to cancel it: then it ends as `cancelled`. */
            cancellation?: components["schemas"]["Cancellation"];
            /** @description Only while it is paused: it begins no step, and is `waiting` once nothing is under way. */
            pause?: components["schemas"]["Pause"];
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): steps and values may be missing, whatever the status is. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        ExecutionSummary: {
            id: string;
            execution_id: string;
            workflow_id: string;
            workflow_version: number;
            /** @enum {string} */
            status: "running" | "waiting" | "completed" | "failed" | "cancelled";
            trigger: {
                type: string;
            } & {
                [key: string]: unknown;
            };
            started_at: string;
            completed_at: string | null;
            duration_ms: number | null;
            /** @description Only of one whose steps used a model: what they used together, over all attempts. What was taken over from another execution counts there. */
            usage?: {
                /** @description Tokens of what was sent; null when the provider does not say. */
                input_tokens: number | null;
                /** @description Tokens of what came back; null when the provider does not say. */
                output_tokens: number | null;
                /** @description What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run. */
                cost?: number | null;
            };
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description Of one that failed at a step: the path of its run. */
            failed_path?: string;
            /** @description The label that it was started with. */
            label?: string;
            /**
             * @description Only of one that only tries something.
             * @constant
             */
            test?: true;
            /** @description Of a retry: the execution that it retries. */
            retried_from?: string;
            /** @description Of a replay: the execution that it replays. */
            replayed_from?: string;
            /** @description Only of one that a `sub_workflow` step has started. */
            parent?: components["schemas"]["ExecutionParent"];
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): steps and values may be missing, whatever the status is. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        ExecutionList: {
            executions: components["schemas"]["ExecutionSummary"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        ExecutionCount: {
            count: number;
            /** @description Whether there are more than the 10000 that are counted. */
            more: boolean;
        };
        ExecutionAccepted: {
            id: string;
            execution_id: string;
            /** @constant */
            status: "running";
            started_at: string;
            workflow_id: string;
        };
        /**
         * @default {
         *       "input": {}
         *     }
         */
        ExecuteRequest: {
            /** @description Any JSON value; `{{input}}` in the workflow. */
            input?: unknown;
            /** @description A version other than the active one. */
            version?: number;
            /** @description A text of your own by which the execution is found again. */
            label?: string;
            /** @description Only try something: the execution is marked, and in no figures. */
            test?: components["schemas"]["ExecutionTest"];
        };
        ExecutionValue: unknown;
        /** Millrace workflow */
        WorkflowDocument: {
            /** @description The schema of this document, for editors. */
            $schema?: string;
            /** @description The name of the workflow. */
            name: string;
            /** @description What the workflow is for. */
            description?: string | null;
            /** @description Words by which lists are filtered. */
            tags?: string[];
            /**
             * @description "active" (default) starts by its triggers and the API, "draft" only by the API, "paused" not at all.
             * @enum {string}
             */
            status?: "active" | "paused" | "draft";
            /** @description What starts executions, besides the API. */
            trigger?: components["schemas"]["trigger"] | null;
            /** @description Several triggers, instead of "trigger". */
            triggers?: components["schemas"]["trigger"][];
            /** @description What an execution does, in order. */
            steps: components["schemas"]["step"][];
            /** @description Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}. */
            variables?: {
                [key: string]: unknown;
            };
            /** @description What holds for all executions of the workflow. */
            settings?: {
                /**
                 * @description Longest time for an execution, from its start. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                timeout?: number | string;
                /**
                 * @description Longest time that an execution waits for its beginning, from its start: for an executor, and for a slot of `concurrency`. One that has waited longer fails and runs nothing. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                queue_timeout?: number | string;
                /** @description How many executions may run at the same time. */
                concurrency?: {
                    /** @description Executions that may run at the same time. */
                    limit: number;
                    /** @description Counts separately for each value, e.g. "{{input.customer_id}}". */
                    key?: string;
                    /**
                     * @description What happens to a start above the limit: it waits (default), is dropped, or replaces the oldest that runs.
                     * @enum {string}
                     */
                    on_conflict?: "queue" | "skip" | "cancel_running";
                };
                /**
                 * @description What an expression makes of a value that is not there: an error (default), or nothing.
                 * @enum {string}
                 */
                missing?: "error" | "empty";
                /** @description The id of a workflow that is started when an execution fails. */
                on_failure_workflow?: string;
                /** @description Lets models use the workflow as a tool, where an ai_completion step names it. */
                tool?: {
                    /** @description The name by which models call it, e.g. "find_order". */
                    name: string;
                    /** @description What it does, what it returns, and when to use it: what models read. */
                    description: string;
                    /** @description A JSON Schema of the execution's input, which is an object: what a model passes is checked by it. */
                    input_schema?: {
                        [key: string]: unknown;
                    };
                };
                /** @description How long finished executions are kept, in days. By default as the installation is set. */
                retention_days?: number;
                /** @description How many finished executions are kept, the newest ones; those that are too old go nevertheless. */
                retention_count?: number;
            };
            /** @description The output of an execution; by default the output of the last step that ran. */
            output?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly id?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly version?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly created_at?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly updated_at?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly execution_count?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly warnings?: unknown;
        };
        /**
         * Millrace workflow
         * @description The members of the document that change.
         */
        WorkflowPatch: {
            /** @description The schema of this document, for editors. */
            $schema?: string;
            /** @description The name of the workflow. */
            name?: string;
            /** @description What the workflow is for. */
            description?: string | null;
            /** @description Words by which lists are filtered. */
            tags?: string[];
            /**
             * @description "active" (default) starts by its triggers and the API, "draft" only by the API, "paused" not at all.
             * @enum {string}
             */
            status?: "active" | "paused" | "draft";
            /** @description What starts executions, besides the API. */
            trigger?: components["schemas"]["trigger"] | null;
            /** @description Several triggers, instead of "trigger". */
            triggers?: components["schemas"]["trigger"][];
            /** @description What an execution does, in order. */
            steps?: components["schemas"]["step"][];
            /** @description Values that expressions read as {{variables.name}}. They are taken as they are, without {{ }}. */
            variables?: {
                [key: string]: unknown;
            };
            /** @description What holds for all executions of the workflow. */
            settings?: {
                /**
                 * @description Longest time for an execution, from its start. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                timeout?: number | string;
                /**
                 * @description Longest time that an execution waits for its beginning, from its start: for an executor, and for a slot of `concurrency`. One that has waited longer fails and runs nothing. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                queue_timeout?: number | string;
                /** @description How many executions may run at the same time. */
                concurrency?: {
                    /** @description Executions that may run at the same time. */
                    limit: number;
                    /** @description Counts separately for each value, e.g. "{{input.customer_id}}". */
                    key?: string;
                    /**
                     * @description What happens to a start above the limit: it waits (default), is dropped, or replaces the oldest that runs.
                     * @enum {string}
                     */
                    on_conflict?: "queue" | "skip" | "cancel_running";
                };
                /**
                 * @description What an expression makes of a value that is not there: an error (default), or nothing.
                 * @enum {string}
                 */
                missing?: "error" | "empty";
                /** @description The id of a workflow that is started when an execution fails. */
                on_failure_workflow?: string;
                /** @description Lets models use the workflow as a tool, where an ai_completion step names it. */
                tool?: {
                    /** @description The name by which models call it, e.g. "find_order". */
                    name: string;
                    /** @description What it does, what it returns, and when to use it: what models read. */
                    description: string;
                    /** @description A JSON Schema of the execution's input, which is an object: what a model passes is checked by it. */
                    input_schema?: {
                        [key: string]: unknown;
                    };
                };
                /** @description How long finished executions are kept, in days. By default as the installation is set. */
                retention_days?: number;
                /** @description How many finished executions are kept, the newest ones; those that are too old go nevertheless. */
                retention_count?: number;
            };
            /** @description The output of an execution; by default the output of the last step that ran. */
            output?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly id?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly version?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly created_at?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly updated_at?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly execution_count?: unknown;
            /** @description Set by the server, ignored when sent. */
            readonly warnings?: unknown;
        };
        /** @description A JSON Merge Patch (RFC 7396) of the document: objects are merged at every level, null removes a member, everything else replaces. */
        WorkflowMergePatch: {
            [key: string]: unknown;
        };
        WorkflowSummary: {
            id: string;
            name: string;
            description: string | null;
            /** @enum {string} */
            status: "active" | "paused" | "draft";
            version: number;
            created_at: string;
            updated_at: string;
            execution_count: number;
            tags: string[];
            /** @description The types of its triggers, each once. */
            triggers: {
                type: string;
            }[];
            /** @description The one that was accepted last, while its record is kept. */
            last_execution: {
                id: string;
                /** @enum {string} */
                status: "running" | "waiting" | "completed" | "failed" | "cancelled";
                started_at: string;
            } | null;
            /** @description When the first of its schedules is due next. */
            next_run_at: string | null;
            /** @description Of a deleted workflow. */
            deleted_at?: string;
            /** @description Until when a deleted workflow can be restored. */
            restorable_until?: string;
        };
        Workflow: {
            id: string;
            name: string;
            description: string | null;
            /** @enum {string} */
            status: "active" | "paused" | "draft";
            version: number;
            created_at: string;
            updated_at: string;
            execution_count: number;
            /** @description Problems that did not stop the workflow from being saved. */
            warnings?: ({
                path: string;
                message: string;
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        WorkflowList: {
            workflows: components["schemas"]["WorkflowSummary"][];
            total: number;
            page: number;
            per_page: number;
        };
        ExecutionFigures: {
            total: number;
            completed: number;
            failed: number;
            cancelled: number;
            /** @description How long they took from acceptance to end, to within 4 %. Null when there are none. */
            duration_ms: {
                p50: number;
                p95: number;
                p99: number;
            } | null;
        };
        ExecutionFiguresOfBucket: {
            /** @description Executions accepted from then on, until the next bucket. */
            start: string;
            total: number;
            completed: number;
            failed: number;
            cancelled: number;
            /** @description How long they took from acceptance to end, to within 4 %. Null when there are none. */
            duration_ms: {
                p50: number;
                p95: number;
                p99: number;
            } | null;
        };
        WorkflowStats: {
            workflow_id: string;
            /** @description The beginning of the first bucket. */
            from: string;
            /** @description The end of the last bucket. */
            to: string;
            /** @enum {string} */
            bucket: "hour" | "day";
            totals: components["schemas"]["ExecutionFigures"];
            /** @description All buckets of the range, oldest first. */
            buckets: components["schemas"]["ExecutionFiguresOfBucket"][];
        };
        ExecutionStats: {
            /** @description The beginning of the first bucket. */
            from: string;
            /** @description The end of the last bucket. */
            to: string;
            /** @enum {string} */
            bucket: "hour" | "day";
            totals: components["schemas"]["ExecutionFigures"];
            /** @description All buckets of the range, oldest first. */
            buckets: components["schemas"]["ExecutionFiguresOfBucket"][];
            /** @description With `by=workflow`: the 20 with the most executions, busiest first. */
            workflows?: {
                workflow_id: string;
                totals: components["schemas"]["ExecutionFigures"];
                /** @description All buckets of the range, oldest first. */
                buckets: components["schemas"]["ExecutionFiguresOfBucket"][];
            }[];
            /** @description With `by=workflow`: whether there are others. */
            more?: boolean;
        };
        CreditLedgerLine: {
            /** @description Counts the lines of the organisation without a gap. */
            sequence: number;
            at: string;
            /** @description `usage`: a model was called. `added`, `set`: the operator has changed the balance. `exhausted`: from here on steps were refused. Later releases may know more. */
            type: string;
            /** @description What was added to the balance; less than 0 for what was taken. */
            amount: number;
            /** @description The balance after it. */
            balance: number;
            note: string | null;
            workflow_id: string | null;
            execution_id: string | null;
            step_path: string | null;
            provider: string | null;
            model: string | null;
            input_tokens: number | null;
            output_tokens: number | null;
        };
        Credits: {
            /** @description Whether it has a balance. Without one it may spend what it likes. */
            limited: boolean;
            /** @description Null without a balance, as all that follows. */
            balance: number | null;
            /** @description How much of it is held back for calls that are under way. */
            reserved: number | null;
            /** @description What is left for others. */
            available: number | null;
            /** @description Below that balance the event `credits.low` is sent. */
            low_below: number | null;
            /** @description Newest first; a second or two late. */
            ledger: components["schemas"]["CreditLedgerLine"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        CreditUsageFigures: {
            /** @description Calls of models, those included that were no use. */
            calls: number;
            input_tokens: number;
            output_tokens: number;
            /** @description In credits, by the prices that were known when it was used. */
            cost: number;
            /** @description What was taken from the balance for it. */
            charged: number;
            /** @description Calls of models whose price nobody knows: `cost` has nothing of them. */
            unpriced_calls: number;
        };
        CreditUsage: {
            /** @description The beginning of the first day. */
            from: string;
            /** @description The end of the last day. */
            to: string;
            /** @enum {string} */
            group_by: "day" | "workflow" | "model" | "label";
            totals: components["schemas"]["CreditUsageFigures"];
            /** @description By `day` in their order, else by cost, the highest first, at most 1000. `key` is a day, the id of a workflow, `provider/model` or a label; null for what has no label, for what was used outside of a workflow, and for all others beyond 1000 in a day. */
            groups: {
                key: string | null;
                /** @description Calls of models, those included that were no use. */
                calls: number;
                input_tokens: number;
                output_tokens: number;
                /** @description In credits, by the prices that were known when it was used. */
                cost: number;
                /** @description What was taken from the balance for it. */
                charged: number;
                /** @description Calls of models whose price nobody knows: `cost` has nothing of them. */
                unpriced_calls: number;
            }[];
            /** @description Whether there are further groups, with lower costs. */
            more: boolean;
        };
        CreditChange: {
            /** @description Credits that are added; less than 0 takes some away, at most down to a balance of 0. */
            amount: number;
            /** @description For people; it is in the ledger. */
            note?: string;
        };
        File: {
            id: string;
            /** @description The execution that it belongs to, and that it goes with. */
            execution_id: string;
            name: string | null;
            /** @description Its media type, as its sender named it. */
            type: string;
            /** @description Bytes. */
            size: number;
            /** @description Of its content, in hexadecimal digits. */
            sha256: string;
            created_at: string;
        };
        FileList: {
            files: components["schemas"]["File"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** Format: binary */
        FileContent: string;
        EvaluateRequest: {
            /** @description An expression without braces: `input.items.length`. */
            expression?: string;
            /** @description A text with `{{ }}` in it; one `{{ }}` alone keeps the type of its value. */
            template?: string;
            /** @description A condition, as in the `if` of a step: `input.n > 1`. */
            condition?: string;
            /** @description What the text can read; nothing by default. */
            context?: {
                input?: unknown;
                variables?: {
                    [key: string]: unknown;
                };
                /** @description Values in the place of secrets. Those that are stored cannot be read. */
                secrets?: {
                    [key: string]: string;
                };
                env?: {
                    [key: string]: string;
                };
                /** @description By the id of the step: its `output`, and `status`, `error` and `data` if they are read. */
                steps?: {
                    [key: string]: {
                        output?: unknown;
                    } & {
                        [key: string]: unknown;
                    };
                };
                item?: unknown;
                index?: number;
                loop?: unknown;
                execution?: unknown;
                workflow?: unknown;
                trigger?: unknown;
            };
            /**
             * @description What a missing value is, as `settings.missing` of a workflow (default `error`).
             * @enum {string}
             */
            missing?: "error" | "empty";
        };
        EvaluationError: {
            /** @description `E_SYNTAX`, `E_MISSING`, …: see the documentation of expressions. */
            code: string;
            message: string;
            /** @description Where in the text it is: start and end, in UTF-16 code units. */
            span: number[];
            line: number;
            column: number;
            hint: string | null;
            missing_path: string | null;
            /** @description The line, and carets under the place. */
            frame: string;
        };
        Evaluation: {
            /** @description Null when there is an error. */
            value: unknown;
            type: ("text" | "number" | "boolean" | "null" | "array" | "object") | null;
            error: components["schemas"]["EvaluationError"] | null;
        };
        WorkflowProblem: {
            /** @enum {string} */
            severity: "error" | "warning";
            code: string;
            /** @description A JSON path such as `steps[1].config.url`; empty for the whole document. */
            path: string;
            message: string;
            hint?: string;
        } & {
            [key: string]: unknown;
        };
        WorkflowReferences: {
            secrets: string[];
            variables: string[];
            env: string[];
            /** @description Ids of workflows that it starts. */
            workflows: string[];
        };
        PlannedStep: {
            step_id: string;
            type: string;
            /** @description The loop or parallel that it is in. */
            parent: string | null;
            /** @description The name of the branch of that parallel. */
            branch: string | null;
            /** @description The steps that may run next in the same list. */
            next: {
                /** @description Null for the end of the list. */
                step_id: string | null;
                /** @description `done`, `error`, the name of the branch that is taken (`true`, `false`, `0`, `default`), or `skipped` for a step with branches that takes none. */
                on: string;
            }[];
        };
        WorkflowPlan: {
            /** @description In the order of the document, nested ones included. */
            steps: components["schemas"]["PlannedStep"][];
            /** @description False when there are more possible next steps than are listed. */
            complete: boolean;
            refers_to: components["schemas"]["WorkflowReferences"];
            /** @description What of that does not exist. */
            missing: components["schemas"]["WorkflowReferences"];
        };
        WorkflowValidation: {
            /** @description Whether it could be saved. */
            valid: boolean;
            /** @description What prevents that. */
            problems: components["schemas"]["WorkflowProblem"][];
            warnings: components["schemas"]["WorkflowProblem"][];
            /** @description Null for a document that is not valid. */
            plan: components["schemas"]["WorkflowPlan"] | null;
        };
        StepTestRequest: {
            /** @description One step, as in a document. `next`, `retry` and `on_error` have no meaning here. */
            step: {
                [key: string]: unknown;
            };
            /** @description What it can read; nothing by default. */
            context?: {
                input?: unknown;
                /** @description In the place of the workflow’s own variables; those of the organisation are there anyway. */
                variables?: {
                    [key: string]: unknown;
                };
                /** @description Results of the steps before it, by their ids. */
                steps?: {
                    [key: string]: {
                        output?: unknown;
                        data?: unknown;
                        /** @enum {string} */
                        status?: "completed" | "failed" | "skipped";
                        error?: unknown;
                        /** @description The type of that step, from which `data` follows. */
                        type?: string;
                    };
                };
                /** @description Only of a step inside of a loop. */
                item?: unknown;
                index?: number;
                loop?: unknown;
                trigger?: unknown;
                execution?: unknown;
                workflow?: unknown;
            };
            /** @description Whether it may reach outside. Without, the texts of such a step are evaluated, and it is not run. */
            effects: boolean;
            /**
             * @description What a missing value is, as `settings.missing` of a workflow (default `error`).
             * @enum {string}
             */
            missing?: "error" | "empty";
        };
        StepTest: {
            /**
             * @description `rendered`: with `effects: false`, it would be run with this input. `skipped`: its `if` does not hold. `invalid`: `problems` say why it cannot be tried.
             * @enum {string}
             */
            status: "completed" | "failed" | "skipped" | "rendered" | "invalid";
            /** @description Null unless it completed. What is secret in it is `••••`. */
            output: unknown;
            /** @description Its config with its texts evaluated, as it is shown of executions: what is secret is `••••`. Null when it is not known. */
            input: unknown;
            /** @description Why the input is not known. */
            input_error?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description Only of one that failed: whether an execution would try it again by default. */
            retryable?: boolean;
            duration_ms: number;
            /** @description What validation says of the step; paths begin with `step` or `context`. */
            problems: components["schemas"]["WorkflowProblem"][];
            /** @description Only of a step that used a model: what it used, over all attempts. */
            usage?: {
                /** @description The name of the provider. */
                provider: string;
                /** @description The model that was asked, by the name it has there. */
                model: string;
                /** @description Tokens of what was sent; null when the provider does not say. */
                input_tokens: number | null;
                /** @description Tokens of what came back; null when the provider does not say. */
                output_tokens: number | null;
                /** @description Why the model stopped: `stop`, `length` (at `max_tokens`) and others. */
                finish_reason: string;
                /** @description What of the config the model does not know, and has ignored. */
                warnings?: string[];
                /** @description What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run. */
                cost?: number | null;
            };
            /** @description Only of a `code` step: what it has written to its console. */
            log?: string[];
        };
        DeadLetter: {
            id: string;
            /** @description When it was given up. */
            at: string;
            /** @description The service that gave it up; null when none takes such messages any more. */
            service: string | null;
            /** @description What kind of message it is, such as `RunRequested`; null as above. */
            message: string | null;
            /** @description The stream that it came from. */
            stream: string;
            /** @description The consumer of that stream which gave it up. */
            consumer: string;
            /** @description The subject that it had there. */
            subject: string;
            /** @description Whose it is; null when its subject does not say. */
            organisation_id: string | null;
            /** @description The execution that it is about; null as above. */
            execution_id: string | null;
            /** @description Why it was given up. */
            reason: string;
            /** @description How often it was delivered. */
            deliveries: number;
            /** @description Size of its payload; null when that is not known. */
            bytes: number | null;
        };
        DeadLetterDetail: {
            id: string;
            /** @description When it was given up. */
            at: string;
            /** @description The service that gave it up; null when none takes such messages any more. */
            service: string | null;
            /** @description What kind of message it is, such as `RunRequested`; null as above. */
            message: string | null;
            /** @description The stream that it came from. */
            stream: string;
            /** @description The consumer of that stream which gave it up. */
            consumer: string;
            /** @description The subject that it had there. */
            subject: string;
            /** @description Whose it is; null when its subject does not say. */
            organisation_id: string | null;
            /** @description The execution that it is about; null as above. */
            execution_id: string | null;
            /** @description Why it was given up. */
            reason: string;
            /** @description How often it was delivered. */
            deliveries: number;
            /** @description Size of its payload; null when that is not known. */
            bytes: number | null;
            /** @description As JSON. Values of members whose names are those of secrets are masked; null when it is left out. */
            payload: unknown;
            /** @description Why `payload` is left out: too large to be shown, no JSON, or deleted since. */
            payload_omitted: ("too_large" | "unreadable" | "gone") | null;
        };
        DeadLetterList: {
            dead_letters: components["schemas"]["DeadLetter"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        RequeuedDeadLetter: {
            id: string;
            stream: string;
            subject: string;
        };
        Starts: {
            paused: boolean;
            /** @description Since when it is so; null when it always was. */
            since: string | null;
            /** @description As whoever paused them said. */
            reason: string | null;
        };
        PauseStarts: {
            reason?: string;
        };
        System: {
            at: string;
            /** @description Whether everything is as it normally is, and everybody replied. */
            ok: boolean;
            sources: {
                /** @enum {string} */
                source: "nats" | "services" | "history" | "email-ingest";
                answered: boolean;
                error: string | null;
            }[];
            /** @description Whether executions may be started. */
            starts: {
                paused: boolean;
                /** @description Since when it is so; null when it always was. */
                since: string | null;
                /** @description As whoever paused them said. */
                reason: string | null;
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            } | null;
            services: {
                service: string;
                replicas: {
                    /** @description Name of its host and number of its process. */
                    instance: string;
                    /** @description The machine that it is on; null of an earlier release. */
                    node: string | null;
                    /** @description Its release. */
                    version: string;
                    started_at: string;
                    /**
                     * @description As `/health/ready` of its operations port says.
                     * @enum {string}
                     */
                    status: "up" | "down" | "stopping" | "drained";
                    /** @description Checks of its dependencies that fail; those it can do without are among them. */
                    failing: {
                        check: string;
                        detail: string | null;
                    }[];
                }[];
                /** @description Those that run: several only while an upgrade goes on. */
                versions: string[];
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            }[];
            queues: {
                /** @description Its stream; of `RUNS` and `JOURNAL` all lanes and shards together. */
                queue: string;
                /** @description What is in it. */
                holds: string;
                /** @description The service that takes from it. */
                taken_by: string;
                /** @description Messages that nobody has taken yet. */
                waiting: number;
                /** @description Messages that are being worked on. */
                under_way: number;
                /** @description Those of them that came more than once. */
                redelivered: number;
                /** @description Age of the oldest message that is stored; null without any. */
                oldest_seconds: number | null;
                bytes: number;
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            }[];
            timers: {
                /** @description Waits, retries and deliveries to come. */
                set: number;
                /** @description Those that are due and that nobody has taken. */
                due: number;
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            } | null;
            dead_letters: {
                count: number;
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            } | null;
            leases: {
                /** @description What one process at a time does. */
                lease: string;
                /** @description Who has it; a name that it made up at its start. */
                holder: string | null;
                /** @description How many of this kind it has. */
                count: number;
                /** @description When the first of them runs out, unless it is renewed. */
                until: string | null;
                /** @description What it is when all is well. */
                normal: string;
                /** @description Whether it is so now. */
                ok: boolean;
            }[];
        };
        WorkflowDraft: {
            workflow_id: string;
            /** @description The document, which need not be valid. */
            document: {
                [key: string]: unknown;
            };
            /** @description The text that it is written as, where it is one. */
            source: string | null;
            /** @description Outputs for trying steps, by the id of the step. */
            pins: {
                [key: string]: unknown;
            };
            /** @description The version of the workflow that it was begun from. */
            based_on: number | null;
            /** @description Of the draft: more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /** @description The id of the API token that changed it last. */
            updated_by: string | null;
        };
        WorkflowDraftRequest: {
            /** @description The document, which need not be valid. */
            document: {
                [key: string]: unknown;
            };
            source?: string | null;
            /** @description Without it, those that there are stay. */
            pins?: {
                [key: string]: unknown;
            };
            based_on?: number | null;
        };
        /** @default {} */
        PublishDraftRequest: {
            /** @description Kept with the version. */
            note?: string;
            /** @description Whether the workflow is active then. The status stays without it. */
            activate?: boolean;
        };
        WorkflowVersionSummary: {
            version: number;
            created_at: string;
            /** @description The id of the API token that made it; null for versions from before this was kept. */
            created_by: string | null;
            /** @description What is said of the version. */
            note: string | null;
        };
        WorkflowVersionList: {
            versions: components["schemas"]["WorkflowVersionSummary"][];
            next_cursor: string | null;
            has_more: boolean;
            /** @description When the workflow was deleted. Only then there; its versions stay readable for a time. */
            workflow_deleted_at?: string;
        };
        WorkflowVersion: {
            version: number;
            created_at: string;
            /** @description The id of the API token that made it; null for versions from before this was kept. */
            created_by: string | null;
            /** @description What is said of the version. */
            note: string | null;
            /** @description When the workflow was deleted. Only then there; its versions stay readable for a time. */
            workflow_deleted_at?: string;
            /** @description The document as it was saved, without what the server adds and without the status. */
            document: {
                [key: string]: unknown;
            };
            /** @description The YAML that it was saved as, with its comments; null when it was saved as JSON. */
            source?: string | null;
        };
        PatchOperation: {
            /** @enum {string} */
            op: "add" | "remove" | "replace";
            /** @description A JSON Pointer (RFC 6901) into the document. */
            path: string;
            value?: unknown;
        };
        StepChange: {
            step_id: string;
            /**
             * @description A step that was changed and moved is in the list twice.
             * @enum {string}
             */
            change: "added" | "removed" | "changed" | "moved";
            /** @description Of a changed step: what differs, such as `next` or `config.url`. Else empty. */
            fields: string[];
        };
        WorkflowVersionDiff: {
            version: number;
            against: number;
            /** @description JSON Patch (RFC 6902): makes the document of `version` of that of `against`. */
            patch: components["schemas"]["PatchOperation"][];
            steps: components["schemas"]["StepChange"][];
        };
        ApprovalDecision: {
            /** @description The id of the token, or for whom the link was made. */
            by: string;
            approved: boolean;
            comment: string | null;
            at: string;
        };
        ApprovalMail: {
            /** @description The approver. */
            to: string;
            /** @description Of which reminder it is; 0 for the request itself. */
            reminder: number;
            /**
             * @description `sent`: a mail server has taken it. `unsure`: the server had all of it and the connection broke; it is not sent again. `failed`: see `error`.
             * @enum {string}
             */
            result: "sent" | "failed" | "unsure";
            attempt: number;
            at: string;
            message_id: string | null;
            /** @description Why it failed, or why nobody knows. */
            error: {
                code: string;
                message: string;
            } | null;
            /** @description When it is tried again; null when it is not. */
            retry_at: string | null;
        };
        Approval: {
            id: string;
            execution_id: string;
            workflow_id: string;
            step_path: string;
            /**
             * @description `expired`: nobody has decided in time. `cancelled`: the step has ended for another reason, most often because its execution was cancelled.
             * @enum {string}
             */
            status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
            message: string;
            /** @description What the approvers are shown; null for nothing. */
            data: unknown;
            /** @description Who may decide; null: whoever has a token with the scope. */
            approvers: string[] | null;
            /** @description How many have to approve. One rejection is enough. */
            required: number;
            /** @description In the order in which they were taken. */
            decisions: components["schemas"]["ApprovalDecision"][];
            /** @description The latest mail to each approver, where the step sends them. */
            mails: components["schemas"]["ApprovalMail"][];
            requested_at: string;
            expires_at: string;
            /** @description When it was no longer pending; null while it is. */
            decided_at: string | null;
        };
        ApprovalList: {
            approvals: components["schemas"]["Approval"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        ApprovalDecisionRequest: {
            /** @description False rejects it. */
            approved: boolean;
            /** @description Kept with the decision, also in the output of the step. */
            comment?: string;
        };
        ApprovalLinkRequest: {
            /** @description For whom it is: one of the `approvers`, where the approval names them. */
            approver: string;
        };
        ApprovalLink: {
            approval_id: string;
            approver: string;
            /** @description Shown this once. Whoever has it decides in the name of the approver. */
            url: string;
            expires_at: string;
        };
        StepRunList: {
            steps: components["schemas"]["StepRun"][];
            next_cursor: string | null;
            has_more: boolean;
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        StepAttempt: {
            n: number;
            started_at: string;
            completed_at: string | null;
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
        };
        StepRunDetail: {
            step_id: string;
            path: string;
            type: string;
            /** @enum {string} */
            status: "running" | "waiting" | "waiting_for_retry" | "completed" | "failed" | "skipped";
            started_at: string | null;
            completed_at: string | null;
            duration_ms: number | null;
            attempts: number;
            output?: unknown;
            /** @description Only when the output is too large to be here, or the response holds as much as it may. */
            output_ref?: components["schemas"]["ValueReference"];
            error: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            } | null;
            /** @description Only of a `sub_workflow` step: the execution that its last attempt has started. */
            child_execution_id?: string;
            /** @description Only of a step that used a model: what it used, over all attempts. */
            usage?: {
                /** @description The name of the provider. */
                provider: string;
                /** @description The model that was asked, by the name it has there. */
                model: string;
                /** @description Tokens of what was sent; null when the provider does not say. */
                input_tokens: number | null;
                /** @description Tokens of what came back; null when the provider does not say. */
                output_tokens: number | null;
                /** @description Why the model stopped: `stop`, `length` (at `max_tokens`) and others. */
                finish_reason: string;
                /** @description What of the config the model does not know, and has ignored. */
                warnings?: string[];
                /** @description What the answered calls cost, in credits, whether they were charged for or not; null when the price of none is known. Absent of what an older version has run. */
                cost?: number | null;
            };
            /** @description Only when it was not run: its result, and its times, are those of `retried_from` or `replayed_from`. */
            reused?: boolean;
            /**
             * @description Only in a test, of a step that was not run: where the result it has instead comes from.
             * @enum {string}
             */
            stand_in?: "mock" | "pin" | "rendered";
            /** @description Of a `code` step what the last attempt has written to its console; of an `http` step what is remarkable about the response. */
            log?: string[];
            /** @description The attempts in their order; a step that was skipped has none. */
            attempt_log: components["schemas"]["StepAttempt"][];
            /** @description The config of the step as it was when its last attempt began, worked out from what is recorded. What is secret is `••••`. Null when it is not known. */
            input?: unknown;
            /** @description Why the input is not known. */
            input_error?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        LoopSummary: {
            path: string;
            /** @description Of the loop itself; null while the record does not name it yet. */
            status: ("running" | "waiting" | "waiting_for_retry" | "completed" | "failed" | "skipped") | null;
            /** @description How many items it has; null until it is completed. */
            items: number | null;
            /** @description How many iterations have begun. */
            iterations: number;
            /** @description Iterations by status. An iteration has the worst status of its steps: failed, waiting for a retry, running, waiting, completed, skipped. */
            counts: {
                running: number;
                waiting: number;
                waiting_for_retry: number;
                completed: number;
                failed: number;
                skipped: number;
            };
            /** @description The iterations in equal parts, each with the worst status in it. */
            cells: {
                first: number;
                last: number;
                /** @enum {string} */
                status: "running" | "waiting" | "waiting_for_retry" | "completed" | "failed" | "skipped";
            }[];
            /** @description Which iterations failed: the first of them. */
            failed: {
                indexes: number[];
                more: boolean;
            };
            /** @description Iterations whose steps have ended, slowest first; from the start of the first to the end of the last. */
            slowest: {
                index: number;
                /** @enum {string} */
                status: "running" | "waiting" | "waiting_for_retry" | "completed" | "failed" | "skipped";
                duration_ms: number;
            }[];
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        JournalEvent: {
            /** @description The same as in the stream of the events of the execution. */
            id: string;
            type: string;
            at: string;
        } & {
            [key: string]: unknown;
        };
        JournalPage: {
            events: components["schemas"]["JournalEvent"][];
            next_cursor: string | null;
            has_more: boolean;
            /** @description Only when a part of the record is lost (HISTORY_INCOMPLETE): what it held is missing here. */
            incomplete?: {
                code: string;
                message: string;
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        AuditEntry: {
            id: string;
            /** @description When it began. */
            at: string;
            actor: {
                /** @description `token`, or `operator` of the installation. */
                type: string;
                /** @description The id of the token. */
                id: string | null;
                /** @description The name that the token had then. */
                name: string | null;
            };
            /** @description One of create, put, update, delete, restore, duplicate, publish, pause, resume, activate, test, rotate, redeliver, cancel, signal, decide, link, retry, replay, backfill, requeue, discard, profile; later releases know more. */
            action: string;
            resource: {
                type: string;
                /** @description Its id, or its name if that is what it is found by; null when it was to be made and nothing is known of it. */
                id: string | null;
            };
            /**
             * @description `unknown`: a process died before it could say, or it is still being carried out.
             * @enum {string}
             */
            outcome: "succeeded" | "failed" | "unknown";
            /** @description The code that the caller got. */
            error: string | null;
            /** @description What it was; null when it did not exist, or nothing was changed. */
            before: {
                /** @description SHA-256 in hex, of what the documentation says. */
                hash: string;
                /** @description The `version` of the resource; null where it has none. */
                version: number | null;
            } | null;
            /** @description What it became; null when it was deleted, or nothing was changed. */
            after: {
                /** @description SHA-256 in hex, of what the documentation says. */
                hash: string;
                /** @description The `version` of the resource; null where it has none. */
                version: number | null;
            } | null;
            /** @description The IP address that the request came from. */
            address: string | null;
            request_id: string;
        };
        AuditEntryList: {
            entries: components["schemas"]["AuditEntry"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        JobSummary: {
            id: string;
            /** @description `backfill` or `bulk`. */
            kind: string;
            /**
             * @description `completed`: all items are dealt with, whatever became of each. `failed`: `error` says why it ended.
             * @enum {string}
             */
            status: "queued" | "running" | "completed" | "failed" | "cancelled";
            /** @description What was asked for. Of a backfill: `workflow_id`, `index`, `from`, `to`. Of a bulk: `action`, `filter`, `requested_by`. */
            parameters: {
                [key: string]: unknown;
            };
            /** @description Its items. */
            total: number;
            /** @description Of those, the ones that are dealt with. */
            done: number;
            /** @description By outcome. */
            counts: {
                [key: string]: number;
            };
            error: {
                code: string;
                message: string;
            } | null;
            created_at: string;
            updated_at: string;
            ended_at: string | null;
        };
        Job: {
            id: string;
            /** @description `backfill` or `bulk`. */
            kind: string;
            /**
             * @description `completed`: all items are dealt with, whatever became of each. `failed`: `error` says why it ended.
             * @enum {string}
             */
            status: "queued" | "running" | "completed" | "failed" | "cancelled";
            /** @description What was asked for. Of a backfill: `workflow_id`, `index`, `from`, `to`. Of a bulk: `action`, `filter`, `requested_by`. */
            parameters: {
                [key: string]: unknown;
            };
            /** @description Its items. */
            total: number;
            /** @description Of those, the ones that are dealt with. */
            done: number;
            /** @description By outcome. */
            counts: {
                [key: string]: number;
            };
            error: {
                code: string;
                message: string;
            } | null;
            created_at: string;
            updated_at: string;
            ended_at: string | null;
            /** @description In the order of its items, at most 1000. */
            results: {
                /** @description Of a backfill: the nominal time. Of a bulk: the id of the execution. */
                item: string;
                /** @description Of a bulk: `ok`, with the execution that a retry or replay has started in `execution_id`; `skipped`, there was nothing to do, `code` says why; `failed`, `code` says why. Of a backfill: `started`; `already_ran`, by the schedule itself or by an earlier backfill, in the execution of `execution_id`; `scheduled`, the schedule itself is about to start it; `refused`, `code` says why. */
                outcome: string;
                execution_id: string | null;
                /** @description The code of the error that refused it, or the reason to skip it. */
                code: string | null;
            }[];
        };
        JobList: {
            jobs: components["schemas"]["JobSummary"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        BackfillRequest: {
            /**
             * Format: date-time
             * @description The first nominal time that counts, at most 366 days ago.
             */
            from: string;
            /**
             * Format: date-time
             * @description The last one, not in the future.
             */
            to: string;
            /** @description Only say which times there are. */
            dry_run?: boolean;
        };
        JobAccepted: {
            job_id: string;
            /** @description Of a backfill nominal times, of a bulk executions. */
            matched: number;
        };
        BackfillPlan: {
            job_id: null;
            matched: number;
            /** @description The nominal times, oldest first. */
            times: string[];
        };
        ExecutionFilter: {
            /** @description One status or several: `failed,cancelled`. */
            status?: string;
            workflow_id?: string;
            /** @description Of the workflow; needs its id. */
            version?: number;
            /** @description `trigger.type`: `api`, `webhook`, … */
            trigger_type?: string;
            /** @description Only those that `sub_workflow` steps of this execution have started. */
            parent_execution_id?: string;
            /**
             * @description `true`: only tests; `false`: none of them.
             * @enum {string}
             */
            test?: "true" | "false";
            /** @description `error.code` of those that failed. */
            error_code?: string;
            /** @description The label that the execution was started with, upper and lower case alike. */
            label?: string;
            /** @description The beginning of an execution id (`exec_01m8…`) or of a label. */
            q?: string;
            /** @description Only those that have ended and took at least so many milliseconds. */
            min_ms?: number;
            /**
             * Format: date-time
             * @description Accepted then or later.
             */
            from?: string;
            /**
             * Format: date-time
             * @description Accepted before then.
             */
            to?: string;
        };
        BulkRequest: {
            /** @enum {string} */
            action: "cancel" | "retry" | "replay";
            /** @description Which executions: as the query of the list says it. Without `status` those that the action is for: `cancel` is for `running,waiting`, `retry` for `failed,cancelled`, `replay` for all that have ended. */
            filter: components["schemas"]["ExecutionFilter"];
            /** @description Only say how many there are. */
            dry_run?: boolean;
        };
        BulkPlan: {
            job_id: null;
            matched: number;
        };
        MailboxRequest: {
            /** @description The address that the mailbox receives; `*@example.com` for one that receives every address of a domain. It says which triggers the mailbox serves. */
            address: string;
            imap: {
                /** @description The IMAP server. */
                host: string;
                /** @description By default 993, without implicit TLS 143. A usual one changes with `tls`. */
                port?: number;
                /**
                 * @description By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only.
                 * @enum {string}
                 */
                tls?: "implicit" | "starttls" | "none";
                user: string;
                auth: {
                    /**
                     * @description By default `password`.
                     * @enum {string}
                     */
                    type?: "password" | "xoauth2";
                    /** @description The password, or the access token with `xoauth2`. It is never returned. */
                    secret: string;
                };
                /** @description The folder that is watched, by default `INBOX`. */
                folder?: string;
            };
            /**
             * @description Whether messages start workflows that its server got before the mailbox was set up: `all`, or by default `now`, none.
             * @enum {string}
             */
            since?: "now" | "all";
            /** @description What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing. */
            after?: string;
        };
        MailboxPatch: {
            /** @description The address that the mailbox receives; `*@example.com` for one that receives every address of a domain. It says which triggers the mailbox serves. */
            address?: string;
            /** @description The secret has to be given again with a change of host, port, tls or user. */
            imap?: {
                /** @description The IMAP server. */
                host?: string;
                port?: number;
                /**
                 * @description By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only.
                 * @enum {string}
                 */
                tls?: "implicit" | "starttls" | "none";
                user?: string;
                auth?: {
                    /**
                     * @description By default `password`.
                     * @enum {string}
                     */
                    type?: "password" | "xoauth2";
                    /** @description The password, or the access token with `xoauth2`. It is never returned. */
                    secret?: string;
                };
                /** @description The folder that is watched, by default `INBOX`. */
                folder?: string;
            };
            /** @description What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing. */
            after?: string;
        };
        /** @default {} */
        MailboxTestRequest: {
            /** @description The secret has to be given again with a change of host, port, tls or user. */
            imap?: {
                /** @description The IMAP server. */
                host?: string;
                port?: number;
                /**
                 * @description By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only.
                 * @enum {string}
                 */
                tls?: "implicit" | "starttls" | "none";
                user?: string;
                auth?: {
                    /**
                     * @description By default `password`.
                     * @enum {string}
                     */
                    type?: "password" | "xoauth2";
                    /** @description The password, or the access token with `xoauth2`. It is never returned. */
                    secret?: string;
                };
                /** @description The folder that is watched, by default `INBOX`. */
                folder?: string;
            };
            /** @description What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing. */
            after?: string;
        };
        MailboxTest: {
            ok: boolean;
            problem: {
                /**
                 * @description `host_blocked`: the host is internal, and not allowed in this installation. `host_not_found`: no such host. `unreachable`: it takes no connection at this port. `tls_failed`: its certificate, or the kind of `tls`. `login_refused`: user or secret. `folder_missing`: no such folder. `timed_out`: it did not respond in time. `secret_unreadable`: the stored secret cannot be opened. `server_failed`: anything else.
                 * @enum {string}
                 */
                code: "host_blocked" | "host_not_found" | "unreachable" | "tls_failed" | "login_refused" | "folder_missing" | "timed_out" | "secret_unreadable" | "server_failed";
                /** @description What is wrong, and what to correct; a code of the error may follow in brackets. */
                message: string;
                /**
                 * @description The fields of the mailbox that are to be corrected, such as `imap.port`.
                 * @default []
                 */
                fields: string[];
            } | null;
            /** @description The folder that is watched; null when it was not reached. */
            folder: {
                name: string;
                messages: number;
            } | null;
            /** @description The folder to which messages are moved; null without one, and for one that is still to be made. */
            move_folder: {
                name: string;
                messages: number;
            } | null;
            /** @description The newest 10 of the folder, newest first. */
            messages: {
                message_id: string | null;
                sender: string | null;
                subject: string | null;
                arrived_at: string | null;
                /** @description Whether it is an automatic message. */
                automatic: boolean;
                /**
                 * @description What kind of automatic message it is, by the names of `accept_automatic`, or `loop` for what a workflow has sent; null for one that is not automatic.
                 * @default null
                 */
                automatic_kind: string | null;
                /**
                 * @description Whether it has an attachment, as the mail server says; null where that decides nothing, and where the server does not say.
                 * @default null
                 */
                has_attachment: boolean | null;
                /**
                 * @description What would become of it if it were dealt with now, by the names of the list of messages; `pending` for one that would wait, and where the mail server does not say what it has attached.
                 * @default null
                 */
                verdict: ("pending" | "started" | "no_trigger" | "automatic" | "refused" | "too_large" | "unreadable" | "expunged" | "duplicate") | null;
                /**
                 * @description Why it would start nothing, or not all, as the list of messages says it.
                 * @default null
                 */
                reason: string | null;
                /** @description The workflows that it would start, none that is paused; where the mail server does not say whether it has an attachment, those that it would start in either case. */
                workflow_ids: string[];
            }[];
        };
        MailboxHealth: {
            /**
             * @description `starting`: not looked at yet. `unhealthy`: it cannot be looked at, or has not been for three intervals; it is tried again and again. `stopped`: its server refuses the login, and nothing is tried until the mailbox is changed. `unknown`: the service that watches mailboxes does not respond.
             * @enum {string}
             */
            state: "starting" | "healthy" | "unhealthy" | "stopped" | "unknown";
            connected: boolean;
            /** @description When the folder was last looked at with success. */
            last_poll_at: string | null;
            /** @description When a message was last dealt with. */
            last_message_at: string | null;
            /** @description Since `last_poll_at`. */
            lag_seconds: number | null;
            /** @description What is wrong, and what helps. */
            error: string | null;
        };
        Mailbox: {
            id: string;
            address: string;
            imap: {
                host: string;
                port: number;
                /**
                 * @description By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only.
                 * @enum {string}
                 */
                tls: "implicit" | "starttls" | "none";
                user: string;
                auth: {
                    /**
                     * @description By default `password`.
                     * @enum {string}
                     */
                    type: "password" | "xoauth2";
                };
                folder: string;
            };
            /** @enum {string} */
            since: "now" | "all";
            /** @description What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing. */
            after: string;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            health: components["schemas"]["MailboxHealth"];
        };
        MailboxList: {
            mailboxes: components["schemas"]["Mailbox"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        MailboxMessage: {
            id: string;
            /** @description Its `Message-ID`. */
            message_id: string | null;
            sender: string | null;
            subject: string | null;
            /** @description When it was found in the mailbox. */
            seen_at: string;
            /**
             * @description `no_trigger`: no trigger is for it. `automatic`: those that are do not take automatic messages. `refused`: its workflows could not be started; `reason` says why. `unreadable`: it broke the limits of what a message may consist of. `expunged`: it was deleted before it could be read. `duplicate`: it is taken for an earlier one that has left its place, and starts nothing again; `reason` has the id of that one. `pending`: it is being dealt with.
             * @enum {string}
             */
            verdict: "pending" | "started" | "no_trigger" | "automatic" | "refused" | "too_large" | "unreadable" | "expunged" | "duplicate";
            reason: string | null;
            execution_ids: string[];
        };
        MailboxMessageList: {
            messages: components["schemas"]["MailboxMessage"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        TriggerState: {
            id: string;
            workflow_id: string;
            workflow_name: string;
            /** @enum {string} */
            type: "email" | "schedule" | "webhook";
            /** @description Its place among the triggers of its type in the workflow, from 0. */
            index: number;
            /**
             * @description `listening`: it starts executions. `starting`: its mailbox has not been looked at yet. `paused`: it, or its workflow, is paused or a draft. `ended`: no time is left of its schedule. `unhealthy`: it should be listening and cannot. `unknown`: the service that would know does not respond. `reason` says why it is none of the first.
             * @enum {string}
             */
            status: "listening" | "starting" | "paused" | "ended" | "unhealthy" | "unknown";
            reason: string | null;
            /** @description Of a schedule that is listening. */
            next_run_at: string | null;
            /** @description The last nominal time of the schedule, the last call of the address (refused ones too; as far as the list of calls goes back), or when a message of its mailbox was last dealt with. */
            last_run_at: string | null;
            /** @description Of a webhook. */
            webhook: {
                id: string;
                url: string;
                method: string;
            } | null;
            /** @description Of an e-mail trigger. */
            email: {
                address: string;
                /** @description The mailboxes that receive mail to the address. */
                mailbox_ids: string[];
                /** @description Of the mailbox that is worst. */
                health: components["schemas"]["MailboxHealth"] | null;
            } | null;
        };
        TriggerList: {
            triggers: components["schemas"]["TriggerState"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        TokenRequest: {
            /** @description What it is for, as people recognise it. */
            name: string;
            /** @description What the token may do; `*` is everything. The caller must have each of them. */
            scopes: ("*" | "workflows:read" | "workflows:write" | "executions:read" | "executions:write" | "triggers:read" | "triggers:write" | "settings:read" | "settings:write" | "secrets:write" | "tokens:write" | "credits:read" | "audit:read")[];
            expires_at?: string | null;
        };
        TokenPatch: {
            name?: string;
            /** @description What the token may do; `*` is everything. The caller must have each of them. */
            scopes?: ("*" | "workflows:read" | "workflows:write" | "executions:read" | "executions:write" | "triggers:read" | "triggers:write" | "settings:read" | "settings:write" | "secrets:write" | "tokens:write" | "credits:read" | "audit:read")[];
            expires_at?: string | null;
        };
        Token: {
            id: string;
            name: string;
            scopes: string[];
            /** @description More with each change; also in the `ETag`. */
            version: number;
            /** @description How its text begins; null when it comes from the settings. */
            prefix: string | null;
            /** @description How its text ends; null when it comes from the settings. */
            last_four: string | null;
            /** @description Whether it comes from the settings of the installation, and can be changed only there. */
            from_settings: boolean;
            created_at: string;
            updated_at: string;
            expires_at: string | null;
            /** @description When it was used last, to about a minute; null when it never was. */
            last_used_at: string | null;
        };
        TokenCreated: {
            id: string;
            name: string;
            scopes: string[];
            /** @description More with each change; also in the `ETag`. */
            version: number;
            /** @description How its text begins; null when it comes from the settings. */
            prefix: string | null;
            /** @description How its text ends; null when it comes from the settings. */
            last_four: string | null;
            /** @description Whether it comes from the settings of the installation, and can be changed only there. */
            from_settings: boolean;
            created_at: string;
            updated_at: string;
            expires_at: string | null;
            /** @description When it was used last, to about a minute; null when it never was. */
            last_used_at: string | null;
            /** @description The text to send as `Authorization: Bearer`. It is never shown again. */
            token: string;
        };
        TokenList: {
            tokens: components["schemas"]["Token"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        OrganisationRequest: {
            /** @description As people recognise it. */
            name: string;
            limits?: {
                /** @description Calls of the API in an hour; null for the default of the installation. */
                api_calls_per_hour?: number | null;
                /** @description Executions started by the API in a minute; null for the default of the installation. */
                executions_per_minute?: number | null;
                /** @description Webhook calls in a minute; null for the default of the installation. */
                webhook_calls_per_minute?: number | null;
            };
            /** @description Its balance: a million credits are a US dollar. Null: it may spend what it likes. */
            credits?: number | null;
            suspended?: boolean;
        };
        OrganisationPatch: {
            name?: string;
            limits?: {
                /** @description Calls of the API in an hour; null for the default of the installation. */
                api_calls_per_hour?: number | null;
                /** @description Executions started by the API in a minute; null for the default of the installation. */
                executions_per_minute?: number | null;
                /** @description Webhook calls in a minute; null for the default of the installation. */
                webhook_calls_per_minute?: number | null;
            };
            /** @description Its balance: a million credits are a US dollar. Null: it may spend what it likes. */
            credits?: number | null;
            suspended?: boolean;
        };
        Organisation: {
            id: string;
            name: string;
            limits: {
                /** @description Calls of the API in an hour; null for the default of the installation. */
                api_calls_per_hour: number | null;
                /** @description Executions started by the API in a minute; null for the default of the installation. */
                executions_per_minute: number | null;
                /** @description Webhook calls in a minute; null for the default of the installation. */
                webhook_calls_per_minute: number | null;
            };
            /** @description Its balance, in credits; null without one. */
            credits?: number | null;
            /** @description Whether its calls, webhooks and starts are refused. What runs already goes on to its end. */
            suspended: boolean;
            /** @description More with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
        };
        OrganisationList: {
            organisations: components["schemas"]["Organisation"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        Account: {
            organisation: {
                id: string;
                name: string;
            };
            token: components["schemas"]["Token"];
            limits: {
                api_calls_per_hour: number;
                /** @description Executions that are started by the API. */
                executions_per_minute: number;
            };
            versions: {
                api: string;
            };
        };
        Capabilities: {
            /** @description Types of steps that run; others are saved and fail. */
            step_types: string[];
            /** @description Types of triggers that start executions; others are saved. */
            trigger_types: string[];
            /** @description Members of `settings` that have an effect. */
            settings: string[];
            /** @description Fields of steps that have no effect. */
            ignored_step_fields: string[];
            /** @description Names of the organisation's secrets. */
            secrets: string[];
            /** @description Names of the organisation's variables. */
            variables: string[];
            /** @description Names that `{{env.NAME}}` can read: those that the installation has set. */
            env: string[];
            /** @description Names of the organisation's mail senders. */
            mail_senders: string[];
            /** @description The organisation's workflows, the newest 1000 of them. */
            workflows: {
                id: string;
                name: string;
            }[];
            limits: {
                workflows: number;
                workflow_document_bytes: number;
                input_bytes: number;
                step_output_bytes: number;
                execution_bytes: number;
            };
            /** @description Where the installation is reached; webhook addresses begin with it. */
            public_url: string;
            /** @description Names of models that steps may give, aliases included, 1000 at most; `own/*` for any name behind `own/`. Null while no executor says. */
            models: string[] | null;
        };
        Secret: {
            id: string;
            name: string;
            description: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /** @description Whether its value is masked where it turns up: it is when it has 8 characters or more. */
            masked: boolean;
            /** @description When an execution of a workflow that names it last began or went on, or a webhook call was last checked with it; to about a minute. */
            last_used_at: string | null;
            /** @description The workflows whose present version names it, at most 100. */
            used_by: {
                id: string;
                name: string;
            }[];
        };
        SecretRequest: {
            /** @description The value, at most 16384 bytes. It is never returned. */
            value: string;
            /** @description For people. Without it, the one that there is stays. */
            description?: string;
        };
        Variable: {
            id: string;
            name: string;
            description: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /** @description Any JSON value. */
            value: unknown;
        };
        VariableRequest: {
            /** @description Any JSON value, at most 16384 bytes as text. */
            value: unknown;
            /** @description For people. Without it, the one that there is stays. */
            description?: string;
        };
        SecretList: {
            secrets: components["schemas"]["Secret"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        VariableList: {
            variables: components["schemas"]["Variable"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        AiProvider: {
            id: string;
            name: string;
            description: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /**
             * @description Which API it speaks. For whatever is not named here: `openai_compatible`.
             * @enum {string}
             */
            type: "openai" | "anthropic" | "azure" | "mistral" | "ollama" | "openai_compatible";
            /** @description Where its API is; null for that of the type. */
            base_url: string | null;
            /** @description The models that workflows may name; the first one is its default. Without any, all names are passed on, and the default is that of its type, if that has one. */
            models: string[];
            /** @description Further names of models. */
            aliases: {
                [key: string]: string;
            };
            /** @description Whether steps without a `model` ask this provider. Of an organisation one does at most. */
            default: boolean;
            /** @description Whether a key of its API is stored. */
            has_key: boolean;
        };
        AiProviderRequest: {
            /**
             * @description Which API it speaks. For whatever is not named here: `openai_compatible`.
             * @enum {string}
             */
            type: "openai" | "anthropic" | "azure" | "mistral" | "ollama" | "openai_compatible";
            /**
             * Format: uri
             * @description Where its API is; by default that of the type. Required for `azure` and `openai_compatible`.
             */
            base_url?: string;
            /**
             * @description The models that workflows may name; the first one is its default. Without any, all names are passed on, and the default is that of its type, if that has one.
             * @default []
             */
            models: string[];
            /**
             * @description Further names of models: `{"gpt-4": "gpt-5.4"}`.
             * @default {}
             */
            aliases: {
                [key: string]: string;
            };
            /**
             * @description Steps without a `model` ask this provider, and no other of the organisation any more.
             * @default false
             */
            default: boolean;
            /** @description The key of its API, required for the types `openai`, `anthropic`, `azure` and `mistral`. Never returned. Without it, the one that there is stays, as long as type and address stay the same; null takes it away. */
            api_key?: string | null;
            /** @description For people. Without it, the one that there is stays. */
            description?: string;
        };
        AiProviderList: {
            providers: components["schemas"]["AiProvider"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        AiProviderTestRequest: {
            /** @description The model that is asked; by default that of the provider. Required for one that lists none and whose type has no default. */
            model?: string;
        };
        AiProviderTest: {
            /** @description The model that was asked, by the name it has there. */
            model: string;
            /** @description The start of what it said. */
            answer: string;
            /** @description Tokens of what was sent; null when the provider does not say. */
            input_tokens: number | null;
            /** @description Tokens of what came back; null when the provider does not say. */
            output_tokens: number | null;
        };
        AiModel: {
            /** @description What a workflow writes in `model`. `own/*` for a provider `own` that lists no models: any name behind the slash, and without `own/` where no other provider lists that name. */
            name: string;
            /** @description Further names that lead to it. */
            aliases: string[];
            /** @description Its name at the provider; null where the workflow names any of them. */
            model: string | null;
            /** @description The name of the provider. */
            provider: string;
            /**
             * @description Which API it speaks. For whatever is not named here: `openai_compatible`.
             * @enum {string}
             */
            type: "openai" | "anthropic" | "azure" | "mistral" | "ollama" | "openai_compatible";
            /**
             * @description Whose provider it is.
             * @enum {string}
             */
            owner: "organisation" | "installation";
            /** @description Whether it is the one that steps without a `model` ask. */
            default: boolean;
            /** @description Null where nobody knows it. Models of the organisation itself are not charged. */
            price?: {
                /** @description US dollars for a million tokens that are sent: credits for one. */
                input: number;
                /** @description The same for what comes back. */
                output: number;
                /**
                 * @description `list`: the list price. `provider`: what the operator has set. `default`: of a model of the installation whose price nobody has set.
                 * @enum {string}
                 */
                source: "list" | "provider" | "default";
            } | null;
        };
        AiModelList: {
            models: components["schemas"]["AiModel"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        JsonSchema: unknown;
        StepType: {
            type: string;
            title: string;
            description: string;
            /** @description Whether this installation acts on it; otherwise it is checked and stored. */
            available: boolean;
            /** @description The JSON Schema of its config, draft 2020-12. */
            config: unknown;
            /** @description A config that has every field that may be with the others. */
            example: unknown;
            /** @description The JSON Schema of `{{id.output}}`. */
            output: unknown;
            /** @description The member of the output that `{{id.data}}` is; null when that is the whole output. */
            data: string | null;
            retried_by_default: boolean;
            /** @description Its nested steps read `item`, `index` and `loop`. */
            iterates: boolean;
            /** @description Nothing runs after it. */
            ends_execution: boolean;
        };
        StepTypes: {
            step_types: components["schemas"]["StepType"][];
        };
        TriggerType: {
            type: string;
            title: string;
            description: string;
            /** @description Whether this installation acts on it; otherwise it is checked and stored. */
            available: boolean;
            /** @description The JSON Schema of its config, draft 2020-12. */
            config: unknown;
            /** @description A config that has every field that may be with the others. */
            example: unknown;
        };
        TriggerTypes: {
            trigger_types: components["schemas"]["TriggerType"][];
        };
        ExpressionHelperParameter: {
            name: string;
            type: string;
            optional: boolean;
        };
        ExpressionHelperExample: {
            expression: string;
            /** @description The result, as JSON text. */
            result: string;
        };
        ExpressionHelper: {
            name: string;
            group: string;
            /** @description As in `padStart(text, length, fill?)`. */
            signature: string;
            description: string;
            parameters: components["schemas"]["ExpressionHelperParameter"][];
            returns: string;
            /** @description Whether `value.name(…)` is the same as `name(value, …)`. */
            method: boolean;
            examples: components["schemas"]["ExpressionHelperExample"][];
        };
        ExpressionHelpers: {
            helpers: components["schemas"]["ExpressionHelper"][];
        };
        OpenApiDocument: unknown;
        EventSubscriptionRequest: {
            /**
             * Format: uri
             * @description Events are sent there, by POST.
             */
            url: string;
            /** @description The types of the events that are sent. */
            events: ("execution.completed" | "execution.failed" | "execution.cancelled" | "execution.started" | "execution.waiting" | "approval.requested" | "approval.decided" | "approval.reminded" | "workflow.published" | "workflow.paused" | "workflow.deleted" | "schedule.missed" | "schedule.skipped" | "schedule.refused" | "mailbox.unhealthy" | "mailbox.recovered" | "mailbox.message_refused" | "webhook.refused" | "subscription.disabled" | "credits.low" | "credits.exhausted")[];
            /** @description Only events of this workflow; null: of all of them. */
            workflow_id?: string | null;
            description?: string | null;
            /** @description Deliveries are signed with it, as Standard Webhooks says. One is made when none is given. */
            secret?: string;
        };
        EventSubscriptionPatch: {
            /**
             * Format: uri
             * @description Events are sent there, by POST.
             */
            url?: string;
            /** @description The types of the events that are sent. */
            events?: ("execution.completed" | "execution.failed" | "execution.cancelled" | "execution.started" | "execution.waiting" | "approval.requested" | "approval.decided" | "approval.reminded" | "workflow.published" | "workflow.paused" | "workflow.deleted" | "schedule.missed" | "schedule.skipped" | "schedule.refused" | "mailbox.unhealthy" | "mailbox.recovered" | "mailbox.message_refused" | "webhook.refused" | "subscription.disabled" | "credits.low" | "credits.exhausted")[];
            /** @description Only events of this workflow; null: of all of them. */
            workflow_id?: string | null;
            description?: string | null;
            /**
             * @description Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its deliveries and can be sent again once it is `active`; what happens while you have is not.
             * @enum {string}
             */
            status?: "active" | "disabled";
        };
        EventSubscription: {
            id: string;
            url: string;
            events: string[];
            /** @description Only events of this workflow; null: of all of them. */
            workflow_id: string | null;
            description: string | null;
            /**
             * @description Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its deliveries and can be sent again once it is `active`; what happens while you have is not.
             * @enum {string}
             */
            status: "active" | "disabled";
            /** @description Why the platform disabled it; null when it has not. */
            disabled_reason: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
        };
        EventSubscriptionWithSecret: {
            id: string;
            url: string;
            events: string[];
            /** @description Only events of this workflow; null: of all of them. */
            workflow_id: string | null;
            description: string | null;
            /**
             * @description Of a `disabled` one nothing is sent. What happens while the platform has disabled it is recorded among its deliveries and can be sent again once it is `active`; what happens while you have is not.
             * @enum {string}
             */
            status: "active" | "disabled";
            /** @description Why the platform disabled it; null when it has not. */
            disabled_reason: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /** @description Shown this once. */
            secret: string;
        };
        EventSubscriptionList: {
            subscriptions: components["schemas"]["EventSubscription"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        EventDeliveryAttempt: {
            at: string;
            /**
             * @description The address that was called; null for attempts before the latest 3, and where the attempt was made by a release that did not record it.
             * @default null
             */
            url: string | null;
            /**
             * @description The headers that were sent, the signatures among them, without those of the connection; null where nothing could be sent, for attempts before the latest 3, and where the attempt was made by a release that did not record them.
             * @default null
             */
            request_headers: {
                [key: string]: string;
            } | null;
            duration_ms: number;
            /** @description Of the response; null when there was none. */
            status_code: number | null;
            /** @description Why it does not count as delivered; null when it does. */
            error: string | null;
            /**
             * @description The first headers of the response, `retry-after`, `location` and `content-type` before all others; values of credentials are masked. Null when there was no response, for attempts before the latest 3, and where the attempt was made by a release that did not record them.
             * @default null
             */
            response_headers: {
                [key: string]: string;
            } | null;
            /** @description The beginning of the body of the response; empty for attempts before the latest 3. */
            response: string;
        };
        EventDelivery: {
            id: string;
            subscription_id: string;
            /** @description The `webhook-id` of every attempt. */
            event_id: string;
            event_type: string;
            /**
             * @description `pending`: it is sent again at `next_attempt_at`. `failed`: it is not sent again by itself.
             * @enum {string}
             */
            status: "pending" | "delivered" | "failed";
            attempts: number;
            created_at: string;
            next_attempt_at: string | null;
            /** @description What is sent: the event as JSON text. */
            request_body: string;
            /** @description The latest 20 attempts, oldest first; of the latest 3 with what was sent and came back. */
            attempt_log: components["schemas"]["EventDeliveryAttempt"][];
            /**
             * @description Why it was not attempted (again): the subscription was disabled, or too many of its deliveries wait. Null in all other cases.
             * @default null
             */
            reason: string | null;
        };
        EventDeliveryList: {
            deliveries: components["schemas"]["EventDelivery"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        EventRedeliveryRequest: {
            /**
             * Format: date-time
             * @description From when on: the time of the event.
             */
            since: string;
            /**
             * @description `failed` (the default): what has failed for good. `all`: what was delivered too, as far as deliveries are kept: for 30 days, and the newest 10000 of a subscription. What is pending is on its way already.
             * @enum {string}
             */
            status?: "failed" | "all";
            /** @description The `next_cursor` of the call before: this one goes on behind what that one has begun. */
            starting_after?: string;
        };
        EventRedelivery: {
            redelivered: number;
            /** @description There are more since then: call again, with the same body and `next_cursor` as `starting_after`. */
            has_more: boolean;
            /**
             * @description Where the next call goes on, exactly; null when nothing is left.
             * @default null
             */
            next_cursor: string | null;
            /**
             * @description The time of the first event that is left, always later than `since`, for who goes on by time: of the same millisecond some are sent once more. Null when nothing is left, and when more events of the millisecond `since` are left, behind which only `next_cursor` leads.
             * @default null
             */
            next_since: string | null;
        };
        EventSubscriptionTest: {
            delivery_id: string;
        };
        LiveEvent: {
            /** @description As in the journal: goes into `Last-Event-ID` to go on behind it. A `text`, which is not in the journal, has that of the event before. */
            id: string;
            /** @description `started`, `step_started`, `step_completed`, `step_failed`, `step_skipped`, `step_waiting`, `suspended`, `woken`, `resumed`, …; `text` for what a model writes, as it comes; `completed`, `failed`, `cancelled` or `incomplete` is the last one. */
            type: string;
            at: string;
            /** @description Of the step run: `step`, or `loop[3].step` in an iteration. */
            path?: string;
            step_id?: string;
            step_type?: string;
            attempt?: number;
            started_at?: string;
            /** @description From `started_at` to `at`, of a step run that has its result. */
            duration_ms?: number;
            /** @description The beginning of its message; the step run has the rest. */
            error?: {
                /** @description Of the error catalogue. */
                code: string;
                message: string;
            };
            /** @description When the next attempt begins. */
            retry_at?: string;
            waits_for?: string;
            until?: string;
            child_execution_id?: string;
            /** @description Only of `text`: what has come, without secrets. */
            text?: string;
            /** @description Only of `text`: how many UTF-16 code units came of this call before. 0 begins anew: what came of the step run is void. */
            offset?: number;
            /** @description Only of `text`: the call of a model, from 1 in each attempt. */
            call?: number;
        } & {
            [key: string]: unknown;
        };
        OrganisationEvent: {
            /** @description The `webhook-id` of deliveries of the same event. */
            id: string;
            type: string;
            timestamp: string;
            /** @description Ids and facts, by the type. */
            data: {
                [key: string]: unknown;
            };
        };
        /** @description Lines `event`, `id` and `data`, which is the JSON of a `LiveEvent`. Comments are signs of life. */
        LiveEventStream: string;
        /** @description Lines `event`, `id` and `data`, which is the JSON of a `OrganisationEvent`. Comments are signs of life. */
        OrganisationEventStream: string;
        DkimKey: {
            /** @description The domain that signs; receivers require it to be that of `from`. */
            domain: string;
            /** @description The public key is in the DNS at `SELECTOR._domainkey.DOMAIN`. */
            selector: string;
        };
        DkimKeyRequest: {
            /** @description The domain that signs; receivers require it to be that of `from`. */
            domain: string;
            /** @description The public key is in the DNS at `SELECTOR._domainkey.DOMAIN`. */
            selector: string;
            /** @description An RSA key as PEM. Never returned. Without it, the one that there is stays, as long as domain and selector stay the same. */
            private_key?: string;
        };
        MailSender: {
            id: string;
            name: string;
            description: string | null;
            /** @description One more with each change; also in the `ETag`. */
            version: number;
            created_at: string;
            updated_at: string;
            /** @description The mail server. */
            host: string;
            port: number;
            /**
             * @description `starttls`: before the login, or nothing is sent (port 587). `implicit`: from the first byte (port 465). `none`: never, for a server that asks for no login.
             * @enum {string}
             */
            tls: "starttls" | "implicit" | "none";
            /** @description Null where the server asks for no login. */
            user: string | null;
            /** @description The address that it sends from, with a name if wanted: `Support <support@example.com>`. */
            from: string;
            /** @description E-mails in a minute, further ones wait; 0 for no limit. */
            rate_per_minute: number;
            /** @description By which key its e-mails are signed (DKIM); null without one. */
            dkim?: components["schemas"]["DkimKey"] | null;
        };
        MailSenderRequest: {
            /** @description The mail server. */
            host: string;
            /** @default 587 */
            port: number;
            /**
             * @description `starttls`: before the login, or nothing is sent (port 587). `implicit`: from the first byte (port 465). `none`: never, for a server that asks for no login.
             * @default starttls
             * @enum {string}
             */
            tls: "starttls" | "implicit" | "none";
            user?: string;
            /** @description Never returned. Without it, the one that there is stays, as long as server, encryption and user stay the same. */
            password?: string;
            /** @description The address that it sends from, with a name if wanted: `Support <support@example.com>`. */
            from: string;
            /** @default 60 */
            rate_per_minute: number;
            /** @description Signs e-mails, so that receivers trust them (DKIM). */
            dkim?: components["schemas"]["DkimKeyRequest"];
            /** @description For people. Without it, the one that there is stays. */
            description?: string;
        };
        MailSenderList: {
            senders: components["schemas"]["MailSender"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        MailSenderTestRequest: {
            /** @description One address. */
            to: string;
        };
        MailSenderTest: {
            message_id: string;
            accepted: string[];
            rejected: string[];
        };
        Schedule: {
            id: string;
            workflow_id: string;
            /** @description Its place among the schedule triggers of the workflow, from 0. */
            index: number;
            cron: string | null;
            interval: string | number | null;
            timezone: string;
            /**
             * @description `paused`: this schedule is paused. `inactive`: its workflow is paused or a draft. `ended`: no time is left.
             * @enum {string}
             */
            status: "active" | "paused" | "inactive" | "ended";
            next_run_at: string | null;
            last_run: {
                scheduled_at: string;
                execution_id: string;
                /** @enum {string} */
                outcome: "starting" | "started" | "refused";
            } | null;
            /** @description Since the schedule was made. */
            counts: {
                started: number;
                missed: number;
                skipped: number;
                refused: number;
                /** @description Executions that were cancelled for the next one. */
                cancelled?: number;
            };
            /** @description Nominal times that wait for the end of the execution before, oldest first. */
            buffered?: string[];
            /** @description The last nominal times without an execution, newest first; at most 10 entries. */
            notes: {
                /**
                 * @description `missed`: no scheduler ran in time. `skipped`: the execution before was still going on, and there was no room to wait, or the schedule was changed while it waited. `refused`: the start was refused, `code` says why.
                 * @enum {string}
                 */
                outcome: "missed" | "skipped" | "refused";
                first_at: string;
                last_at: string;
                count: number;
                /** @description Whether there were more than were counted. */
                more: boolean;
                /** @description The code of the error that refused it. */
                code: string | null;
            }[];
        };
        ScheduleList: {
            schedules: components["schemas"]["Schedule"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        SchedulePause: {
            id: string;
            workflow_id: string;
            index: number;
            paused: boolean;
        };
        SchedulePreviewRequest: {
            cron?: string;
            interval?: string | number;
            /** @description An IANA name (default UTC). */
            timezone?: string;
            start_at?: string;
            end_at?: string;
            jitter?: string | number;
            catch_up?: string;
            catch_up_window?: string | number;
            overlap?: string;
            input?: unknown;
            /** @description How many times (default 5). */
            count?: number;
            /**
             * Format: date-time
             * @description The times after this one (default: now).
             */
            from?: string;
        };
        SchedulePreview: {
            timezone: string;
            /**
             * @description The cron expression or the interval in words, in English; null where there are none for it.
             * @default null
             */
            description: string | null;
            /**
             * @description What saving such a schedule would warn of, e.g. why it has no times.
             * @default []
             */
            warnings: components["schemas"]["WorkflowProblem"][];
            runs: {
                at: string;
                /** @description The same moment as clocks in the time zone show it. */
                local: string;
                /** @description `dst_shifted`: clocks skip the time asked for, and this is the first moment after it. `dst_repeated`: they show it twice. A schedule that starts both times has both as runs, each with this note; any other has the first one only. */
                note: ("dst_shifted" | "dst_repeated") | null;
            }[];
        };
        Webhook: {
            id: string;
            workflow_id: string;
            /** @description Its place among the webhook triggers of the workflow, from 0. */
            index: number;
            /** @description Whoever knows it may call it, unless the trigger asks for more. */
            url: string;
            method: string;
            /** @description The scheme of the signature that a call must have, or null. */
            signature: string | null;
            /** @description Addresses that it had, and that are still valid. Newest first. */
            former: {
                id: string;
                url: string;
                valid_until: string;
            }[];
        };
        WebhookList: {
            webhooks: components["schemas"]["Webhook"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @default {} */
        WebhookRotationRequest: {
            /** @description For how long calls to the former address are taken (default 86,400: a day). */
            grace_seconds?: number;
        };
        /** @default {} */
        WebhookSecretRotationRequest: {
            /** @description Where the sender makes the secret, as Stripe, Slack and Shopify do. Without it one is made. */
            secret?: string;
            /** @description For how long calls by the former secret are taken (default 86,400: a day). */
            grace_seconds?: number;
        };
        WebhookSecret: {
            webhook_id: string;
            workflow_id: string;
            secret: string;
            /** @description The secret of the organisation that has this value now. */
            secret_name: string;
            /** @description Until when calls by the former secret are taken; null when there is none. */
            former_valid_until: string | null;
        };
        WebhookCall: {
            id: string;
            at: string;
            method: string;
            /**
             * @description `duplicate`: the delivery had been accepted before. `refused`: `code` and `message` say why. `challenge`: the sender has verified the address, and nothing was started.
             * @enum {string}
             */
            verdict: "accepted" | "duplicate" | "refused" | "challenge";
            /** @description The HTTP status of the response. */
            status: number;
            /** @description The code of the error; null when it was taken. */
            code: string | null;
            message: string | null;
            /** @description What it started, or the first of its repetitions did. */
            execution_id: string | null;
            request_id: string | null;
            /**
             * @description Whether it was sent by a test of the address.
             * @default false
             */
            sample: boolean;
        };
        WebhookCallList: {
            calls: components["schemas"]["WebhookCall"][];
            next_cursor: string | null;
            has_more: boolean;
        };
        /** @default {} */
        WebhookTestRequest: {
            /** @description The body of the sample, sent as JSON. By default `{"test": true}`, and none where there is a `query`: that is the input of a call without a body then. */
            body?: unknown;
            /** @description Further headers, such as `{"X-GitHub-Event": "push"}`. Those that the test makes itself cannot be given: the content type, what the trigger requires, the signature and what belongs to it, and those of a connection. */
            headers?: {
                [key: string]: string;
            };
            /** @description Parameters of the query; a list for one that comes more than once. */
            query?: {
                [key: string]: string | string[];
            };
        };
        ShownWebhookCall: {
            at: string;
            method: string;
            /**
             * @description `duplicate`: the delivery had been accepted before. `refused`: `code` and `message` say why. `challenge`: the sender has verified the address, and nothing was started.
             * @enum {string}
             */
            verdict: "accepted" | "duplicate" | "refused" | "challenge";
            /** @description The HTTP status of the response. */
            status: number;
            /** @description The code of the error; null when it was taken. */
            code: string | null;
            message: string | null;
            /** @description What it started, or the first of its repetitions did. */
            execution_id: string | null;
            request_id: string | null;
            /** @description Names in lower case. Values of credentials are `••••`. */
            headers: {
                [key: string]: string;
            };
            query: {
                [key: string]: string | string[];
            };
            /** @description As it came; null when the call was refused before it was read. */
            body: {
                /** @description Of all of it, decompressed. */
                bytes: number;
                /** @description It, or its beginning; null when it is not UTF-8. */
                text: string | null;
                /** @description The same bytes when they are not UTF-8. */
                base64: string | null;
                /** @description Whether there is more: 32768 bytes are shown. */
                truncated: boolean;
            } | null;
            /** @description What the workflow gets as its input; null when it gets none, or it is too large to be shown. */
            input: unknown;
            /** @description Why there is no input. */
            input_problem: string | null;
            checks: {
                /** @description Whether it has what the trigger requires, which `message` says more about; null when nothing could be checked. */
                passed: boolean | null;
                /** @description Names of the headers that the trigger requires. */
                headers: string[];
                /** @description The scheme of the signature that it requires, or null. */
                signature: string | null;
            };
        };
        WebhookListeningEvent: {
            /** @description `listening`: calls are shown from now on. `call`. `missed`: there were more calls than could be shown. `ended`: the last one. */
            type: string;
            at: string;
            /** @description Of `listening`: when it ends. */
            until?: string;
            call?: components["schemas"]["ShownWebhookCall"];
            /** @description Of `missed`: how many at least. */
            count?: number;
            /** @description Of `ended`: `time` or `calls`, of which there were enough. */
            reason?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description Lines `event`, `id` and `data`, which is the JSON of a `WebhookListeningEvent`. Comments are signs of life. */
        WebhookListeningStream: string;
        WebhookBody: unknown;
        Refusal: {
            error: {
                code: string;
                message: string;
                details: {
                    [key: string]: unknown;
                };
                request_id: string | null;
            };
        };
        step: {
            /** @description Name of the step in expressions, targets and logs; unique in the workflow. */
            id: string;
            /** @description What the step does. */
            type: "ai_completion" | "http" | "condition" | "loop" | "email" | "transform" | "switch" | "parallel" | "wait" | "sub_workflow" | "approval" | "code" | "respond" | "stop";
            /** @description A name for people. */
            name?: string;
            /** @description A note for people. */
            description?: string;
            /** @description The settings of the step; what they are depends on its type. */
            config?: {
                [key: string]: unknown;
            };
            /** @description Id of the later step to go on with, or null to end here. By default the next step in the list. */
            next?: string | null;
            /** @description The step is skipped unless this is true. */
            if?: string;
            /**
             * @description Longest time for one attempt. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
             * @example 30s
             * @example 5m
             * @example 90
             */
            timeout?: number | string;
            /** @description How often and when the step is tried again after a failure. */
            retry?: {
                /** @description Attempts in all, the first one included (default 3). */
                max_attempts?: number;
                /**
                 * @description How the delay grows from one attempt to the next (default exponential).
                 * @enum {string}
                 */
                backoff?: "constant" | "linear" | "exponential";
                /**
                 * @description Delay before the second attempt (default 1 s). A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                initial_delay?: number | string;
                /**
                 * @description No delay is longer (default 30 s). A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                max_delay?: number | string;
                /** @description Spreads the delays at random, so that many executions do not retry at once (default true). */
                jitter?: boolean;
                /** @description Try again only when this holds, e.g. "error.status == 429". It can read error.code, error.message and error.status. By default only retryable errors are tried again. */
                retry_if?: string;
                /**
                 * @description No attempt starts later than this after the first one. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
                 * @example 30s
                 * @example 5m
                 * @example 90
                 */
                max_elapsed?: number | string;
            };
            /** @description After the last failed attempt: "fail" ends the execution (default), "continue" goes on with the error in {{id.error}}, {"goto": "id"} goes on at that later step. */
            on_error?: ("fail" | "continue") | {
                /** @description Id of a later step in the same list. */
                goto: string;
            };
            /** @description Says that the output holds secrets: it is then kept out of history, logs and events (default false). */
            secrets_in_output?: boolean;
        } & (unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown & unknown);
        trigger: {
            /** @description What starts executions. */
            type: "webhook" | "schedule" | "email";
            /** @description The settings of the trigger; what they are depends on its type. */
            config?: {
                [key: string]: unknown;
            };
        } & (unknown & unknown & unknown);
        /**
         * AI completion
         * @description Asks a language model. Output: an object or array when the model returns JSON, else text.
         */
        "step-ai_completion": {
            /** @description The model, e.g. "gpt-4". By default that of the default provider. */
            model?: string;
            /** @description What to ask. */
            prompt?: string;
            /** @description A conversation instead of a prompt: [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}, …]. */
            messages?: {
                /**
                 * @description Who says it.
                 * @enum {string}
                 */
                role: "user" | "assistant";
                /** @description What is said. */
                content: string;
            }[] | string;
            /** @description Instructions that come before the prompt. */
            system?: string;
            /** @description Files that the model looks at with the prompt: images (PNG, JPEG, GIF, WebP) and PDF. "{{download.output.body}}", or an array of these. A {{ }} gives a file, or an array of them. */
            attachments?: string | string[];
            /** @description Randomness of the answer, 0 to 2. */
            temperature?: number;
            /**
             * @description Longest answer, in tokens (default 4096).
             * @default 4096
             */
            max_tokens: number;
            /** @description A JSON Schema for the answer: the output is then JSON of that shape, or the step fails. */
            response_schema?: {
                [key: string]: unknown;
            };
            /** @description Models that are asked instead, in this order, while the one before cannot be reached, gets too many requests, does not accept its key, has no quota, costs more credits than are left or does not exist. */
            fallbacks?: string[];
            /** @description Workflows that the model may run, with an input that it chooses, before it responds. */
            tools?: {
                /** @description The id of a workflow that has settings.tool, e.g. "wf_123456". */
                workflow_id: string;
                /** @description What the model knows it as; by default the name in its settings.tool. */
                name?: string;
                /** @description What the model reads about it; by default as in its settings.tool. */
                description?: string;
            }[];
            /**
             * @description How many times the model may ask for tools (default 5).
             * @default 5
             */
            max_tool_rounds: number;
        };
        /**
         * HTTP request
         * @description Calls an HTTP service. Output: {status, headers, body}; {{id.data}} is the body.
         */
        "step-http": {
            /**
             * @description The HTTP method (default GET).
             * @default GET
             * @enum {string}
             */
            method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
            /** @description The address, e.g. "https://api.example.com/orders/{{input.id}}". */
            url: string;
            /** @description Request headers, e.g. {"Authorization": "Bearer {{secrets.api_key}}"}. */
            headers?: {
                [key: string]: string | number | boolean;
            };
            /** @description Query parameters, added to those in the address; an array repeats its parameter, null leaves it out. */
            query?: {
                [key: string]: (string | number | boolean) | null | (string | number | boolean)[];
            } | string;
            /** @description The request body: text is sent as it is, anything else as JSON. */
            body?: unknown;
            /** @description The request body as fields of a form (application/x-www-form-urlencoded). */
            form?: {
                [key: string]: string | number | boolean;
            };
            /** @description The request body as multipart/form-data: parts with a "name" and a "value", or a "file". */
            multipart?: {
                /** @description The name of the part. */
                name: string;
                /** @description Text is sent as it is, anything else as JSON. */
                value?: unknown;
                /** @description A file, e.g. "{{download.output.body}}". */
                file?: unknown;
                /** @description A file name, by default that of the file. */
                filename?: string;
                /** @description A media type, by default that of the file. */
                content_type?: string;
            }[];
            /** @description The request body: the content of a file, e.g. "{{download.output.body}}". */
            file?: string;
            /** @description How the request says who it comes from, e.g. {"type": "bearer", "token": "{{secrets.api_key}}"}: basic, bearer, api_key, oauth2_client_credentials, hmac or aws_sigv4. */
            auth?: {
                /**
                 * @description A user name and a password.
                 * @constant
                 */
                type: "basic";
                /** @description The user name. */
                username: string;
                /** @description The password; it may be empty. */
                password: string;
            } | {
                /**
                 * @description A token in the header Authorization.
                 * @constant
                 */
                type: "bearer";
                /** @description The token, e.g. "{{secrets.api_key}}". */
                token: string;
            } | {
                /**
                 * @description A key in a header or in the query.
                 * @constant
                 */
                type: "api_key";
                /** @description The name of the header or parameter. */
                name: string;
                /** @description The key, e.g. "{{secrets.api_key}}". */
                value: string;
                /**
                 * @description Where the key is (default header).
                 * @default header
                 * @enum {string}
                 */
                in: "header" | "query";
            } | {
                /**
                 * @description An access token that is got by client credentials.
                 * @constant
                 */
                type: "oauth2_client_credentials";
                /** @description Where tokens are got. */
                token_url: string;
                /** @description The id of the client. */
                client_id: string;
                /** @description The secret of the client, e.g. "{{secrets.client_secret}}". */
                client_secret: string;
                /** @description What the token is to be good for; several scopes with spaces between them. */
                scope?: string;
                /** @description What else the server of tokens needs, e.g. {"audience": "https://api.example.com"}; the values are texts, numbers or booleans. */
                parameters?: {
                    [key: string]: string | number | boolean;
                };
                /**
                 * @description Whether the id and the secret are sent in the header or in the form (default basic).
                 * @enum {string}
                 */
                client_authentication?: "basic" | "form";
            } | {
                /**
                 * @description An HMAC of the request body, in hex.
                 * @constant
                 */
                type: "hmac";
                /** @description The secret that both sides share, e.g. "{{secrets.signing_key}}". */
                secret: string;
                /**
                 * @description The header with the signature (default X-Signature).
                 * @default X-Signature
                 */
                header: string;
                /**
                 * @description The hash function (default sha256).
                 * @default sha256
                 * @enum {string}
                 */
                algorithm: "sha256" | "sha384" | "sha512" | "sha1";
            } | {
                /**
                 * @description Signature Version 4 of AWS.
                 * @constant
                 */
                type: "aws_sigv4";
                /** @description The id of the access key. */
                access_key_id: string;
                /** @description The secret access key, e.g. "{{secrets.aws_key}}". */
                secret_access_key: string;
                /** @description The token of a temporary access key. */
                session_token?: string;
                /** @description The region, e.g. "eu-central-1". */
                region: string;
                /** @description The service, e.g. "s3". */
                service: string;
            };
            /** @description Reads all pages of a list: the body is then the items of all of them. */
            pagination?: {
                /**
                 * @description "link": the next address is in the header Link, or under "next" in the response; "cursor": what is under "next" becomes a query parameter; "page": that parameter counts up until a page has no items.
                 * @enum {string}
                 */
                type: "link" | "cursor" | "page";
                /** @description The query parameter for the cursor (default "cursor") or the page (default "page"). */
                parameter?: string;
                /** @description Where in the response the next address or cursor is: "meta.next_cursor". */
                next?: string;
                /** @description Where in the response the items are, e.g. "data"; by default the response is the array. */
                items?: string;
                /**
                 * @description How many pages are read at most (default 10).
                 * @default 10
                 */
                max_pages: number;
            };
            /** @description Statuses that count as success, e.g. [200, 404] or ["2xx"]. By default every status below 400. */
            accept_status?: (number | string)[];
            /**
             * @description How to read the response body: "json" fails when it is not JSON, "file" keeps it as a file, "auto" goes by its content type (default).
             * @default auto
             * @enum {string}
             */
            response: "auto" | "json" | "text" | "file";
            /**
             * @description Follows redirects (default true).
             * @default true
             */
            follow_redirects: boolean;
            /** @description The step fails when the response body is larger. */
            max_response_bytes?: number;
        };
        /**
         * Condition
         * @description Goes one of two ways. Output: {result, branch}.
         */
        "step-condition": {
            /** @description What must hold, e.g. "{{score.output}} > 0.8". */
            condition: string;
            /** @description The later step, or steps in order, to run when the condition is true. Without any, it goes on with the next step. */
            true_branch?: string | string[] | null;
            /** @description The later step, or steps in order, to run when the condition is false. Without any, it goes on with the next step. */
            false_branch?: string | string[] | null;
        };
        /**
         * Loop
         * @description Runs its steps once per item. Output: an array with the last inner output of each item, in item order.
         */
        "step-loop": {
            /** @description The items: an array, or a template that gives one, e.g. "{{input.items}}". */
            items: unknown[] | string;
            /** @description The steps to run for each item; {{item}}, {{index}} and {{loop}} say which. */
            steps: components["schemas"]["step"][];
            /**
             * @description How many items are worked on at the same time (default 1).
             * @default 1
             */
            concurrency: number;
            /**
             * @description Goes on with the other items when one fails; its output is then null (default false).
             * @default false
             */
            continue_on_item_error: boolean;
            /**
             * @description The step fails when there are more items (default 10000).
             * @default 10000
             */
            max_iterations: number;
        };
        /**
         * Send e-mail
         * @description Sends an e-mail. Output: {message_id, accepted, rejected}.
         */
        "step-email": {
            /** @description The recipients. One address, several with commas between, or an array. A {{ }} gives one address, or an array of them. */
            to: string | string[];
            /** @description Recipients of a copy. One address, several with commas between, or an array. A {{ }} gives one address, or an array of them. */
            cc?: string | string[];
            /** @description Recipients of a copy whom the others do not see. One address, several with commas between, or an array. A {{ }} gives one address, or an array of them. */
            bcc?: string | string[];
            /** @description Name of the organisation's account that sends it. By default that of the installation. */
            sender?: string;
            /** @description The address in "From", with a name if wanted: "Support <support@example.com>". By default that of the sender. */
            from?: string;
            /** @description Where replies go. One address, several with commas between, or an array. A {{ }} gives one address, or an array of them. */
            reply_to?: string | string[];
            /** @description The message that it replies to, so that readers show both in one thread: "{{input}}" of an execution that a message has started. */
            reply_to_message?: string;
            /** @description The subject. */
            subject: string;
            /** @description The text. */
            body?: string;
            /** @description The text as HTML, beside the plain one; it is sent as it is. */
            html?: string;
            /** @description The text as Markdown: it is sent as safe HTML, and as it is where no "body" is given. Not beside "html". */
            markdown?: string;
            /** @description Files that are attached: "{{download.output.body}}", an array of these, or of {"file": …, "filename": "report.pdf"}. A {{ }} gives a file, or an array of them. */
            attachments?: string | (string | {
                /** @description The file, e.g. "{{download.output.body}}". */
                file: string;
                /** @description Its name in the e-mail, by default its own. */
                filename?: string;
                /** @description Its media type in the e-mail, by default its own. */
                content_type?: string;
            })[];
            /**
             * @description Sends it again when nobody knows whether it was sent, since the connection broke, the time was over or the executor was gone meanwhile, so that it may arrive twice (default false: the step fails).
             * @default false
             */
            repeat_when_unsure: boolean;
        };
        /**
         * Transform
         * @description Makes a value out of others. Output: "output" with its templates evaluated.
         */
        "step-transform": {
            /** @description Any JSON value; texts inside may hold {{ }}, and a text that is one {{ }} keeps the type of its value. */
            output: unknown;
        };
        /**
         * Switch
         * @description Takes the first case that fits, else the default. Output: {value, branch}.
         */
        "step-switch": {
            /** @description What the cases' "equals" are compared with. */
            value?: unknown;
            /** @description The cases, tried in order. */
            cases: {
                /** @description What must hold for this case. */
                when?: string;
                /** @description The case is taken when the switch's "value" equals this. */
                equals?: unknown;
                /** @description The later step, or steps in order, to run. */
                then?: string | string[] | null;
            }[];
            /** @description The later step, or steps in order, to run when no case fits. Without any, it goes on with the next step. */
            default?: string | string[] | null;
        };
        /**
         * Parallel
         * @description Runs several lists of steps at the same time and waits for all. Output: an object with the last output of each branch by name.
         */
        "step-parallel": {
            /** @description The lists of steps that run at the same time. */
            branches: {
                /** @description Key of the branch in the output: a letter, then letters, digits and "_". By default its position from 0. */
                name?: string;
                /** @description The steps of the branch. */
                steps: components["schemas"]["step"][];
            }[];
            /**
             * @description Whether all branches are waited for (default "all"), or the first one that ends well, which stops the others: then the step fails only when every branch has.
             * @default all
             * @enum {string}
             */
            mode: "all" | "first_success";
            /**
             * @description How many branches may fail, and give null, before the step fails (default 0).
             * @default 0
             */
            tolerated_failures: number;
            /**
             * @description When more branches fail than are tolerated: "fail" stops the others and fails the step (default), "continue" gives null for each.
             * @default fail
             * @enum {string}
             */
            on_error: "fail" | "continue";
        };
        /**
         * Wait
         * @description Waits for a time, until a moment or for a signal; a long wait survives restarts.
         */
        "step-wait": {
            /** @description How long to wait: a number of seconds, or text such as "30s", "5m", "2h", "1d". */
            duration?: (number | string) | string;
            /** @description The moment to wait for: ISO 8601 with a time zone, e.g. "2026-01-31T09:00:00+01:00". A past one does not wait. */
            until?: string;
            /** @description Name of the signal to wait for: `POST /v1/executions/{execution_id}/signals/{signal_name}` sends it. A letter, then up to 63 letters, digits, `_`, `-` and `.`. */
            signal?: string;
            /** @description How long to wait for the signal at most, e.g. "2h"; then the output has `timed_out: true`. Without it for as long as an execution can wait: 30 days after its start. */
            timeout?: (number | string) | string;
        };
        /**
         * Sub-workflow
         * @description Runs another workflow. Output: its output, or {execution_id} when it isn't waited for.
         */
        "step-sub_workflow": {
            /** @description The id of the workflow to run, e.g. "wf_123456". */
            workflow_id: string;
            /** @description The input of that execution; by default this execution's own. */
            input?: unknown;
            /**
             * @description Waits until it has ended and fails when it failed (default true).
             * @default true
             */
            wait: boolean;
        };
        /**
         * Approval
         * @description Asks people, and waits for their decision. Output: {approved, decisions, expired}.
         */
        "step-approval": {
            /** @description What is to be decided. */
            message: string;
            /** @description What the approvers need to see for it. */
            data?: unknown;
            /** @description Who may decide: one name or an array of them, e.g. addresses of e-mail, for whom links are made, or ids of API tokens. By default every token with the scope `executions:write`. */
            approvers?: string | string[];
            /**
             * @description How many of them have to approve (default 1). One rejection is enough.
             * @default 1
             */
            required: number;
            /** @description Sends each of the `approvers` that is an address an e-mail with a link of its own, and one with each reminder. Without it nobody gets one; `{}` sends by the account of the installation. */
            email?: {
                /** @description Name of the organisation's account that sends them. By default that of the installation. */
                sender?: string;
                /** @description Their subject. By default it is made of the message. */
                subject?: string;
            };
            /**
             * @description How long they have, e.g. "2h"; by default "3d". It ends at most 30 days after the start of the execution.
             * @default 3d
             */
            expires_in: (number | string) | string;
            /** @description After how long subscribers of `approval.reminded` are notified that it still waits, and then again, e.g. "8h". Without it nobody is. */
            remind_every?: (number | string) | string;
            /**
             * @description How often they are notified (default 3); needs `remind_every`.
             * @default 3
             */
            max_reminders: number;
            /**
             * @description Whether the execution goes on with `approved: false` when it is rejected, or the step fails (default "continue").
             * @default continue
             * @enum {string}
             */
            on_rejection: "continue" | "fail";
            /**
             * @description What holds when nobody has decided in time: a rejection, or the step fails (default "reject").
             * @default reject
             * @enum {string}
             */
            on_expiry: "reject" | "fail";
        };
        /**
         * Code
         * @description Runs JavaScript in a sandbox without network or files. Output: what the code returns.
         */
        "step-code": {
            /**
             * @description The language (only "javascript").
             * @default javascript
             * @enum {string}
             */
            language: "javascript";
            /** @description The body of a function of "input"; its return value is the output. {{ }} has no meaning here: pass values through "input". */
            source: string;
            /** @description The value the code sees as "input". */
            input?: unknown;
        };
        /**
         * Respond
         * @description Responds to a caller that waits for the execution; the execution goes on. Output: {status, headers, body}.
         */
        "step-respond": {
            /**
             * @description The HTTP status of the answer (default 200).
             * @default 200
             */
            status: number | string;
            /** @description The media type of the body; by default "text/plain; charset=utf-8" for a text and "application/json" for anything else. */
            content_type?: string;
            /** @description Further headers of the answer. Some are not sent: cookies, what concerns all of the server, and what the connection needs itself. */
            headers?: {
                [key: string]: string | number | boolean;
            };
            /** @description The body of the answer: text as it is, anything else as JSON. */
            body?: unknown;
        };
        /**
         * Stop
         * @description Ends the whole execution, also from inside a loop or parallel.
         */
        "step-stop": {
            /**
             * @description How the execution ends (default "completed").
             * @default completed
             * @enum {string}
             */
            status: "completed" | "failed";
            /** @description The execution's output; it takes precedence over the workflow's own "output". */
            output?: unknown;
            /** @description The error message of an execution that ends as "failed". */
            message?: string;
        };
        /**
         * Webhook
         * @description An HTTP call to the workflow's own address starts an execution; the request's body is its input, with its files as files of the execution.
         */
        "trigger-webhook": {
            /**
             * @description The HTTP method that is taken (default POST).
             * @default POST
             * @enum {string}
             */
            method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
            /** @description Headers that a call must carry, with exactly these values, e.g. {"X-API-Key": "{{secrets.webhook_key}}"}. */
            headers?: {
                [key: string]: string | number | boolean;
            };
            /** @description The signature that a call must have; without it, or with another one, the call is refused. */
            signature?: {
                /**
                 * @description Who signs how: "hmac_sha256" is the hex HMAC-SHA256 of the body in X-Webhook-Signature, "standard_webhooks" the specification of that name, the others as these services sign.
                 * @enum {string}
                 */
                scheme: "hmac_sha256" | "standard_webhooks" | "github" | "stripe" | "slack" | "shopify" | "gitlab";
                /** @description The secret that sender and workflow share, e.g. "{{secrets.signing_key}}". */
                secret: string;
                /** @description A second secret that is taken too, while the sender changes to the new one. */
                previous_secret?: string;
                /** @description The header that holds the signature, where it is not the usual one of the scheme. */
                header?: string;
            };
            /** @description What distinguishes one event from another, e.g. "{{input.id}}": of several calls with the same value within 24 hours one starts an execution. By default the id that the sender gives its delivery; null for none. */
            dedupe_key?: string | null;
            /**
             * @description What the caller gets: "accepted" is a 202 at once (default), "wait" what the workflow's respond step says, or, in a workflow without one, its output. When that does not come in time, or the execution ends without it, it is the 202 too.
             * @default accepted
             * @enum {string}
             */
            respond: "accepted" | "wait";
            /**
             * @description How long the caller waits with "respond": "wait" (default 30 s, at most 60 s). A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
             * @example 30s
             * @example 5m
             * @example 90
             */
            respond_timeout?: number | string;
            /** @description The address. The server returns it, and ignores it in requests. */
            readonly url?: string;
        };
        /**
         * Schedule
         * @description Starts executions by a cron expression or at an interval.
         */
        "trigger-schedule": {
            /**
             * @description Five fields (minute hour day month weekday), six with seconds in front, or @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @minutely, @secondly, @weekdays, @weekends.
             * @example 0 9 * * MON-FRI
             * @example @daily
             * @example *\/30 * * * * *
             */
            cron?: string;
            /**
             * @description Time from one start to the next, instead of "cron". A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
             * @example 30s
             * @example 5m
             * @example 90
             */
            interval?: number | string;
            /**
             * @description The time zone of the cron expression by its IANA name (default UTC).
             * @default UTC
             * @example Europe/Berlin
             * @example UTC
             */
            timezone: string;
            /**
             * Format: date-time
             * @description Nothing is started before; an interval is counted from here.
             * @example 2026-12-01T09:00:00Z
             */
            start_at?: string;
            /**
             * Format: date-time
             * @description Nothing is started after.
             * @example 2026-12-01T09:00:00Z
             */
            end_at?: string;
            /**
             * @description Each start is put off by a time of its own between nothing and this, at most an hour, so that not all schedules start at once. A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
             * @example 30s
             * @example 5m
             * @example 90
             */
            jitter?: number | string;
            /**
             * @description What to do about starts missed while the system was away: none, only the latest (default), or all.
             * @default latest
             * @enum {string}
             */
            catch_up: "none" | "latest" | "all";
            /**
             * @description Starts that were missed for longer than this are not caught up (default "1h", at most a day). A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".
             * @default 1h
             * @example 30s
             * @example 5m
             * @example 90
             */
            catch_up_window: number | string;
            /**
             * @description What to do at a nominal time while the execution before is still going on: start all the same (default "allow"), skip the time, start it afterwards ("buffer_one": one waits at most, "buffer_all": all of them, up to a limit), or cancel the execution before.
             * @default allow
             * @enum {string}
             */
            overlap: "allow" | "skip" | "buffer_one" | "buffer_all" | "cancel_running";
            /** @description The input of the executions it starts. */
            input?: unknown;
        };
        /**
         * E-mail
         * @description An e-mail to an address starts an execution; the message is its input.
         */
        "trigger-email": {
            /** @description The address that is watched, e.g. "workflow-trigger@company.com". */
            address: string;
            /** @description Only messages whose subject contains this, in any case of letters; with a `*` the whole subject must be like this, where `*` stands for any text. */
            subject_filter?: string;
            /** @description Only messages whose sender contains this, in any case of letters; `*` as in `subject_filter`. */
            from_filter?: string;
            /** @description Only messages with an attachment (true), or only those without (false). */
            has_attachment?: boolean;
            /**
             * @description Whether automatic messages start it too (default false), or which kinds of them: `auto_reply` (of absent people and machines), `bounce`, `complaint`, `list` (and newsletters), `receipt`.
             * @default false
             */
            accept_automatic: boolean | ("auto_reply" | "bounce" | "complaint" | "list" | "receipt")[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description `true` when the request was carried out before, under the same `Idempotency-Key`. Absent otherwise. */
        "Idempotency-Replayed": "true";
        /** @description The id of the request; yours, when you sent one. */
        "X-Request-Id": string;
        /** @description Calls that the organisation may make in the window. */
        "X-RateLimit-Limit": number;
        /** @description How many of them are left. */
        "X-RateLimit-Remaining": number;
        /** @description When the window ends, in seconds since the epoch. */
        "X-RateLimit-Reset": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listWorkflows: {
        parameters: {
            query?: {
                /** @description From 1. */
                page?: number;
                per_page?: number;
                status?: "active" | "paused" | "draft";
                /** @description Beginnings of words of the name or description, in any case and order; all must be there. */
                q?: string;
                /** @description A tag of the workflow, in any case. */
                tag?: string;
                /** @description A type of its triggers: `webhook`, `schedule`, … */
                trigger_type?: string;
                /** @description `true`: the deleted ones that can still be restored, instead of the live ones. */
                deleted?: "true" | "false";
                /** @description Times newest first, names from A to Z. By default `created_at`, and `deleted_at` for deleted ones. `last_run`: those that have never run come last. */
                sort?: "created_at" | "updated_at" | "name" | "last_run" | "deleted_at";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createWorkflow: {
        parameters: {
            query?: {
                /** @description Saves nothing, and says what saving would say, with status 200. */
                dry_run?: "true" | "false";
            };
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    validateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    replaceWorkflowFields: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    updateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    pauseWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    activateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    duplicateWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    restoreWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listWorkflowVersions: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getWorkflowVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The number of the version, from 1.
                 * @example 2
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    diffWorkflowVersions: {
        parameters: {
            query?: {
                /** @description The other version; by default the one before this. */
                against?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The number of the version, from 1.
                 * @example 2
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    restoreWorkflowVersion: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The number of the version, from 1.
                 * @example 2
                 */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getWorkflowDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    putWorkflowDraft: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteWorkflowDraft: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    publishWorkflowDraft: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the draft as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    evaluateExpression: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testStep: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    executeWorkflow: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end of the execution; needs the scope executions:read too. */
                wait?: number;
                /** @description What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step, which is then the response to the call. */
                answer?: "execution" | "response";
            };
            header?: {
                /** @description `wait=30`: as the parameter `wait`, which goes before it. Where that is not possible it is ignored. */
                Prefer?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecutionOfWorkflow: {
        parameters: {
            query?: {
                /** @description `none` leaves the step runs out; `steps_total` counts them. */
                steps?: "none";
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listExecutionsOfWorkflow: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
                /** @description One status or several: `failed,cancelled`. */
                status?: string;
                workflow_id?: string;
                /** @description Of the workflow; needs its id. */
                version?: number;
                /** @description `trigger.type`: `api`, `webhook`, … */
                trigger_type?: string;
                /** @description Only those that `sub_workflow` steps of this execution have started. */
                parent_execution_id?: string;
                /** @description `true`: only tests; `false`: none of them. */
                test?: "true" | "false";
                /** @description `error.code` of those that failed. */
                error_code?: string;
                /** @description The label that the execution was started with, upper and lower case alike. */
                label?: string;
                /** @description The beginning of an execution id (`exec_01m8…`) or of a label. */
                q?: string;
                /** @description Only those that have ended and took at least so many milliseconds. */
                min_ms?: number;
                /** @description Accepted then or later. */
                from?: string;
                /** @description Accepted before then. */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecution: {
        parameters: {
            query?: {
                /** @description `none` leaves the step runs out; `steps_total` counts them. */
                steps?: "none";
            };
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listExecutions: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
                /** @description One status or several: `failed,cancelled`. */
                status?: string;
                workflow_id?: string;
                /** @description Of the workflow; needs its id. */
                version?: number;
                /** @description `trigger.type`: `api`, `webhook`, … */
                trigger_type?: string;
                /** @description Only those that `sub_workflow` steps of this execution have started. */
                parent_execution_id?: string;
                /** @description `true`: only tests; `false`: none of them. */
                test?: "true" | "false";
                /** @description `error.code` of those that failed. */
                error_code?: string;
                /** @description The label that the execution was started with, upper and lower case alike. */
                label?: string;
                /** @description The beginning of an execution id (`exec_01m8…`) or of a label. */
                q?: string;
                /** @description Only those that have ended and took at least so many milliseconds. */
                min_ms?: number;
                /** @description Accepted then or later. */
                from?: string;
                /** @description Accepted before then. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    countExecutions: {
        parameters: {
            query?: {
                /** @description One status or several: `failed,cancelled`. */
                status?: string;
                workflow_id?: string;
                /** @description Of the workflow; needs its id. */
                version?: number;
                /** @description `trigger.type`: `api`, `webhook`, … */
                trigger_type?: string;
                /** @description Only those that `sub_workflow` steps of this execution have started. */
                parent_execution_id?: string;
                /** @description `true`: only tests; `false`: none of them. */
                test?: "true" | "false";
                /** @description `error.code` of those that failed. */
                error_code?: string;
                /** @description The label that the execution was started with, upper and lower case alike. */
                label?: string;
                /** @description The beginning of an execution id (`exec_01m8…`) or of a label. */
                q?: string;
                /** @description Only those that have ended and took at least so many milliseconds. */
                min_ms?: number;
                /** @description Accepted then or later. */
                from?: string;
                /** @description Accepted before then. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecutionInput: {
        parameters: {
            query?: never;
            header?: {
                /** @description A part of the value, in bytes. */
                Range?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecutionOutput: {
        parameters: {
            query?: never;
            header?: {
                /** @description A part of the value, in bytes. */
                Range?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getStepOutput: {
        parameters: {
            query?: never;
            header?: {
                /** @description A part of the value, in bytes. */
                Range?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
                /**
                 * @description The path of a step run, as in `steps[].path` of the execution.
                 * @example each[12].call
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    cancelExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    signalExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
                /**
                 * @description The name of the signal: a letter, then up to 63 letters, digits, `_`, `-` and `.`.
                 * @example payment_received
                 */
                signal_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    pauseExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    resumeExecution: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    retryExecution: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end of the execution; needs the scope executions:read too. */
                wait?: number;
                /** @description What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step, which is then the response to the call. */
                answer?: "execution" | "response";
            };
            header?: {
                /** @description `wait=30`: as the parameter `wait`, which goes before it. Where that is not possible it is ignored. */
                Prefer?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    replayExecution: {
        parameters: {
            query?: {
                /** @description Seconds to wait for the end of the execution; needs the scope executions:read too. */
                wait?: number;
                /** @description What is waited for: the `execution` when it has ended (default), or the `response` of its `respond` step, which is then the response to the call. */
                answer?: "execution" | "response";
            };
            header?: {
                /** @description `wait=30`: as the parameter `wait`, which goes before it. Where that is not possible it is ignored. */
                Prefer?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getReplayPlan: {
        parameters: {
            query?: {
                /** @description A step of the workflow itself, not one inside of a loop or parallel. */
                from_step?: string;
                /** @description A version of the workflow; `latest`, the active one, by default. */
                version?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    bulkExecutions: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listApprovals: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
                /** @description `expired`: nobody has decided in time. `cancelled`: the step has ended for another reason, most often because its execution was cancelled. */
                status?: "pending" | "approved" | "rejected" | "expired" | "cancelled";
                /** @description Only of this workflow. */
                workflow_id?: string;
                /** @description Only of this execution. */
                execution_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the approval.
                 * @example appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e
                 */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    decideApproval: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the approval.
                 * @example appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e
                 */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createApprovalLink: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the approval.
                 * @example appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e
                 */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listStepRuns: {
        parameters: {
            query?: {
                /** @description The path of a loop or parallel: only the step runs directly inside of it. */
                parent?: string;
                /** @description One status or several: `failed,running`. */
                status?: string;
                /** @description Of a loop that `parent` names: from this iteration on. */
                from_index?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getStepRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
                /**
                 * @description The path of a step run, as in `steps[].path` of the execution.
                 * @example each[12].call
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getLoopSummary: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
                /**
                 * @description The path of a step run, as in `steps[].path` of the execution.
                 * @example each[12].call
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecutionJournal: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
                limit?: number;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    streamExecutionEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `id` of the last event that has come: the stream goes on behind it. */
                "Last-Event-ID"?: string;
            };
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listFiles: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the execution.
                 * @example exec_01m887wqp5fkp3j7e18anavgww
                 */
                execution_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    downloadFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description A part of the file, in bytes. */
                Range?: string;
            };
            path: {
                /**
                 * @description The id of the file.
                 * @example file_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e
                 */
                file_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getWorkflowStats: {
        parameters: {
            query?: {
                /** @description The bucket that has this time is the first. By default 24 hours, or 30 days, before `to`. */
                from?: string;
                /** @description Up to the bucket that begins then or later. Now by default. */
                to?: string;
                /** @description Parts of the range, at most 744. Days are those of UTC. */
                bucket?: "hour" | "day";
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getExecutionStats: {
        parameters: {
            query?: {
                /** @description The bucket that has this time is the first. By default 24 hours, or 30 days, before `to`. */
                from?: string;
                /** @description Up to the bucket that begins then or later. Now by default. */
                to?: string;
                /** @description Parts of the range, at most 744. Days are those of UTC. */
                bucket?: "hour" | "day";
                /** @description `workflow`: also by workflow, for at most 168 buckets. */
                by?: "status" | "workflow";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listTriggers: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    receiveWebhookByGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    receiveWebhookByPut: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    receiveWebhookByPost: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    receiveWebhookByDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    receiveWebhookByPatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listWebhookCalls: {
        parameters: {
            query?: {
                verdict?: "accepted" | "duplicate" | "refused" | "challenge";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listenToWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listWebhooksOfWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    rotateWebhookUrl: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The id in the address of a webhook trigger: `trigger.config.url` of the workflow.
                 * @example wh_abcdefghijklmnopqrstuvwx
                 */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    previewSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listSchedules: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listSchedulesOfWorkflow: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    backfillSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The place of the schedule among the schedule triggers of the workflow, from 0.
                 * @example 0
                 */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    triggerSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The place of the schedule among the schedule triggers of the workflow, from 0.
                 * @example 0
                 */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    pauseSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The place of the schedule among the schedule triggers of the workflow, from 0.
                 * @example 0
                 */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    resumeSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the workflow.
                 * @example wf_01kaxh3v9m0000000000000001
                 */
                workflow_id: string;
                /**
                 * @description The place of the schedule among the schedule triggers of the workflow, from 0.
                 * @example 0
                 */
                index: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listJobs: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the job.
                 * @example job_01kaxh3v9m0000000000000001
                 */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the job.
                 * @example job_01kaxh3v9m0000000000000001
                 */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listMailboxes: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createMailbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getMailbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the mailbox.
                 * @example mbx_01kaxh3v9m0000000000000001
                 */
                mailbox_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteMailbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the mailbox.
                 * @example mbx_01kaxh3v9m0000000000000001
                 */
                mailbox_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    updateMailbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the mailbox.
                 * @example mbx_01kaxh3v9m0000000000000001
                 */
                mailbox_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testMailbox: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the mailbox.
                 * @example mbx_01kaxh3v9m0000000000000001
                 */
                mailbox_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listMailboxMessages: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the mailbox.
                 * @example mbx_01kaxh3v9m0000000000000001
                 */
                mailbox_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listEventSubscriptions: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createEventSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getEventSubscription: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteEventSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    updateEventSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    rotateEventSubscriptionSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testEventSubscription: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listEventDeliveries: {
        parameters: {
            query?: {
                status?: "pending" | "delivered" | "failed";
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    redeliverEvent: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
                /**
                 * @description The id of the delivery.
                 * @example dlv_01kaxh3v9m0000000000000001
                 */
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    redeliverEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the subscription.
                 * @example sub_01kaxh3v9m0000000000000001
                 */
                subscription_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Only events of these types: `execution.failed,schedule.missed`. */
                types?: string;
                /** @description Only events of this workflow. */
                workflow_id?: string;
            };
            header?: {
                /** @description The `id` of the last event that has come: the stream goes on behind it. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listSecrets: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    putSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the secret: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example crm_key
                 */
                secret_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the secret: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example crm_key
                 */
                secret_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listVariables: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    putVariable: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the variable: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support_address
                 */
                variable_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteVariable: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the variable: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support_address
                 */
                variable_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listMailSenders: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getMailSender: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of the mail sender: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support
                 */
                sender_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    putMailSender: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the mail sender: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support
                 */
                sender_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteMailSender: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the mail sender: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support
                 */
                sender_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testMailSender: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the mail sender: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example support
                 */
                sender_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listAiProviders: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getAiProvider: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of the provider of models: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example openai
                 */
                provider_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    putAiProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the provider of models: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example openai
                 */
                provider_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteAiProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the provider of models: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example openai
                 */
                provider_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    testAiProvider: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The name of the provider of models: a letter, then up to 63 letters, digits, `_` and `-`.
                 * @example openai
                 */
                provider_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listAiModels: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getCredits: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getCreditUsage: {
        parameters: {
            query?: {
                /** @description The day that has this time is the first. By default 30 days before `to`. */
                from?: string;
                /** @description Up to the day that ends then or later. Now by default. */
                to?: string;
                /** @description By what it is told apart. A range has at most 366 days, and 92 where it is not by day. Days are those of UTC. */
                group_by?: "day" | "workflow" | "model" | "label";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listTokens: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the API token.
                 * @example tok_01kaxh3v9m0000000000000001
                 */
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    updateToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the API token.
                 * @example tok_01kaxh3v9m0000000000000001
                 */
                token_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getCapabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listAuditLog: {
        parameters: {
            query?: {
                /** @description The id of a token, or `operator`. */
                actor?: string;
                resource_type?: "workflow" | "workflow_draft" | "step" | "schedule" | "execution" | "approval" | "job" | "mailbox" | "secret" | "variable" | "mail_sender" | "ai_provider" | "event_subscription" | "token" | "organisation" | "dead_letter" | "installation";
                /** @description `resource.id` of the entries. */
                resource_id?: string;
                action?: "create" | "put" | "update" | "delete" | "restore" | "duplicate" | "publish" | "pause" | "resume" | "activate" | "test" | "rotate" | "redeliver" | "cancel" | "signal" | "decide" | "link" | "retry" | "replay" | "backfill" | "requeue" | "discard" | "profile";
                /** @description Begun then or later. */
                from?: string;
                /** @description Begun before then. */
                to?: string;
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listOrganisations: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getOrganisation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the organisation.
                 * @example org_01kaxh3v9m0000000000000001
                 */
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    deleteOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the organisation.
                 * @example org_01kaxh3v9m0000000000000001
                 */
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    updateOrganisation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` as it was read: a change in between is VERSION_CONFLICT. */
                "If-Match"?: string;
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the organisation.
                 * @example org_01kaxh3v9m0000000000000001
                 */
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    addOrganisationCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the organisation.
                 * @example org_01kaxh3v9m0000000000000001
                 */
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    createOrganisationToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the organisation.
                 * @example org_01kaxh3v9m0000000000000001
                 */
                organisation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getSystem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    pauseStarts: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    resumeStarts: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listDeadLetters: {
        parameters: {
            query?: {
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                starting_after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getDeadLetter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the dead letter.
                 * @example dl_17
                 */
                dead_letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    requeueDeadLetter: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the dead letter.
                 * @example dl_17
                 */
                dead_letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    discardDeadLetter: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes repeating the request harmless for 24 hours: a repetition does nothing again and gets the same answer. A new one, such as a UUID, for each request. */
                "Idempotency-Key"?: string;
            };
            path: {
                /**
                 * @description The id of the dead letter.
                 * @example dl_17
                 */
                dead_letter_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getWorkflowSchema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getStepSchema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The type of the step: one that `GET /v1/step-types` lists.
                 * @example http
                 */
                step_type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listStepTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listTriggerTypes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    listExpressionHelpers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    getOpenApiDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
}
