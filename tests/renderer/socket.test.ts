import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StudioEvent } from '../../common/api.ts';
import { CallError, connect, ConnectionLost, type Socket } from '../../renderer/socket.ts';

/** A WebSocket as far as `connect` sees one, moved by hand. */
class Wire extends EventTarget {
  readyState = 0;
  readonly sent: { id: number; method: string; params: unknown }[] = [];

  send(text: string) {
    this.sent.push(JSON.parse(text) as Wire['sent'][number]);
  }

  close() {
    this.readyState = 3;
    this.dispatchEvent(new Event('close'));
  }

  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }

  receive(message: unknown) {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }
}

function setUp() {
  const wires: Wire[] = [];
  const host = connect(() => {
    const wire = new Wire();
    wires.push(wire);
    return wire as unknown as Socket;
  }, 'http://127.0.0.1/assets');
  return { host, wires };
}

const ABOUT = { version: '1', cores: 2, home: '/home', opened: [] };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('calls', () => {
  test('made before the first connection are sent once it stands', async () => {
    const { host, wires } = setUp();
    const answer = host.call('about', {});
    expect(wires[0].sent).toEqual([]);
    wires[0].open();
    expect(wires[0].sent).toEqual([{ id: 1, method: 'about', params: {} }]);
    wires[0].receive({ id: 1, result: ABOUT });
    await expect(answer).resolves.toEqual(ABOUT);
  });

  test('are answered by id, in whatever order', async () => {
    const { host, wires } = setUp();
    wires[0].open();
    const [first, second] = [host.call('about', {}), host.call('browse', { path: null })];
    wires[0].receive({ id: 2, result: 'second' });
    wires[0].receive({ id: 1, result: 'first' });
    await expect(Promise.all([first, second])).resolves.toEqual(['first', 'second']);
  });

  test('reject with what the engine says', async () => {
    const { host, wires } = setUp();
    wires[0].open();
    const answer = host.call('open', { folder: '/nowhere' });
    wires[0].receive({ id: 1, error: { code: 'input', message: 'Expected a folder.' } });
    const error = await answer.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ code: 'input', message: 'Expected a folder.' });
  });

  test('that wait reject when the connection goes, and later ones at once', async () => {
    const { host, wires } = setUp();
    wires[0].open();
    const waiting = host.call('about', {});
    wires[0].close();
    await expect(waiting).rejects.toThrow(ConnectionLost);
    await expect(host.call('about', {})).rejects.toThrow(ConnectionLost);
  });
});

describe('the connection', () => {
  test('comes back after waits that double up to five seconds, and starts small again', () => {
    const { wires } = setUp();
    for (const wait of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      const before = wires.length;
      wires[before - 1].close();
      vi.advanceTimersByTime(wait - 1);
      expect(wires).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(wires).toHaveLength(before + 1);
    }
    wires.at(-1)?.open();
    const before = wires.length;
    wires.at(-1)?.close();
    vi.advanceTimersByTime(250);
    expect(wires).toHaveLength(before + 1);
  });

  test('is told to those who watch, once a change, and no more after the undo', () => {
    const { host, wires } = setUp();
    const told: boolean[] = [];
    const undo = host.watchConnection((connected) => told.push(connected));
    expect(told).toEqual([]);
    wires[0].open();
    wires[0].close();
    vi.advanceTimersByTime(250);
    wires[1].close();
    expect(told).toEqual([true, false]);
    undo();
    vi.advanceTimersByTime(500);
    wires[2].open();
    expect(told).toEqual([true, false]);
  });

  test('works again after it came back', async () => {
    const { host, wires } = setUp();
    wires[0].open();
    wires[0].close();
    vi.advanceTimersByTime(250);
    wires[1].open();
    const answer = host.call('about', {});
    wires[1].receive({ id: wires[1].sent[0].id, result: ABOUT });
    await expect(answer).resolves.toEqual(ABOUT);
  });
});

test('events reach every listener until its undo', () => {
  const { host, wires } = setUp();
  wires[0].open();
  const event: StudioEvent = { type: 'opening', folder: '/data', done: 1, total: 2 };
  const heard: StudioEvent[] = [];
  const undo = host.listen((one) => heard.push(one));
  wires[0].receive({ event });
  undo();
  wires[0].receive({ event });
  expect(heard).toEqual([event]);
});
