import type { Studio } from './engine/studio.ts';

/** Who speaks through one window: an author is there from the first call in their name until the window goes. */
export function createAttendance(studio: Pick<Studio, 'attend'>) {
  const authors = new Map<string, () => void>();
  return {
    hear(params: unknown) {
      const author = typeof params === 'object' && params !== null && 'author' in params ? params.author : null;
      if (typeof author === 'string' && !authors.has(author)) authors.set(author, studio.attend(author));
    },
    leave() {
      authors.forEach((leave) => leave());
      authors.clear();
    },
  };
}
