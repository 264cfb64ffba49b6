import type { Finding } from '../../../common/dataset.ts';
import { messageOf } from '../errors.ts';
import type { Chain, Reading } from '../onnx/compile/chain.ts';
import type { Model } from '../onnx/model.ts';
import { networkOf } from '../onnx/network.ts';
import { readModel } from '../onnx/read.ts';
import type { Member } from './member.ts';
import type { Provider } from './protocol.ts';
import type { Load, Session } from './sessions.ts';
import { toldWhole } from './told.ts';

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

  /** On the provider; what does not load there runs on the CPU, which is a finding. */
  async open(member: number, compile: () => Uint8Array): Promise<Session> {
    try {
      return await this.load(compile(), this.provider);
    } catch (error) {
      if (this.provider === 'cpu') return cannotLoad(member, error);
      this.note({
        file: this.info(member).file,
        problem: `Expected it to load on ${this.provider}, found ${firstLine(error)} It runs on the CPU.`,
      });
    }
    // Compiled again: what was handed over may have been taken.
    return this.load(compile(), 'cpu').catch((error: unknown) => cannotLoad(member, error));
  }
}

function cannotLoad(member: number, error: unknown): never {
  throw new MemberError(member, `Expected a network that loads, found ${firstLine(error)}`);
}

/** A library's message as the end of a sentence. */
export const firstLine = (error: unknown): string => `${messageOf(error).split('\n')[0].trim().replace(/\.$/, '')}.`;
