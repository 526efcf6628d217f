import { LIMITS } from '@millrace/contracts';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

/** Query of GET /v1/workflows. */
export class ListWorkflowsQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  page: number = 1;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LIMITS.pageSize)
  per_page: number = 20;

  @IsOptional()
  @IsIn(['active', 'paused', 'draft'])
  status?: 'active' | 'paused' | 'draft';
}
