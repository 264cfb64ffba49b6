import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { openableDemo } from '../main/engine/demo.ts';
import { fresh } from '../scripts/fresh.mjs';

/**
 * Runs the Slurm job of docs/scale.md, word for word, on this one machine: a munged, a slurmctld and a slurmd of its own in
 * a temporary folder, an array of two tasks on one dataset, and the result compared with that of a single scan. Needs
 * Debian's slurm-wlm and munge, and root; ends what it started.
 *
 *     node bench/slurm.ts [--data DIR --models DIR]     without: the demo
 */
const { values } = parseArgs({ options: { data: { type: 'string' }, models: { type: 'string' } } });
const root = resolve(import.meta.dirname, '..');
const PARTS = 2;

const daemons: ChildProcess[] = [];

function start(name: string, args: string[]): void {
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-600)));
  child.on('error', (error) => console.error(`${name}: ${error.message}`));
  child.on('exit', (code) => code && console.error(`${name} ended with ${code}: ${said}`));
  daemons.push(child);
}

/** One machine that is controller and node at once; no cgroups, no accounting. */
function configuration(place: string): string {
  const host = hostname().split('.')[0];
  return [
    'ClusterName=winnow',
    `SlurmctldHost=${host}(127.0.0.1)`,
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${place}/munge.socket`,
    'CryptoType=crypto/munge',
    'SlurmctldPort=16817',
    'SlurmdPort=16818',
    `StateSaveLocation=${place}/state`,
    `SlurmdSpoolDir=${place}/spool`,
    `SlurmctldPidFile=${place}/slurmctld.pid`,
    `SlurmdPidFile=${place}/slurmd.pid`,
    `SlurmctldLogFile=${place}/slurmctld.log`,
    `SlurmdLogFile=${place}/slurmd.log`,
    'ProctrackType=proctrack/pgid',
    'TaskPlugin=task/none',
    'JobAcctGatherType=jobacct_gather/none',
    'MpiDefault=none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU',
    'ReturnToService=2',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=${Math.max(PARTS, availableParallelism())} State=UNKNOWN`,
    'PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
    '',
  ].join('\n');
}

async function startSlurm(place: string): Promise<NodeJS.ProcessEnv> {
  const conf = join(place, 'slurm.conf');
  await mkdir(join(place, 'state'));
  await mkdir(join(place, 'spool'));
  await writeFile(conf, configuration(place));
  await writeFile(join(place, 'munge.key'), randomBytes(1024), { mode: 0o400 });
  const own = (name: string) => `${place}/munge.${name}`;
  start('munged', [
    ...['--foreground', '--force', `--key-file=${own('key')}`, `--socket=${own('socket')}`],
    ...[`--pid-file=${own('pid')}`, `--log-file=${own('log')}`, `--seed-file=${own('seed')}`],
  ]);
  await until('munged answers', () => existsSync(own('socket')));
  start('slurmctld', ['-D', '-f', conf]);
  start('slurmd', ['-D', '-f', conf]);
  const env = { ...process.env, SLURM_CONF: conf };
  await until('the node is idle', () => ask(env, 'sinfo', '-h', '-o', '%T').includes('idle'));
  return env;
}

function ask(env: NodeJS.ProcessEnv, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

async function until(what: string, done: () => boolean, seconds = 60): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !done();) {
    if (performance.now() > end) throw new Error(`Expected that ${what} within ${seconds} s.`);
    await wait(200);
  }
}

/** The first block of docs/scale.md that is a batch script. */
async function documentedScript(): Promise<string> {
  const text = await readFile(join(root, 'docs', 'scale.md'), 'utf8');
  const script = /```bash\n(#!\/bin\/bash\n#SBATCH[\s\S]*?)```/.exec(text)?.[1];
  if (!script) throw new Error('Expected a batch script in docs/scale.md, found none.');
  return script;
}

const winnow = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [join(root, 'scripts', 'winnow.mjs'), ...args, '--json'], {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );

interface CaseId {
  id: string;
}

function outcome(data: string, project: string) {
  const cases = winnow('cases', data, '--masks', '--project', project) as CaseId[];
  return {
    images: winnow('images', data, '--project', project),
    cases: cases.sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

const place = await mkdtemp(join(tmpdir(), 'winnow-slurm-'));
await chmod(place, 0o755);
try {
  await fresh();
  const demo = values.data ? null : await openableDemo(place);
  const data = resolve(values.data ?? demo?.folder ?? '');
  const models = values.models ? resolve(values.models) : resolve(demo?.models[0] ?? '', '..');
  console.log(ask(process.env, 'slurmctld', '-V').trim());
  const single = winnow('scan', data, '--models', models, '--device', 'cpu', '--project', join(place, 'single'));
  console.log('one scan:', JSON.stringify(single).slice(0, 120), '…');

  const env = await startSlurm(place);
  const script = join(place, 'winnow.sbatch');
  await writeFile(script, await documentedScript());
  const project = join(place, 'array');
  const began = performance.now();
  const submitted = ask(
    { ...env, WINNOW: root, DATASET: data, MODELS: models, PROJECT: project, PARTS: String(PARTS) },
    'sbatch',
    ...[`--array=1-${PARTS}`, `--chdir=${place}`, script],
  );
  console.log(submitted.trim());
  if (!submitted) throw new Error('Expected sbatch to take the job, found that it did not.');
  const job = submitted.trim().split(' ').at(-1) ?? '';
  let atOnce = 0;
  await until(
    'the array ends',
    () => {
      const states = ask(env, 'squeue', '-h', '-r', '-j', job, '-o', '%T').split('\n').filter(Boolean);
      atOnce = Math.max(atOnce, states.filter((state) => state === 'RUNNING').length);
      return !states.length;
    },
    600,
  );
  console.log(`array of ${PARTS} tasks: ${((performance.now() - began) / 1000).toFixed(1)} s, ${atOnce} at once`);
  for (let part = 1; part <= PARTS; part++) {
    const log = (await readFile(join(place, `winnow-${job}-${part}.log`), 'utf8')).trim();
    console.log(`task ${part}:`, (log.split('\n').at(-1) ?? '').slice(0, 120), '…');
  }
  const [one, array] = [outcome(data, join(place, 'single')), outcome(data, project)];
  const equal = isDeepStrictEqual(one, array);
  console.log(
    `${one.cases.length} cases: the array's images and cases are ${equal ? 'equal to' : 'NOT those of'} one scan`,
  );
  process.exitCode = equal ? 0 : 1;
} finally {
  for (const child of daemons.reverse()) child.kill('SIGTERM');
  await wait(1000);
  await rm(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
}
