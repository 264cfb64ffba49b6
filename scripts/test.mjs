import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fresh } from './fresh.mjs';
import { orFail } from './passing.mjs';
import { inRoot, root } from './places.mjs';

// Everything there is to check. The last line counts the tests of all suites; a check that fails counts as one.
const started = Date.now();
await orFail(() => fresh({ build: false }));
const reports = mkdtempSync(join(tmpdir(), 'winnow-test-'));
const vitest = join(reports, 'vitest.json');
const playwright = join(reports, 'playwright.json');

const suites = {
  'type check': await check('npm run --silent typecheck'),
  lint: await check('npm run --silent lint'),
  build: await fresh().then(passed, failed),
  'unit, engine and host tests': await suite(
    `vitest run --reporter=default --reporter=json --outputFile.json="${vitest}"`,
    () => fromVitest(readReport(vitest)),
  ),
  journey: await suite('playwright test --reporter=list,json', () => fromPlaywright(readReport(playwright).stats), {
    PLAYWRIGHT_JSON_OUTPUT_NAME: playwright,
  }),
};
rmSync(reports, { recursive: true, force: true });
sumUp(suites);

async function check(command) {
  return (await run(command)) === 0 ? passed() : { passed: 0, failed: 1 };
}

/** A suite that ends badly without a failed test (it could not start, a worker died) counts as one failed. */
async function suite(command, count, env) {
  const code = await run(command, env);
  const counts = attempt(count) ?? { passed: 0, failed: 0 };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function run(command, env = {}) {
  console.log(`\n$ ${command}`);
  const path = `${inRoot('node_modules', '.bin')}${delimiter}${process.env.PATH}`;
  return new Promise((done) => {
    const child = spawn(command, {
      cwd: root,
      stdio: 'inherit',
      shell: true,
      env: { ...process.env, ...env, PATH: path },
    });
    child.on('error', () => done(1));
    child.on('exit', (code) => done(code ?? 1));
  });
}

function passed() {
  return { passed: 0, failed: 0 };
}

function failed(error) {
  console.error(error.message);
  return { passed: 0, failed: 1 };
}

function attempt(work) {
  try {
    return work();
  } catch {
    return null;
  }
}

function readReport(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function fromVitest({ numPassedTests, numFailedTests, numPendingTests = 0, numTodoTests = 0 }) {
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
}

function fromPlaywright({ expected, flaky, unexpected, skipped }) {
  return { passed: expected + flaky, failed: unexpected, skipped };
}

function sumUp(suites) {
  console.log();
  for (const [name, { passed, failed, skipped = 0 }] of Object.entries(suites)) {
    const counts = [passed && `${passed} passed`, failed && `${failed} failed`, skipped && `${skipped} skipped`];
    console.log(`${name}: ${counts.filter(Boolean).join(', ') || 'good'}`);
  }
  const total = (key) => Object.values(suites).reduce((sum, counts) => sum + counts[key], 0);
  console.log(`${Math.round((Date.now() - started) / 1000)} s`);
  console.log(`${total('passed')} passed, ${total('failed')} failed`);
  process.exitCode = total('failed') ? 1 : 0;
}
