// Browser tests of both pages against a real sandbox: Debian's Chromium, real binaries, no stand-ins.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  globalSetup: './e2e/sandbox.ts',
  reporter: 'line',
  workers: 1,
  timeout: 60_000,
  outputDir: '../build/web-e2e',
  use: {
    ignoreHTTPSErrors: true, // Studio's own CA is not in the browser
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
      ],
    },
  },
});
