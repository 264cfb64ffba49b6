import type { Finding } from '../../../../common/dataset.ts';
import type { ProviderTrial } from '../../../../common/scan.ts';
import { messageOf } from '../../errors.ts';
import type { InferenceProcess } from './process.ts';
import type { FromWorker, Outcome, Provider, Task } from '../protocol.ts';
import { doubt } from './provider.ts';

export interface Choice {
  /** what to run on, the fastest first; where that fails, the next; the CPU last */
  ladder: Provider[];
  /** a process of the first, which has run the check picture if there was a choice; null: none is left */
  process: InferenceProcess | null;
  tried: ProviderTrial[];
  findings: Finding[];
}

interface ChoiceOptions {
  start: (provider: Provider) => InferenceProcess;
  /** inference processes that would share the work */
  processes: (provider: Provider) => number;
}

/** Loading a driver and the smallest network. */
const HELLO_MS = 30_000;
/** A device that takes so much longer than the CPU is none to wait for: at least so long, or so many times the CPU's time. */
const CHECK_MS = 20_000;
const PATIENCE = 40;

/** What became of one provider, so far. */
interface Candidate {
  provider: Provider;
  process: InferenceProcess;
  outcome: Outcome | null;
  problem: string | null;
  /** the process ended, or the labels are wrong: something the owner of the machine should hear of */
  serious: boolean;
}

/**
 * Tries each provider in a process of its own, because a driver that fails may take its process with it: the smallest
 * network first, then a picture of the dataset with the models that score it. Whatever gives the CPU's labels takes part,
 * and the fastest wins; its process lives on, the others are killed. A device that was asked for by name wins if it can be
 * trusted. Throws Error, one sentence, where nothing does. `picture` null: nothing to check on.
 */
export async function chooseProvider(
  providers: readonly Provider[],
  picture: Task | null,
  options: ChoiceOptions,
): Promise<Choice> {
  const asked = providers.length === 1;
  const all = [...new Set([...providers, 'cpu' as const])].map((provider): Candidate => {
    return { provider, process: options.start(provider), outcome: null, problem: null, serious: false };
  });
  try {
    // Drivers are loaded side by side; what is timed has the machine for itself.
    await Promise.all(all.map((one) => attempt(one, () => expect(one, 'ready', asked ? null : HELLO_MS))));
    const cpu = all[all.length - 1];
    const others = all.filter((one) => one !== cpu);
    // What the CPU cannot make of this one picture says nothing about the others.
    const cpuRuns = usable(cpu);
    if (picture && others.some(usable)) await check(cpu, picture, null);
    if (picture) for (const one of others.filter(usable)) await compare(one, cpu, picture, asked);
    const rest = all.filter((one) => (one === cpu ? cpuRuns : usable(one)));
    const ladder = asked ? rest : rest.sort((a, b) => (rateOf(b, options) ?? 0) - (rateOf(a, options) ?? 0));
    if (!ladder.length || (asked && ladder[0].provider !== providers[0])) throw nothing(asked ? others : all);
    await Promise.all(all.filter((one) => one !== ladder[0]).map(({ process }) => process.kill()));
    const findings = all.flatMap(({ provider, problem, serious }) =>
      serious && problem !== null ? [{ file: provider, problem }] : [],
    );
    const { process } = ladder[0];
    return {
      ladder: ladder.map(({ provider }) => provider),
      process: process.ended ? null : process,
      tried: all.map((one) => ({ provider: one.provider, rate: rateOf(one, options), problem: one.problem })),
      findings: [...findings, ...process.findings],
    };
  } catch (error) {
    await Promise.all(all.map(({ process }) => process.kill()));
    throw error;
  }
}

const usable = ({ problem }: Candidate) => problem === null;

const nothing = (candidates: Candidate[]) =>
  new Error(
    `Expected a device that runs the models, found none. ${candidates.map(({ provider, problem }) => `${provider}: ${problem}`).join(' ')}`,
  );

/** Processes on a CPU have a core each; those on a GPU share it. */
function rateOf({ provider, outcome }: Candidate, { processes }: ChoiceOptions): number | null {
  if (!outcome) return null;
  return (provider === 'cpu' ? processes('cpu') : 1) / outcome.seconds;
}

async function compare(one: Candidate, cpu: Candidate, picture: Task, asked: boolean): Promise<void> {
  const { outcome: reference } = cpu;
  if (!reference) {
    one.problem = `Expected the CPU's labels to compare with, found: ${cpu.problem}`;
    return;
  }
  const within = asked ? null : Math.max(CHECK_MS, PATIENCE * reference.seconds * 1000);
  await check(one, { ...picture, members: reference.members }, within);
  if (!one.outcome) return;
  one.problem = doubt(one.outcome.labels, reference.labels);
  one.serious = one.problem !== null;
}

async function check(one: Candidate, task: Task, within: number | null): Promise<void> {
  one.process.send({ type: 'check', task });
  await attempt(one, async () => {
    one.outcome = (await expect(one, 'checked', within)).outcome;
  });
}

async function attempt(one: Candidate, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    one.problem = messageOf(error);
  }
}

/** The next message of this type; rejects where the process says that it cannot, ends, or takes too long. */
function expect<T extends FromWorker['type']>(
  one: Candidate,
  type: T,
  within: number | null,
): Promise<Extract<FromWorker, { type: T }>> {
  const { process, provider } = one;
  const listen = process.hear;
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      process.hear = listen;
      process.lose = () => undefined;
    };
    const late = () => {
      settle();
      void process.kill();
      reject(new Error(`Expected an answer within ${Math.round((within ?? 0) / 1000)} s, found none.`));
    };
    const timer = within === null ? undefined : setTimeout(late, within);
    process.hear = (message) => {
      if (message.type !== type && message.type !== 'unusable') return listen(message);
      settle();
      if (message.type === 'unusable') reject(new Error(message.problem));
      else resolve(message as Extract<FromWorker, { type: T }>);
    };
    process.lose = () => {
      settle();
      one.serious = true;
      const found = `found that trying ${provider} ends the process. ${process.errors.trim().split('\n').at(-1)}`;
      reject(new Error(`Expected a device that runs the models, ${found.trim()}`));
    };
  });
}
