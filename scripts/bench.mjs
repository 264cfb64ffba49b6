#!/usr/bin/env node
// Measures what a scan costs beside the bare runs of its models: npm run bench -- [--data DIR --models DIR|FILE…]
import { fresh } from './fresh.mjs';
import { orFail, passing } from './passing.mjs';
import { inRoot, node24, standing } from './places.mjs';

// The inference processes are those users get.
await orFail(fresh);
passing(node24(), [inRoot('bench', 'scan.ts'), ...process.argv.slice(2)], { cwd: standing() });
