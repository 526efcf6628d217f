import { ValidationPipe } from '@nestjs/common';
import { shortened, type AppError } from '@millrace/contracts';
import type { ValidationError } from 'class-validator';
import type { z } from 'zod';
import { invalidInput } from './invalid-input.js';
import { queryClassOf } from './query-class.js';

/** What checks the queries of one endpoint: returns them typed, or throws INVALID_INPUT with every problem. */
export function queryReader(query: z.ZodObject): (parameters: unknown) => Promise<unknown> {
  const names = Object.keys(query.shape);
  const pipe = new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => queryProblems(errors, names),
  });
  const metadata = { type: 'query', metatype: queryClassOf(query) } as const;
  return (parameters) => pipe.transform(parameters, metadata);
}

/** class-validator's name of what is wrong with a parameter that is not declared. */
const UNDECLARED = 'whitelistValidation';

function queryProblems(errors: readonly ValidationError[], names: readonly string[]): AppError {
  return invalidInput(
    errors.flatMap((error) =>
      Object.entries(error.constraints ?? {}).map(([constraint, message]) => ({
        path: shortened(error.property),
        message:
          constraint === UNDECLARED ? `is no parameter here; there are ${names.join(', ')}` : shortened(message, 300),
      })),
    ),
    'The query parameters are not valid',
  );
}
