import type { NO_TRIGGER_DETAILS, StoredTrigger } from '@millrace/contracts';
import type { JsonObject } from '../workflows/json-object.js';
import type { TriggerFields, WorkflowRecord } from '../workflows/workflow.schema.js';

/** The triggers of one type in a version that is about to be stored. */
export interface TriggerChange {
  readonly organisationId: string;
  readonly workflowId: string;
  readonly document: JsonObject;
  /** Those of the type, in the order of the document. */
  readonly triggers: readonly JsonObject[];
  /** What the workflow has now; null for a new one. */
  readonly former: { readonly triggers: readonly JsonObject[]; readonly fields: TriggerFields } | null;
}

/** Where a trigger is that a user reads. */
export interface TriggerPlace {
  readonly workflow: TriggerFields;
  /** Among the triggers of its type, from 0. */
  readonly position: number;
  /** Where users reach the API. */
  readonly publicUrl: string;
}

/** A mailbox and the address that it receives mail to. */
export interface Receiver {
  readonly id: string;
  readonly address: string;
}

/** What is known where triggers are listed. */
export interface ListPlace {
  /** Where users reach the API. */
  readonly publicUrl: string;
  /** The organisation's mailboxes; read once for a list, when they are first asked for. Throws SERVICE_UNAVAILABLE. */
  readonly receivers: () => Promise<readonly Receiver[]>;
}

/** What only triggers of some types have where they are listed. */
export type ListedTrigger = Partial<Pick<StoredTrigger, keyof typeof NO_TRIGGER_DETAILS>>;

/** How triggers of one type get into the list of those of all types. */
export interface TriggerListing {
  /** What holds in the database for workflows that have any. */
  readonly filter: Readonly<Record<string, object>>;
  /** The fields of a workflow that {@link list} reads, or as much of them as it needs. */
  readonly fields: Readonly<Record<string, 1>>;
  /** Those of a workflow that has these fields, in their order. Throws SERVICE_UNAVAILABLE. */
  readonly list: (workflow: Partial<TriggerFields>, place: ListPlace) => Promise<readonly ListedTrigger[]>;
}

/**
 * What this service does for one type of trigger, beyond storing it. What is left out is not needed for the type. What a trigger
 * of the type may say is in its definition (`packages/schema/src/triggers`), with its `check`, so that editors have that too.
 */
export interface TriggerPlugin {
  /**
   * Decides what the server gives the triggers (addresses, secrets) and stores what others must find, before the version is
   * written. What was stored is unused if the version comes to nothing. Throws SERVICE_UNAVAILABLE.
   */
  readonly assign?: (change: TriggerChange) => Promise<Partial<TriggerFields>>;
  /** The trigger with what the server adds when it is read. */
  readonly present?: (trigger: JsonObject, place: TriggerPlace) => JsonObject;
  /** The trigger without what {@link present} adds, so that what is read can be sent back. */
  readonly withoutServerFields?: (trigger: JsonObject) => JsonObject;
  /** How they get into the list of triggers; a type that is served does not compile without. */
  readonly listing?: TriggerListing;
  /** What services read of the triggers. */
  readonly snapshots?: {
    /** Makes them say what the database says, those of triggers that are gone too. May be called any number of times. Throws SERVICE_UNAVAILABLE. */
    readonly publish: (workflow: WorkflowRecord) => Promise<void>;
    /** Whether those of a live workflow's triggers say it. */
    readonly arePublished: (workflow: WorkflowRecord) => Promise<boolean>;
  };
}

/** A plug-in of a type that a service starts workflows by. */
export type ServedTriggerPlugin = TriggerPlugin & { readonly listing: TriggerListing };
