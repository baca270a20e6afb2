// Unit tests of the pages' plain TypeScript; the browser tests are Playwright's.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['ocl/**/*.test.ts', 'shared/**/*.test.ts', 'studio/**/*.test.ts', 'appliance/**/*.test.ts'] },
});
