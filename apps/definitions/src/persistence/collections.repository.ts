import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';

/** Token of the list of all repositories of this service. */
export const REPOSITORIES = Symbol('definitions:repositories');

/** What {@link Collections} needs of a repository. */
export interface IndexedRepository {
  readonly model: { createIndexes(): Promise<unknown> };
}

/** All collections of this service. */
@Injectable()
export class Collections {
  constructor(
    private readonly database: Database,
    @Inject(REPOSITORIES) private readonly repositories: readonly IndexedRepository[],
  ) {}

  /** Waits for the database and creates the indexes that the schemas declare, where they are missing. Throws SERVICE_UNAVAILABLE. */
  async prepare(stopping: AbortSignal): Promise<void> {
    await this.database.waitUntilConnected(stopping);
    for (const { model } of this.repositories) {
      // Building an index on a full collection may take long, so there is no time limit; the connection must be there.
      await this.database.run(async () => undefined);
      await model.createIndexes();
    }
  }
}
