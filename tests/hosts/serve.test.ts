import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWindow } from '../support/calls.ts';
import { ask, raw, upgrade } from '../support/http.ts';
import { built, serving, type Serving } from '../support/program.ts';

let server: Serving;
const cookie = () => ({ Cookie: `winnow-${new URL(server.origin).port}=${server.token}` });

beforeAll(async () => {
  await built();
  server = await serving();
}, 120_000);
afterAll(() => server?.stop());

describe('who may come in', () => {
  it('prints one address with 256 bits of token, and answers it with the page and a cookie', async () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[A-Za-z0-9_-]{43}$/);
    const page = await ask(server.origin, { path: `/?token=${server.token}` });
    expect(page.status).toBe(200);
    expect(page.body.toString()).toContain('<title>Winnow</title>');
    expect(page.headers['set-cookie']?.[0]).toMatch(/^winnow-\d+=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('lets the cookie or a bearer stand in for the token', async () => {
    expect((await ask(server.origin, { path: '/', headers: cookie() })).status).toBe(200);
    const bearer = { Authorization: `Bearer ${server.token}` };
    expect((await ask(server.origin, { path: '/', headers: bearer })).status).toBe(200);
  });

  it.each(['/', '/index.html', '/icon.svg', '/assets/000000000000/thumb/a', '/nothing'])(
    'turns %s away without a token, or with a wrong one',
    async (path) => {
      const wrong = server.token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
      expect((await ask(server.origin, { path })).status).toBe(401);
      expect((await ask(server.origin, { path: `${path}?token=${wrong}` })).status).toBe(401);
      expect((await ask(server.origin, { path: `${path}?token=` })).status).toBe(401);
      expect((await ask(server.origin, { path: `${path}?token=${server.token}x` })).status).toBe(401);
      expect((await ask(server.origin, { path, headers: { Cookie: `winnow-1=${wrong}` } })).status).toBe(401);
    },
  );

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '10.0.0.1', 'localhost.evil.example', ''])(
    'turns the host %j away: its name may have been pointed here',
    async (host) => {
      const headers = { ...cookie(), Host: host };
      expect((await ask(server.origin, { path: '/', headers })).status).toBe(403);
      expect((await upgrade(server.origin, '/rpc', headers)).status).toBe(403);
    },
  );

  it('takes the loopback names at any port, as a tunnel has another one', async () => {
    for (const host of ['127.0.0.1:9', 'localhost:9', '[::1]:9', 'LOCALHOST'])
      expect((await ask(server.origin, { path: '/', headers: { ...cookie(), Host: host } })).status).toBe(200);
  });

  it('lets the calls in from its own page only', async () => {
    const own = { ...cookie(), Origin: server.origin };
    expect((await upgrade(server.origin, '/rpc', own)).status).toBe(101);
    expect((await upgrade(server.origin, '/rpc', { Origin: server.origin })).status).toBe(401);
    expect((await upgrade(server.origin, '/elsewhere', own)).status).toBe(404);
    for (const Origin of ['http://evil.example', 'null', 'http://127.0.0.1:1', `${server.origin}.evil.example`])
      expect((await upgrade(server.origin, '/rpc', { ...cookie(), Origin })).status).toBe(403);
  });

  it('does not lend the cookie to pages on other ports of this machine', async () => {
    const borrowed = { ...cookie(), 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' };
    expect((await ask(server.origin, { path: '/assets/000000000000/thumb/a', headers: borrowed })).status).toBe(403);
  });
});

describe('what can be had', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await ask(server.origin, { path: '/', method, headers: cookie() })).status).toBe(405);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fpackage.json',
    '/static/../../main/cli.js',
    '/static/..%5c..%5cmain%5ccli.js',
    '/..\\..\\main\\cli.js',
    '//etc/passwd',
    '///etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/index.html/',
    '/.built',
    '/main/cli.js',
    '/assets/../../package.json',
    '/assets/%2e%2e/package.json',
    '/assets/000000000000/picture/..%2f..%2fpackage.json',
    '/assets/000000000000/picture/%2fetc%2fpasswd',
    '/assets/..%2f..%2f..%2fetc%2fpasswd/picture/a',
  ])('does not follow %s', async (path) => {
    const { status, body } = await ask(server.origin, { path, headers: cookie() });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.toString()).not.toMatch(/"winnow"|root:|import /);
  });

  it('answers what is no path with 400', async () => {
    const head = `Host: 127.0.0.1\r\nCookie: winnow-1=${server.token}\r\nConnection: close\r\n\r\n`;
    expect(await raw(server.origin, `GET http://evil.example/ HTTP/1.1\r\n${head}`)).toContain(' 400 ');
    expect(await raw(server.origin, `GET nowhere HTTP/1.1\r\n${head}`)).toContain(' 400 ');
  });

  it('sends the headers that keep the page to itself, on refusals too', async () => {
    for (const path of [`/?token=${server.token}`, '/', '/nothing']) {
      const { headers } = await ask(server.origin, { path });
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    }
  });
});

describe('calls', () => {
  it('answers every message, sensible or not', async () => {
    const window = await openWindow(server);
    await expect(window.call('about', {})).resolves.toMatchObject({ opened: [] });
    for (const text of ['', 'no json', '[]', '{}', '{"id":{},"method":"about"}', '{"id":1}'])
      await expect(window.send(text, null)).resolves.toMatchObject({ error: { code: 'input' } });
    for (const method of ['constructor', '__proto__', 'toString', 'handle', 'close', 'nothing'])
      await expect(window.send(JSON.stringify({ id: 7, method, params: {} }), 7)).resolves.toMatchObject({
        error: { code: 'input' },
      });
    await expect(window.send('{"id":8,"method":"open","params":{"folder":1}}', 8)).resolves.toMatchObject({
      error: { code: 'input' },
    });
    window.close();
  });

  it('drops a window that sends more than it has reason to', async () => {
    const window = await openWindow(server);
    await expect(window.send('x'.repeat(17 * 1024 * 1024), null)).rejects.toThrow('closed');
    const next = await openWindow(server);
    await expect(next.call('about', {})).resolves.toBeDefined();
    next.close();
  });
});
