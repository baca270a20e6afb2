// How a page read anew joins the pages read before.
import { expect, test } from 'vitest';
import { merged } from './paged.svelte';

const key = (item: number) => String(item);

test('new items come first, each once, older ones stay', () => {
  expect(merged([5, 4, 3], [4, 3, 2, 1], key)).toEqual({ items: [5, 4, 3, 2, 1], joined: true });
});

test('where a gap would be left, the newest page stands alone', () => {
  expect(merged([9, 8, 7], [4, 3, 2], key)).toEqual({ items: [9, 8, 7], joined: false });
  expect(merged([1], [], key)).toEqual({ items: [1], joined: false });
});
