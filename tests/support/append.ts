// Appends verdicts to a journal, one after the other, and prints the id of each once it is safe: `append.ts FILE AUTHOR COUNT`.
import { openJournal } from '../../main/engine/journal.ts';

const [file, author, count] = process.argv.slice(2);
const journal = await openJournal(file);
for (let n = 0; n < Number(count); n++) {
  const item = { case: `${author}-${n}`, sample: 's000', kind: 'extra', given: 1, proposed: 0, score: 0.5 } as const;
  const line = await journal.append(author, {
    type: 'verdict',
    verdict: 'accept',
    // Long enough that a kill can hit the middle of a line.
    items: [{ ...item, paint: [{ label: 0, rle: '0'.repeat(20_000) }] }],
  });
  process.stdout.write(`${line.id}\n`);
}
await journal.close();
