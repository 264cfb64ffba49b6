import { z } from 'zod';
import type { Method, Params } from '../../common/api.ts';
import { CASE_KINDS, VERDICTS, type CaseKind, type Verdict } from '../../common/case.ts';
import { InputError } from './errors.ts';
import { scanSettings } from './project.ts';

const dataset = z.string().regex(/^[0-9a-f]{12}$/);
const text = z.string().min(1).max(4096);
const author = z.string().min(1).max(64);
const count = z.number().int().min(0);
const limit = z.number().int().min(1).max(5000);
const level = z.number().min(0).max(1);
const threshold = z.union([level, z.array(level.nullable()).min(1).max(255)]);
const classIndex = z.number().int().min(0).max(255).nullable();
const choice = z.strictObject({
  kind: z.enum(CASE_KINDS as [CaseKind, ...CaseKind[]]).nullable(),
  class: classIndex,
  given: classIndex,
  proposed: classIndex,
  text: z.string().max(4096),
});
const caseIds = z.array(z.string().max(64)).min(1);
const verdict = z.enum(VERDICTS as [Verdict, ...Verdict[]]);

/** What every call may carry, checked once, here. */
const schemas: { [M in Method]: z.ZodType<Params<M>> } = {
  about: z.strictObject({}),
  browse: z.strictObject({ path: text.nullable() }),
  open: z.strictObject({ folder: text, project: text.optional() }),
  openDemo: z.strictObject({}),
  samples: z.strictObject({ dataset, after: count, limit }),
  sample: z.strictObject({ dataset, sample: text }),
  settings: z.strictObject({ dataset }),
  saveSettings: z.strictObject({ dataset, settings: scanSettings }),
  describe: z.strictObject({ models: z.array(text).max(1000) }),
  plan: z.strictObject({ dataset, settings: scanSettings }),
  prove: z.strictObject({ dataset, model: text }),
  try: z.strictObject({ dataset, settings: scanSettings, sample: text }),
  saveEnsemble: z.strictObject({ dataset, settings: scanSettings, file: text }),
  loadEnsemble: z.strictObject({ dataset, file: text }),
  scan: z.strictObject({ dataset, settings: scanSettings }),
  scanState: z.strictObject({ dataset }),
  results: z.strictObject({ dataset, after: count, limit, least: level.optional() }),
  choose: z.strictObject({
    ...{ dataset, choice, cursor: count, below: level, after: count },
    limit: z.union([z.literal(0), limit]),
  }),
  cases: z.strictObject({ dataset, ids: caseIds }),
  decide: z.strictObject({ dataset, author, verdict, cases: caseIds, expected: level.optional() }),
  acceptPicture: z.strictObject({ dataset, author, sample: text }),
  undo: z.strictObject({ dataset, author }),
  redo: z.strictObject({ dataset, author }),
  decisions: z.strictObject({ dataset, author, since: count }),
  pseudo: z.strictObject({ dataset }),
  pseudoSamples: z.strictObject({ dataset, threshold, after: count, limit }),
  acceptPseudo: z.strictObject({ dataset, author, threshold, samples: z.array(text).min(1).nullable() }),
  rollBack: z.strictObject({ dataset, author, target: text }),
  bringBack: z.strictObject({ dataset, author, target: text }),
  bulks: z.strictObject({ dataset }),
  audit: z.strictObject({ dataset, target: text, count: limit }),
  judge: z.strictObject({ dataset, author, target: text, case: text, right: z.boolean(), correct: z.boolean() }),
  reviewed: z.strictObject({ dataset }),
  measure: z.strictObject({ dataset }),
  insights: z.strictObject({ dataset }),
  plant: z.strictObject({
    dataset,
    settings: z.strictObject({ seed: z.number().int(), errors: z.number().int().min(1).max(10_000) }),
  }),
  planted: z.strictObject({ dataset }),
  exportPreview: z.strictObject({ dataset }),
  export: z.strictObject({ dataset, out: text, replace: z.boolean() }),
  exportState: z.strictObject({ dataset }),
  cancel: z.strictObject({ dataset, job: z.enum(['scan', 'export', 'trial', 'insights', 'planted']) }),
};

export const isMethod = (name: string): name is Method => Object.hasOwn(schemas, name);

/** Throws InputError naming the call and the first thing wrong with it. */
export function parseParams<M extends Method>(method: M, params: unknown): Params<M> {
  const parsed = schemas[method].safeParse(params);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`${method}: ${issue.path.join('.') || 'parameters'}: ${issue.message}.`);
}
