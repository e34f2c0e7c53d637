import type { z } from 'zod';

/** Parse options that say of a missing field that it is missing, where zod says that undefined is of the wrong type. */
export const plainly: z.core.ParseContext<z.core.$ZodIssue> = {
  error: (issue) => (issue.input === undefined && issue.code === 'invalid_type' ? 'is missing' : undefined),
};
