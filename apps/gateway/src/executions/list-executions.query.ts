import { LIMITS } from '@millrace/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';

/** Query of the execution lists. */
export class ListExecutionsQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageSize)
  limit: number = 20;

  @IsOptional()
  @IsIn(['running', 'completed', 'failed', 'cancelled'])
  status?: 'running' | 'completed' | 'failed' | 'cancelled';

  @IsOptional()
  @Matches(/^exec_[0-9a-z]{26}$/, {
    message: 'starting_after must be an execution id, the next_cursor of the page before',
  })
  starting_after?: string;

  @IsOptional()
  @Matches(/^wf_[0-9a-z]{26}$/, { message: 'workflow_id must be a workflow id' })
  workflow_id?: string;
}
