import type { TextFollowers } from '../live/text-followers.js';
import type { SecretsOfRuns } from '../secrets/run-secrets.js';
import type { FrozenValues } from './frozen-values.js';
import type { NamesOfRuns } from './name-hints.js';
import type { ReusedResults } from './reused-results.js';
import type { RunNews } from './run-news.js';

/** What executions read beside their input and their steps, and who reads what they write. */
export class ReadsOfRuns {
  constructor(
    readonly secrets: Pick<SecretsOfRuns, 'of'>,
    readonly frozen: Pick<FrozenValues, 'of'>,
    readonly news: Pick<RunNews, 'watch'>,
    readonly reused: Pick<ReusedResults, 'of'>,
    readonly texts: Pick<TextFollowers, 'of' | 'tell'>,
    readonly names: Pick<NamesOfRuns, 'of'>,
  ) {}
}
