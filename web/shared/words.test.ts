// The words people read: ages, durations and states.
import { describe, expect, it } from 'vitest';
import { age, clock, duration, span, toneOf, when, words } from './words';

describe('age', () => {
  const now = Date.parse('2026-11-22T08:00:00.000Z');
  it('speaks in the unit that fits', () => {
    expect(age('2026-11-22T07:59:57.000Z', now)).toBe('3 s ago');
    expect(age('2026-11-22T07:55:00.000Z', now)).toBe('5 min ago');
    expect(age('2026-11-22T05:00:00.000Z', now)).toBe('3 h ago');
    expect(age('2026-11-19T08:00:00.000Z', now)).toBe('3 d ago');
  });
  it('never shows a future or a missing time as a number', () => {
    expect(age('2026-11-22T08:00:05.000Z', now)).toBe('0 s ago');
    expect(age(null, now)).toBe('never');
    expect(age('nonsense', now)).toBe('unknown');
  });
});

describe('span', () => {
  const now = Date.parse('2026-11-22T08:00:00.000Z');
  it('ends at the end, or now while it lasts', () => {
    expect(span('2026-11-22T07:59:00.000Z', '2026-11-22T07:59:04.000Z', now)).toBe('4 s');
    expect(span('2026-11-22T07:48:00.000Z', null, now)).toBe('12 min');
    expect(span('2026-11-22T05:30:00.000Z', null, now)).toBe('2 h 30 min');
    expect(span('nonsense', null, now)).toBe('unknown');
  });
});

describe('when', () => {
  const now = new Date(2026, 10, 22, 12).getTime();
  it('names the day of another day', () => {
    const earlier = new Date(2026, 10, 22, 9).toISOString();
    const before = new Date(2026, 10, 21, 9).toISOString();
    expect(when(earlier, now)).toBe(clock(earlier));
    expect(when(before, now)).toBe(`2026-11-21 ${clock(before)}`);
    expect(when('nonsense', now)).toBe('nonsense');
  });
});

describe('duration', () => {
  it('is hours, minutes, seconds', () => {
    expect(duration(0)).toBe('00:00:00');
    expect(duration(3_725_999)).toBe('01:02:05');
    expect(duration(-5)).toBe('00:00:00');
  });
});

describe('states', () => {
  it('have a look even when unknown', () => {
    expect(toneOf('connected')).toBe('good');
    expect(toneOf('something_new')).toBe('idle');
    expect(words('auth_failed')).toBe('auth failed');
  });
});
