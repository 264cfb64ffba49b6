#!/usr/bin/env node
import { fresh } from './fresh.mjs';
import { orFail, passing } from './passing.mjs';
import { inRoot, node24, standing } from './places.mjs';

await orFail(fresh);
passing(node24(), [inRoot('out', 'main', 'cli.js'), ...process.argv.slice(2)], { cwd: standing() });
