// Studio's page: the fleet, one appliance live, and the button that runs the demo timeline.
import { expect, test } from '@playwright/test';
import { enterStudio, expectAccessible, watchFaults } from './pages';

test('shows the fleet and an appliance with its events', async ({ page }) => {
  const faults = watchFaults(page);
  await enterStudio(page);
  await page.getByRole('button', { name: 'Harbour hut' }).click();
  const device = page.getByRole('region', { name: /Harbour hut/ });
  await expect(device.getByText('playing')).toBeVisible();
  await expect(device.getByText('online')).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Events' }).getByText('timeline.state').first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Commands' }).getByText('TIMELINE_EXECUTE').first()).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/studio.png', fullPage: true });
  await expectAccessible(page);
  expect(faults).toEqual([]);
});

test('stops the show and runs the timeline again', async ({ page }) => {
  await enterStudio(page);
  await page.getByRole('button', { name: 'Harbour hut' }).click();
  const device = page.getByRole('region', { name: /Harbour hut/ });
  await device.getByRole('button', { name: 'Stop' }).click();
  await expect(device.getByText('playing')).toHaveCount(0);
  await device.getByRole('button', { name: 'Run the timeline' }).click();
  await expect(device.getByText('playing')).toBeVisible({ timeout: 20_000 });
});

test('follows a command through its messages', async ({ page }) => {
  await enterStudio(page);
  await page.getByRole('button', { name: 'Harbour hut' }).click();
  await page.getByRole('button', { name: 'Trace TIMELINE_EXECUTE' }).first().click();
  const trace = page.getByRole('region', { name: 'Trace of TIMELINE_EXECUTE' });
  await expect(trace.getByText('to the appliance').first()).toBeVisible();
  await expect(trace.getByText('from the appliance').first()).toBeVisible();
  await expectAccessible(page);
});

test('makes a pairing token and shows it once', async ({ page }) => {
  await enterStudio(page);
  await page.getByLabel('Serial number').fill('SANDBOX-0002');
  await page.getByRole('button', { name: 'Make a pairing token' }).click();
  await expect(page.getByText(/^[0-9A-Z*~$=]{5}(-[0-9A-Z*~$=]{1,5})+$/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Fleet' })).toBeVisible();
  await expect(page.getByText(/It is shown only now/)).toHaveCount(0);
});
