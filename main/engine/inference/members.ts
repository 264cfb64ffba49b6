import type { Finding } from '../../../common/dataset.ts';
import { firstLineOf, messageOf } from '../errors.ts';
import type { Chain, Reading } from '../onnx/compile/chain.ts';
import type { Model } from '../onnx/model.ts';
import { networkOf } from '../onnx/network.ts';
import { readModel } from '../onnx/read.ts';
import type { Member } from './member.ts';
import type { Provider } from './protocol.ts';
import type { Load, Session } from './sessions.ts';
import { toldWhole } from './told.ts';

/** Networks that halve the picture several times often run on multiples of this only. */
export const USUAL_MULTIPLE = 32;

export interface Opened {
  session: Session;
  /** what pictures are brought to multiples of; 1: they are taken as they are */
  multiple: number;
}

/** A member that cannot be run, whatever the picture. */
export class MemberError extends Error {
  override name = 'MemberError';
  readonly member: number;
  constructor(member: number, message: string) {
    super(message);
    this.member = member;
  }
}

/** Members as files: read, and loaded as the graphs that were made of them. By index; both throw MemberError. */
export class Members {
  readonly provider: Provider;
  readonly load: Load;
  private readonly all: readonly Member[];
  private readonly note: (finding: Finding) => void;

  constructor(all: readonly Member[], provider: Provider, load: Load, note: (finding: Finding) => void) {
    this.all = all;
    this.provider = provider;
    this.load = load;
    this.note = note;
  }

  info = (member: number): Member => this.all[member];

  /** `size`: what the graphs made of it run on; null: anything */
  async read(member: number, size: Chain['size']): Promise<{ model: Model; reading: Reading }> {
    const { file, output } = this.info(member);
    try {
      const model = await readModel(file);
      networkOf(model, output);
      const whole = await toldWhole(model, this.info(member), size, this.load);
      return { model, reading: { ...this.info(member), ...(whole !== undefined && { whole }) } };
    } catch (error) {
      throw new MemberError(member, `Expected the ONNX file read before, found ${messageOf(error)}.`);
    }
  }

  /**
   * On the provider; what does not load there runs on the CPU, which is a finding. `compile` makes the graph that brings
   * pictures to multiples of what it is given. A graph for one size does not load where the network takes multiples only,
   * so the usual one is tried then; `least`: nothing below it is.
   */
  async open(member: number, compile: (multiple: number) => Uint8Array, least = 1): Promise<Opened> {
    try {
      return await this.fit(compile, this.provider, least);
    } catch (error) {
      if (this.provider === 'cpu') return cannotLoad(member, error);
      this.note({
        file: this.info(member).file,
        problem: `Expected it to load on ${this.provider}, found ${firstLine(error)} It runs on the CPU.`,
      });
    }
    return this.fit(compile, 'cpu', least).catch((error: unknown) => cannotLoad(member, error));
  }

  /** Compiled each time: what is handed over may be taken. */
  private async fit(compile: (multiple: number) => Uint8Array, provider: Provider, multiple: number): Promise<Opened> {
    try {
      return { session: await this.load(compile(multiple), provider), multiple };
    } catch (error) {
      if (multiple >= USUAL_MULTIPLE) throw error;
      return this.fit(compile, provider, USUAL_MULTIPLE).catch(() => {
        throw error;
      });
    }
  }
}

function cannotLoad(member: number, error: unknown): never {
  throw new MemberError(member, `Expected a network that loads, found ${firstLine(error)}`);
}

/** A library's message as the end of a sentence. */
export const firstLine = (error: unknown): string => `${firstLineOf(error)}.`;
