import { RECENT, type Reviewed } from '../../common/reviewed.ts';
import { addScore, noScores, type Scores } from '../../common/scores.ts';
import type { Journal } from './journal.ts';
import { seenOf } from './journal/seen.ts';
import type { Workspace } from './workspace.ts';

/** Points of the curve at most. */
const POINTS = 200;

type Group = 'errors' | 'fine' | 'changed' | 'left';

interface Decided {
  group: Group;
  score: number;
  /** journal line by which it is so */
  seq: number;
}

/** Kept up line by line: a verdict costs what it touches, however many cases there are. */
interface Kept {
  scan: string | null;
  results: number;
  seq: number;
  all: Scores;
  groups: Record<Group, Scores>;
  decided: Map<string, Decided>;
}

const kept = new WeakMap<Journal, Kept>();

/** How far the review of the current scan is. */
export async function reviewedOf(workspace: Workspace): Promise<Reviewed> {
  const { journal, results } = workspace;
  await journal.refresh();
  let state = kept.get(journal);
  // A journal that is shorter than it was is another one.
  if (!state || state.scan !== results.scan || state.results !== results.count || state.seq > journal.seq)
    state = begin(workspace);
  kept.set(journal, state);
  follow(workspace, state);
  const { scan, seq, all, groups, decided } = state;
  return { scan, seq, all, ...groups, ...courseOf(decided) };
}

function begin({ results }: Workspace): Kept {
  const groups = { errors: noScores(), fine: noScores(), changed: noScores(), left: noScores() };
  return { scan: results.scan, results: results.count, seq: 0, all: results.scores, groups, decided: new Map() };
}

/** Takes in the lines that are new, by what became of the cases they touch. */
function follow({ journal, results }: Workspace, state: Kept): void {
  const touched = new Set<string>();
  for (const line of journal.lines(state.seq)) for (const id of casesOf(journal.deedOf(line)?.action)) touched.add(id);
  state.seq = journal.seq;
  for (const [id, score] of results.scoresOf([...touched])) {
    const before = state.decided.get(id);
    if (before) addScore(state.groups[before.group], before.score, -1);
    state.decided.delete(id);
    const now = decidedOf(journal, id, score);
    if (!now) continue;
    state.decided.set(id, now);
    addScore(state.groups[now.group], score);
  }
}

type DeedAction = NonNullable<ReturnType<Journal['deedOf']>>['action'];

function casesOf(action: DeedAction | undefined): string[] {
  if (action?.type === 'verdict') return action.items.map((item) => item.case);
  if (action?.type === 'picture') return action.cases;
  return action?.type === 'audit' ? [action.case] : [];
}

function decidedOf(journal: Journal, id: string, score: number): Decided | null {
  const found = seenOf(journal, id);
  if (found) return { group: found.error ? 'errors' : 'fine', score, seq: found.seq };
  const standing = journal.standingOf(id);
  if (!standing || standing.verdict === 'skip') return null;
  return { group: standing.verdict === 'keep' ? 'left' : 'changed', score, seq: standing.seq };
}

function courseOf(decided: Map<string, Decided>): Pick<Reviewed, 'curve' | 'recent'> {
  const seen = [...decided.values()].filter(({ group }) => group === 'errors' || group === 'fine');
  seen.sort((a, b) => a.seq - b.seq);
  const curve: [number, number][] = [[0, 0]];
  const stride = Math.max(1, Math.ceil(seen.length / POINTS));
  let errors = 0;
  seen.forEach(({ group }, i) => {
    if (group === 'errors') errors++;
    if ((i + 1) % stride === 0 || i === seen.length - 1) curve.push([i + 1, errors]);
  });
  const last = seen.slice(-RECENT);
  return { curve, recent: { seen: last.length, errors: last.filter(({ group }) => group === 'errors').length } };
}
