import { untrack } from 'svelte';
import { Queue } from '../../queue.svelte.ts';
import { studio } from '../../studio.svelte.ts';

/** The queue of the dataset that is open, kept abreast of the engine whichever view is shown. */
class Reviewing {
  queue = $state.raw<Queue | null>(null);
}

export const reviewing = new Reviewing();

$effect.root(() => {
  const dataset = $derived(studio.dataset?.id ?? null);
  $effect(() => {
    if (dataset === null) return;
    const queue = untrack(() => open(dataset));
    reviewing.queue = queue;
    const stopListening = studio.on((event) => queue.hear(event));
    return () => {
      stopListening();
      queue.close();
      reviewing.queue = null;
    };
  });
  $effect(() => {
    studio.openCases = reviewing.queue?.cases.scan ? reviewing.queue.cases.countOf(null, 'open') : null;
  });
});

function open(dataset: string): Queue {
  const failed = (error: unknown) => studio.toast(error instanceof Error ? error.message : String(error), 'bad');
  const classes = studio.dataset?.classes ?? [];
  const queue = new Queue({ dataset, classes, author: studio.author, engine: studio, failed });
  queue.start().catch(failed);
  return queue;
}
