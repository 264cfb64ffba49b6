import { z } from 'zod';
import { CASE_KINDS, VERDICTS, type CaseKind, type Verdict } from '../../../common/case.ts';
import type { JournalLine } from '../../../common/journal.ts';

const label = z.number().int().min(0).max(65535).nullable();
const Paint = z.object({ label, rle: z.string().regex(/^[0-o]*$/, 'run lengths') });
const Item = z.object({
  case: z.string().min(1),
  sample: z.string().min(1),
  kind: z.enum(CASE_KINDS as [CaseKind, ...CaseKind[]]),
  given: label,
  proposed: label,
  score: z.number(),
  paint: z.array(Paint),
});
const threshold = z.number().gt(0).max(1);
const Kind = z.enum(VERDICTS as [Verdict, ...Verdict[]]);
const Action = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('verdict'),
    verdict: Kind,
    items: z.array(Item),
    expected: z.number().min(0).max(1).optional(),
  }),
  z.object({
    type: z.literal('picture'),
    sample: z.string().min(1),
    cases: z.array(z.string().min(1)).default([]),
    paint: z.array(Paint),
  }),
  z.object({
    type: z.literal('pseudo'),
    threshold: z.union([threshold, z.record(z.string().regex(/^\d{1,5}$/, 'a class id'), threshold.nullable())]),
    // Names a folder of the cache, so it must not lead out of it.
    scan: z.string().regex(/^[\w-]+$/, 'the key of a scan'),
    samples: z.array(z.string().min(1)),
  }),
  z.object({
    type: z.literal('audit'),
    target: z.string().min(1),
    case: z.string().min(1),
    right: z.boolean(),
    correction: z.object({ verdict: Kind, item: Item }).nullable(),
  }),
  z.object({ type: z.literal('undo'), target: z.string().min(1) }),
  z.object({ type: z.literal('redo'), target: z.string().min(1) }),
]);
const Line: z.ZodType<JournalLine> = z.object({
  v: z.literal(1),
  id: z.string().min(1),
  at: z.string(),
  author: z.string(),
  action: Action,
});

/** Throws where the text is no line of this journal: torn by a crash, glued to a torn one, or written by another program. */
export function parseLine(text: string): JournalLine {
  return Line.parse(JSON.parse(text));
}

/** With its newline. Throws on a line that would not be read back. */
export function formatLine(line: JournalLine): string {
  return `${JSON.stringify(Line.parse(line))}\n`;
}
