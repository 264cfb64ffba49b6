import { fork, type ChildProcess } from 'node:child_process';
import type { Finding } from '../../../../common/dataset.ts';
import type { FromWorker, Plan, Provider, ToWorker } from '../protocol.ts';

export interface ProcessOptions {
  /** worker.ts, or what it was built to */
  workerFile: string;
  plan: Plan;
  /** pictures of the scan, if the process shall profile one; see profile.ts */
  profile?: number;
}

/** An inference process that works with one provider: started, spoken to, killed. */
export class InferenceProcess {
  readonly provider: Provider;
  /** the end of what it wrote to stderr */
  errors = '';
  /** what it noted while nobody else listened */
  readonly findings: Finding[] = [];
  hear: (message: FromWorker) => void = (message) => {
    if (message.type === 'finding') this.findings.push(message.finding);
  };
  lose: () => void = () => undefined;
  ended = false;
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;

  constructor(provider: Provider, { workerFile, plan, profile }: ProcessOptions) {
    this.provider = provider;
    this.child = fork(workerFile, [], {
      serialization: 'advanced',
      // The collector's own threads would take the cores from the models.
      execArgv: ['--single-threaded-gc'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.on('data', (text: Buffer) => (this.errors = (this.errors + text.toString()).slice(-2000)));
    this.child.on('message', (message: FromWorker) => this.hear(message));
    this.child.on('error', (error) => (this.errors += error.message));
    this.closed = new Promise((done) =>
      this.child.once('close', () => {
        this.ended = true;
        this.lose();
        done();
      }),
    );
    this.send({ type: 'plan', plan: { ...plan, providers: [provider], profile } });
  }

  send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Killed, not asked: everything it was told to do is done, or not wanted any more. */
  kill(): Promise<void> {
    this.child.kill('SIGKILL');
    return this.closed;
  }
}
