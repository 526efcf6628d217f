import { ValidationPipe } from '@nestjs/common';
import { shortened, type AppError } from '@millrace/contracts';
import type { ValidationError } from 'class-validator';
import type { z } from 'zod';
import { invalidInput } from './invalid-input.js';
import { queryClassOf } from './query-class.js';

const pipe = new ValidationPipe({
  transform: true,
  whitelist: true,
  forbidNonWhitelisted: true,
  exceptionFactory: queryProblems,
});

/** What checks the queries of one endpoint: returns them typed, or throws INVALID_INPUT with every problem. */
export function queryReader(query: z.ZodObject): (parameters: unknown) => Promise<unknown> {
  const metadata = { type: 'query', metatype: queryClassOf(query) } as const;
  return (parameters) => pipe.transform(parameters, metadata);
}

function queryProblems(errors: ValidationError[]): AppError {
  return invalidInput(
    errors.flatMap((error) =>
      Object.values(error.constraints ?? {}).map((message) => ({
        path: shortened(error.property),
        message: shortened(message, 300),
      })),
    ),
    'The query parameters are not valid',
  );
}
