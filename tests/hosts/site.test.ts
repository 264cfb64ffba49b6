import { beforeAll, describe, expect, it } from 'vitest';
import { createSite } from '../../main/site.ts';
import { built } from '../support/program.ts';

const site = createSite({ workspace: () => undefined });

beforeAll(built, 120_000);

describe('what a window loads by the scheme of the desktop', () => {
  it('is the built page under its policy', async () => {
    const page = await site(new Request('winnow://app/'));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const script = /src="\.?(\/static\/[^"]+\.js)"/.exec(await page.text())?.[1];
    const code = await site(new Request(`winnow://app${script}`));
    expect(code.status).toBe(200);
    expect(code.headers.get('content-type')).toContain('text/javascript');
  });

  it.each(['nothing', '../package.json', '%2e%2e/package.json', 'assets/000000000000/picture/a', 'assets/', '%ff'])(
    'is not %s',
    async (path) => expect((await site(new Request(`winnow://app/${path}`))).status).toBeGreaterThanOrEqual(400),
  );

  it('is only ever read', async () => {
    expect((await site(new Request('winnow://app/', { method: 'POST' }))).status).toBe(405);
  });
});
