import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

const at = (path: string) => resolve(import.meta.dirname, path);

/** One build for the three hosts: every entry of main/ that a process is started with, the bridge, the page. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          desktop: at('main/desktop.ts'),
          cli: at('main/cli.ts'),
          worker: at('main/engine/inference/worker.ts'),
          demo: at('resources/demo/main.ts'),
          artist: at('resources/demo/artist.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { bridge: at('preload/bridge.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [svelte({ configFile: at('svelte.config.js') })],
    // Not assets/: below that path the hosts serve the pixels.
    build: { outDir: 'out/renderer', assetsDir: 'static', rolldownOptions: { input: at('renderer/index.html') } },
  },
});
