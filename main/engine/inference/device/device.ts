import type { Finding } from '../../../../common/dataset.ts';
import { messageOf } from '../../errors.ts';
import { failureOf } from './failure.ts';
import type { Plan, Provider, Task } from '../protocol.ts';
import { Sessions, type Load, type Made } from '../sessions.ts';
import type { Pixels } from '../source.ts';

/** A provider that does not run a picture, not even with less memory; another one may. */
export class Refusal extends Error {
  override name = 'Refusal';
}

/** Windows are not halved below this side, pixels. */
const SMALLEST_WINDOW = 64;

const OUT_OF_MEMORY = /alloc|memory/i;

/**
 * Runs pictures on one provider. A picture that fails there is run once more in new sessions, which hold no memory from
 * the pictures before, and in windows of half the size where pictures run in windows; that this was needed is a finding.
 * On a CPU the second try is for want of memory only: whatever else fails there would fail again.
 */
export class Device {
  readonly provider: Provider;
  private readonly plan: Plan;
  private readonly load: Load;
  private readonly note: (finding: Finding) => void;
  private sessions: Sessions;

  constructor(plan: Plan, provider: Provider, load: Load, note: (finding: Finding) => void) {
    this.plan = plan;
    this.provider = provider;
    this.load = load;
    this.note = note;
    this.sessions = this.open(plan);
  }

  /**
   * What is made of one picture, see Sessions.run. Throws Refusal where the provider is not the CPU and fails twice; on the CPU
   * MemberError or whatever the failure is.
   */
  async run(task: Task, pixels: Pixels, places?: Uint32Array): Promise<Made> {
    try {
      return await this.sessions.run(task, pixels, places);
    } catch (error) {
      if (this.provider === 'cpu' && !OUT_OF_MEMORY.test(messageOf(error))) throw error;
      return await this.again(task, pixels, places, error);
    }
  }

  async release(): Promise<void> {
    // A device that is lost cannot be asked to give anything back.
    await this.sessions.release().catch(() => undefined);
  }

  private async again(task: Task, pixels: Pixels, places: Uint32Array | undefined, error: unknown): Promise<Made> {
    const smaller = halved(this.plan);
    await this.release();
    this.sessions = this.open(smaller);
    try {
      const made = await this.sessions.run(task, pixels, places);
      const how = smaller.window === this.plan.window ? '' : ` and windows of ${smaller.window?.size} pixels`;
      const problem = `Expected ${this.provider} to run it, found: ${failureOf(error)}. It ran with new sessions${how}.`;
      this.note({ file: task.sample.image, problem });
      return made;
    } catch {
      if (this.provider === 'cpu') throw error;
      throw new Refusal(failureOf(error));
    } finally {
      if (smaller !== this.plan) {
        await this.release();
        this.sessions = this.open(this.plan);
      }
    }
  }

  private open(plan: Plan): Sessions {
    return new Sessions(plan, this.provider, this.load, this.note);
  }
}

function halved(plan: Plan): Plan {
  const { window } = plan;
  const size = window && Math.floor(window.size / 2);
  return size && size >= SMALLEST_WINDOW ? { ...plan, window: { ...window, size } } : plan;
}
