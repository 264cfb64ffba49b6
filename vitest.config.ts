import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // For the runes in *.svelte.ts.
  plugins: [svelte()],
  test: {
    include: ['tests/{bench,engine,hosts,renderer}/**/*.test.ts'],
    testTimeout: 30_000,
    // Inference processes take the cores; two files at a time keep timings sane on small machines.
    maxWorkers: 2,
  },
});
