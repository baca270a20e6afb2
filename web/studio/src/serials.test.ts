// The typed list of an enrolment: which line holds what, and what is wrong with it.
import { describe, expect, it } from 'vitest';
import { faultsIn, faultsOf, serialsIn } from './serials';

describe('serialsIn', () => {
  it('keeps the number of the line', () => {
    expect(serialsIn('VS-001\r\n\n  VS-002 \n')).toEqual([
      { line: 1, serial: 'VS-001' },
      { line: 3, serial: 'VS-002' },
    ]);
    expect(serialsIn(' \n')).toEqual([]);
  });
});

describe('faultsIn', () => {
  it('finds every fault at once', () => {
    const faults = faultsIn(serialsIn('VS-001\nVS-001\nx\n-VS-2\nVS-002'));
    expect(faults.map((one) => one.line)).toEqual([2, 3, 4]);
    expect(faults[0]?.reason).toBe('the same as line 1');
  });
  it('holds fifty', () => {
    const many = Array.from({ length: 51 }, (_, n) => `VS-${n}${n}`).join('\n');
    expect(faultsIn(serialsIn(many)).map((one) => one.line)).toEqual([51]);
  });
});

describe('faultsOf', () => {
  it('finds the line of a place', () => {
    const lines = serialsIn('\nVS-001\nVS-002');
    expect(faultsOf([{ pointer: '/serials/1', detail: 'no' }, { pointer: '/ttl_s', detail: 'no' }], lines)).toEqual([
      { line: 3, serial: 'VS-002', reason: 'no' },
    ]);
  });
});
