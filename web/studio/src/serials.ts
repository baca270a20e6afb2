// The serial numbers of an enrolment as they are typed: one a line, empty lines are nothing.

export const most_serials = 50;

export interface SerialLine {
  line: number; // as people count them
  serial: string;
}

export interface LineFault {
  line: number;
  serial: string;
  reason: string;
}

/** The lines that hold something. */
export function serialsIn(text: string): SerialLine[] {
  return text
    .split('\n')
    .map((line, n) => ({ line: n + 1, serial: line.trim() }))
    .filter((one) => one.serial !== '');
}

/** What Studio would refuse, all at once; Studio's own answer names only the first. */
export function faultsIn(lines: SerialLine[]): LineFault[] {
  const seen = new Map<string, number>();
  const faults: LineFault[] = [];
  for (const [n, { line, serial }] of lines.entries()) {
    const before = seen.get(serial);
    if (!/^[A-Za-z0-9][A-Za-z0-9 ._:/+-]{1,62}[A-Za-z0-9]$/.test(serial)) {
      faults.push({ line, serial, reason: 'a serial has 3 to 64 letters, digits and . _ : / + - between them' });
    } else if (before !== undefined) {
      faults.push({ line, serial, reason: `the same as line ${before}` });
    } else if (n >= most_serials) {
      faults.push({ line, serial, reason: `a file holds ${most_serials} serials` });
    }
    if (before === undefined) seen.set(serial, line);
  }
  return faults;
}

/** Studio's places (`/serials/3`) as lines; those that belong to no line are left out. */
export function faultsOf(places: { pointer: string; detail: string }[], lines: SerialLine[]): LineFault[] {
  return places.flatMap(({ pointer, detail }) => {
    const place = /^\/serials\/(\d+)$/.exec(pointer);
    const at = place ? lines[Number(place[1])] : undefined;
    return at ? [{ ...at, reason: detail }] : [];
  });
}
