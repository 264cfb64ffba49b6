import type { ClassMap } from '../../../common/dataset.ts';
import type { JournalChange, JournalLine, VerdictItem } from '../../../common/journal.ts';
import type { Journal } from '../journal.ts';
import { acceptedAt, levelsOf } from '../pseudo/by-id.ts';
import { seenOf } from './seen.ts';
import type { Deed } from './state.ts';

/** Who looks at a change: what can be undone depends on it. */
export interface Viewer {
  author: string;
  /** authors whose windows are open: their decisions are their own business */
  present: ReadonlySet<string>;
}

/** What `lines` mean together, the current state of all they touched; `seq` is where they end. */
export function changeOfLines(
  journal: Journal,
  lines: readonly JournalLine[],
  seq: number,
  classMap: ClassMap,
  viewer: Viewer,
): JournalChange {
  const cases = new Set<string>();
  const samples = new Set<string>();
  const pseudo = new Set<string>();
  for (const line of lines) {
    const action = journal.deedOf(line)?.action;
    if (action?.type === 'picture') {
      samples.add(action.sample);
      for (const id of action.cases) cases.add(id);
    }
    if (action?.type === 'audit') {
      cases.add(action.case);
      if (action.correction) samples.add(action.correction.item.sample);
    }
    if (action?.type === 'pseudo') for (const sample of action.samples) pseudo.add(sample);
    if (action?.type !== 'verdict') continue;
    for (const item of action.items) {
      cases.add(item.case);
      samples.add(item.sample);
    }
  }
  const last = lines.at(-1);
  return {
    seq,
    id: last?.id ?? '',
    author: last?.author ?? viewer.author,
    type: last?.action.type ?? 'verdict',
    text: lines.length > 1 ? `${lines.length} decisions` : last ? sentenceOf(journal, last, classMap) : '',
    cases: [...cases].map((id) => caseOf(journal, id)),
    samples: [...samples],
    pseudo: [...pseudo].map((sample) => pseudoLabelOf(journal, sample)),
    canUndo: journal.undoTarget(viewer.author, viewer.present) !== null,
    canRedo: journal.redoTarget(viewer.author, viewer.present) !== null,
  };
}

function caseOf(journal: Journal, id: string): JournalChange['cases'][number] {
  const verdict = journal.verdictOf(id);
  const found = seenOf(journal, id);
  return found ? { id, verdict, error: found.error } : { id, verdict };
}

function pseudoLabelOf(journal: Journal, sample: string): JournalChange['pseudo'][number] {
  const accepted = journal.pseudoOf(sample);
  return { sample, accepted: accepted && acceptedAt(accepted.threshold) };
}

export function sentenceOf(journal: Journal, line: JournalLine, classMap: ClassMap): string {
  const deed = journal.deedOf(line);
  if (!deed) return '';
  const sentence = deedSentence(journal, deed, classMap);
  if (line === deed) return sentence;
  return `${line.action.type === 'undo' ? 'Undid' : 'Redid'}: ${sentence[0].toLowerCase()}${sentence.slice(1)}`;
}

const WORDS = { accept: 'Accepted', keep: 'Kept', ignore: 'Ignored', skip: 'Skipped' } as const;

function deedSentence(journal: Journal, { action }: Deed, classMap: ClassMap): string {
  if (action.type === 'audit') return auditSentence(journal, action, classMap);
  if (action.type === 'picture') return `Accepted the whole proposal for ${action.sample}`;
  if (action.type === 'pseudo') {
    const whose = action.samples.length === 1 ? action.samples[0] : `${action.samples.length} pictures`;
    return `Accepted pseudo-labels of ${whose} ${levelsOf(action.threshold)}`;
  }
  const { items, verdict } = action;
  const word = WORDS[verdict];
  if (items.length === 1) return `${word} ${subjectOf(items[0], verdict === 'accept', classMap)} in ${items[0].sample}`;
  const pictures = new Set(items.map(({ sample }) => sample)).size;
  return `${word} ${items.length} cases in ${pictures === 1 ? items[0]?.sample : `${pictures} pictures`}`;
}

type Audit = Extract<Deed['action'], { type: 'audit' }>;

function auditSentence(journal: Journal, { target, case: id, right, correction }: Audit, classMap: ClassMap): string {
  const audited = journal.find(target)?.line.action;
  const many = audited?.type === 'verdict' ? audited : null;
  const item = correction?.item ?? many?.items.find((one) => one.case === id);
  const what = item ? `${subjectOf(item, many?.verdict === 'accept', classMap)} in ${item.sample}` : 'a case';
  const instead = correction ? `, ${WORDS[correction.verdict].toLowerCase()} instead` : '';
  return `Found ${right ? 'right' : 'wrong'}: ${what}${instead}`;
}

function subjectOf(item: VerdictItem, accepted: boolean, classMap: ClassMap): string {
  const id = accepted ? (item.proposed ?? item.given) : (item.given ?? item.proposed);
  return classMap.classes.find((one) => one.id === id)?.name ?? 'a case';
}
