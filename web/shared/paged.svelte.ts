// A list that is read page by page: the first page is read anew as often as wanted, older ones stay below it.
import { get } from './api';

interface Page<T> {
  items: T[];
  next: string | null;
}

/** The newest page over what was there: everything once, or the page alone when a gap lies between the two. */
export function merged<T>(newest: T[], there: T[], key: (item: T) => string): { items: T[]; joined: boolean } {
  const known = new Set(newest.map(key));
  const joined = there.some((item) => known.has(key(item)));
  return { items: joined ? [...newest, ...there.filter((item) => !known.has(key(item)))] : newest, joined };
}

export class PagedList<T> {
  items = $state<T[]>([]);
  next = $state<string | null>(null);
  fault = $state<unknown>(null);
  loaded = $state(false);

  /** `path` has its other query members and ends where `limit` and `cursor` can follow. */
  constructor(
    private readonly path: () => string,
    private readonly key: (item: T) => string,
    private readonly size = 25,
  ) {}

  private read(cursor: string): Promise<Page<T>> {
    const path = this.path();
    const more = `limit=${this.size}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    return get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}${more}`);
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.fault = null;
    } catch (problem) {
      this.fault = problem;
    }
    this.loaded = true;
  }

  /** The first page anew, above the older ones already read. */
  refresh(): Promise<void> {
    return this.attempt(async () => {
      const page = await this.read('');
      const whole = merged(page.items, this.items, this.key);
      if (!whole.joined || this.items.length <= page.items.length) this.next = page.next;
      this.items = whole.items;
    });
  }

  /** The first page alone: another question was asked. */
  start(): Promise<void> {
    return this.attempt(async () => {
      const page = await this.read('');
      this.items = page.items;
      this.next = page.next;
    });
  }

  older(): Promise<void> {
    return this.attempt(async () => {
      if (this.next === null) return;
      const page = await this.read(this.next);
      const known = new Set(this.items.map(this.key));
      this.items = [...this.items, ...page.items.filter((item) => !known.has(this.key(item)))];
      this.next = page.next;
    });
  }
}
