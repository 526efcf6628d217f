import { Module } from '@nestjs/common';
import { BUS, type Bus } from '@millrace/messaging';
import { LOGGER } from '@millrace/service-kit/app';
import { EventTeller } from '@millrace/service-kit/event-teller';
import { JournalAsides } from '@millrace/service-kit/journal-asides';
import type { Logger } from '@millrace/service-kit/logging';
import { ApprovalLinksService } from '../approvals/approval-links.service.js';
import { ApprovalProjection } from '../approvals/approval-projection.js';
import { ApprovalsController } from '../approvals/approvals.controller.js';
import { ApprovalsRepository } from '../approvals/approvals.repository.js';
import { ApprovalsService } from '../approvals/approvals.service.js';
import { CountsRepository } from '../counts/counts.repository.js';
import { RecordedWorkflowsRepository } from '../counts/recorded-workflows.repository.js';
import { JournalLayoutKeeper } from '../upkeep/journal-layout-keeper.js';
import { LeasesController } from '../upkeep/leases.controller.js';
import { LeasesRepository } from '../upkeep/leases.repository.js';
import { QueueGauges } from '../upkeep/queue-gauges.js';
import { Upkeep } from '../upkeep/upkeep.js';
import { CancelService } from './cancel.service.js';
import { EntryReader } from './entry-reader.js';
import { ExpiredExecutionsRepository } from '../retention/expired-executions.repository.js';
import { ExecutionRemoval } from '../retention/execution-removal.js';
import { RetentionBounds } from '../retention/retention-bounds.js';
import { RecordRetention } from '../retention/record-retention.js';
import { RetentionGauges } from '../retention/retention-gauges.js';
import { RetentionPoliciesRepository } from '../retention/retention-policies.repository.js';
import { RetentionUpkeep } from '../retention/retention-upkeep.js';
import { WorkflowPolicies } from '../retention/workflow-policies.service.js';
import { CountedEndsRepository } from '../stats/counted-ends.repository.js';
import { EndCounter } from '../stats/end-counter.js';
import { RunReporter } from '../stats/run-reporter.js';
import { StatsCollections } from '../stats/stats-collections.js';
import { StatsController } from '../stats/stats.controller.js';
import { StatsRepository } from '../stats/stats.repository.js';
import { StatsService } from '../stats/stats.service.js';
import { StatsUpkeep } from '../stats/stats-upkeep.js';
import { LiveEventsController } from '../live/live-events.controller.js';
import { LiveEventsService } from '../live/live-events.service.js';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { DeadLettersService } from '../dead-letters/dead-letters.service.js';
import { RecordedController } from '../recorded/recorded.controller.js';
import { RecordedService } from '../recorded/recorded.service.js';
import { ExecutionInspector } from '../reconciler/execution-inspector.js';
import { LostExecutionsService } from '../reconciler/lost-executions.service.js';
import { OpenExecutionsRepository } from '../reconciler/open-executions.repository.js';
import { Reconciler } from '../reconciler/reconciler.js';
import { ReconcilerUpkeep } from '../reconciler/reconciler-upkeep.js';
import { RestartsController } from '../restarts/restarts.controller.js';
import { RestartsService } from '../restarts/restarts.service.js';
import { StepInputsService } from '../step-inputs/step-inputs.service.js';
import { StepRunsController } from '../step-runs/step-runs.controller.js';
import { StepRunsService } from '../step-runs/step-runs.service.js';
import { ExecutionEvents } from './execution-events.js';
import { ExecutionListsRepository } from './execution-lists.repository.js';
import { ExecutionSources } from './execution-sources.js';
import { ExecutionsController } from './executions.controller.js';
import { ExecutionsRepository } from './executions.repository.js';
import { ExecutionsService } from './executions.service.js';
import { GivenUpService } from './given-up.service.js';
import { JournalController } from './journal.controller.js';
import { JournalTrimmer } from './journal-trimmer.js';
import { PauseService } from './pause.service.js';
import { ProjectionSequel } from './projection-sequel.js';
import { ProjectionService } from './projection.service.js';
import { ReadGate } from './read-gate.js';
import { RecordWriter } from './record-writer.js';
import { SignalsService } from './signals.service.js';

/** Execution records: written from the journal, read by question. */
@Module({
  controllers: [
    JournalController,
    ExecutionsController,
    ApprovalsController,
    StepRunsController,
    LiveEventsController,
    StatsController,
    RestartsController,
    DeadLettersController,
    LeasesController,
    RecordedController,
  ],
  providers: [
    ExecutionsRepository,
    ExecutionListsRepository,
    CountsRepository,
    RecordedWorkflowsRepository,
    LeasesRepository,
    EntryReader,
    { provide: ReadGate, useFactory: () => new ReadGate() },
    RecordWriter,
    { provide: EventTeller, inject: [BUS], useFactory: (bus: Bus) => new EventTeller(bus) },
    ExecutionEvents,
    ProjectionSequel,
    ProjectionService,
    GivenUpService,
    ExecutionSources,
    ExecutionsService,
    RecordedService,
    {
      provide: JournalAsides,
      inject: [BUS, LOGGER, ReadGate, RecordedService],
      useFactory: (bus: Bus, logger: Logger, gate: ReadGate, recorded: RecordedService) =>
        new JournalAsides(bus, logger, {
          recorded: (address) => recorded.state(address),
          bound: (owner, read) => gate.run(owner, read),
        }),
    },
    CancelService,
    SignalsService,
    PauseService,
    ApprovalsRepository,
    ApprovalProjection,
    ApprovalsService,
    ApprovalLinksService,
    StepRunsService,
    StepInputsService,
    LiveEventsService,
    RestartsService,
    DeadLettersService,
    StatsRepository,
    CountedEndsRepository,
    StatsService,
    EndCounter,
    RunReporter,
    StatsCollections,
    StatsUpkeep,
    JournalTrimmer,
    ExpiredExecutionsRepository,
    RetentionPoliciesRepository,
    WorkflowPolicies,
    RetentionBounds,
    ExecutionRemoval,
    RecordRetention,
    RetentionUpkeep,
    RetentionGauges,
    OpenExecutionsRepository,
    ExecutionInspector,
    LostExecutionsService,
    Reconciler,
    ReconcilerUpkeep,
    JournalLayoutKeeper,
    Upkeep,
    QueueGauges,
  ],
})
export class ExecutionsModule {}
