import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { inRoot, node24, root } from './places.mjs';

const SOURCES = [
  'main',
  'common',
  'preload',
  'renderer',
  'resources',
  'electron.vite.config.ts',
  'svelte.config.js',
  'package-lock.json',
];
const STAMP = inRoot('out', '.built');

/** Installs and builds, each only when needed. Everything is told on stderr, so that stdout stays the command's own. */
export async function fresh({ build = true } = {}) {
  if (installStale()) await withLock(root, async () => installStale() && (await install()));
  if (build && buildStale()) await withLock(root, async () => buildStale() && (await makeBuild()));
}

/**
 * npm writes its own copy of the lockfile last, so that stands for a complete installation. A lockfile that is younger
 * may still say the same: a checkout touches it.
 */
function installStale() {
  const [asked, made] = [inRoot('package-lock.json'), inRoot('node_modules', '.package-lock.json')];
  return modified(made) < modified(asked) && !sameVersions(asked, made);
}

/** Packages of other platforms are in the lockfile only. */
function sameVersions(asked, made) {
  try {
    const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
    const installed = packagesOf(made);
    return Object.entries(packagesOf(asked)).every(
      ([name, { version, optional }]) =>
        name === '' || (installed[name] ? installed[name].version === version : optional),
    );
  } catch {
    return false;
  }
}

async function install() {
  tell('Installing …');
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  if (npm && node && /\.c?js$/.test(npm)) await run(node, [npm, 'ci'], 'npm ci');
  else await run('npm', ['ci'], 'npm ci', { shell: process.platform === 'win32' });
}

function buildStale() {
  try {
    return readFileSync(STAMP, 'utf8') !== fingerprint();
  } catch {
    return true;
  }
}

/** The fingerprint is taken before the build: what changes while it runs makes it stale again. */
async function makeBuild() {
  tell('Building …');
  const before = fingerprint();
  const tool = inRoot('node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  await run(node24(), [tool, 'build', '--logLevel', 'warn'], 'The build', { cwd: root });
  writeFileSync(STAMP, before);
}

/** Of names, sizes and times of all sources: cheap, and it sees deleted and older files too. */
function fingerprint() {
  const hash = createHash('sha256');
  const visit = (path) => {
    const stat = statSync(inRoot(path), { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(inRoot(path)).sort()) visit(join(path, name));
    else if (stat) hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  SOURCES.forEach(visit);
  return hash.digest('hex');
}

const modified = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1;

const tell = (line) => process.stderr.write(`${line}\n`);

function run(command, args, what, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`${what} failed with exit code ${code}.`))));
  });
}
