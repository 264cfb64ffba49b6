import { existsSync, writeFileSync } from 'node:fs';
import type { ToWorker } from '../../main/engine/inference/protocol.ts';

/**
 * An inference process that ends when it is given a certain picture: always, or with WINNOW_TEST_ONCE naming a file, only
 * as long as that is not there.
 */
const { WINNOW_TEST_DEADLY, WINNOW_TEST_ONCE } = process.env;

process.on('message', (message: ToWorker) => {
  if (message.type !== 'task' || message.task.sample.name !== WINNOW_TEST_DEADLY) return;
  if (WINNOW_TEST_ONCE) {
    if (existsSync(WINNOW_TEST_ONCE)) return;
    writeFileSync(WINNOW_TEST_ONCE, '');
  }
  process.kill(process.pid, 'SIGKILL');
});

await import('../../main/engine/inference/worker.ts');
