import { z } from 'zod';
import { messageOf } from './errors.ts';

/**
 * JSON that other programs and people wrote, as `schema` has it; the byte order mark that some begin with is none of it.
 * Throws what was found instead, as the end of a sentence without its full stop.
 */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    throw new Error(error instanceof z.ZodError ? issueText(error) : messageOf(error), { cause: error });
  }
}

function issueText({ issues: [{ path, message }] }: z.ZodError): string {
  return path.length ? `at ${path.join('.')}: ${message}` : message;
}
