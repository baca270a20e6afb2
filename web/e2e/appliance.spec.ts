// The appliance page beside a running show (G1.11: connectivity state in the local UI).
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { enterAppliance, expectAccessible, watchFaults } from './pages';

test('shows the program picture, the link, the cameras and the outputs', async ({ page }) => {
  const faults = watchFaults(page);
  await enterAppliance(page);
  const link = page.getByRole('region', { name: 'Studio link' });
  await expect(link.getByText('connected')).toBeVisible();
  await expect(page.getByRole('banner').getByText('ON AIR')).toBeVisible();
  const cameras = page.getByRole('region', { name: 'Cameras' });
  await expect(cameras.getByText('online')).toHaveCount(2);
  await expect(page.getByRole('region', { name: 'Outputs' }).getByText('live')).toBeVisible();
  const picture = page.getByRole('img', { name: 'What viewers see now' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  await page.screenshot({ path: '../build/web-e2e/appliance.png', fullPage: true });
  await expectAccessible(page);
  expect(faults).toEqual([]);
});

test('the picture moves', async ({ page }) => {
  await enterAppliance(page);
  const picture = page.getByRole('img', { name: 'What viewers see now' });
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  const first = await picture.screenshot();
  await expect.poll(async () => (await picture.screenshot()).equals(first)).toBe(false);
});

test('refuses a wrong password with words', async ({ page }) => {
  await page.goto(process.env.VISTTER_APPLIANCE!);
  await page.getByLabel('Password').fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('API_UNAUTHENTICATED');
  await expectAccessible(page);
});

test('walks the way to Studio and says how each step went', async ({ page }) => {
  await enterAppliance(page);
  const link = page.getByRole('region', { name: 'Studio link' });
  await link.getByRole('button', { name: 'Test the way' }).click();
  const steps = link.getByRole('list', { name: 'The way to Studio' });
  await expect(steps.getByRole('listitem')).toHaveCount(7);
  await expect(steps.getByText('failed')).toHaveCount(0);
  await expect(steps.getByText('Credentials')).toBeVisible();
  await page.screenshot({ path: '../build/web-e2e/appliance-way.png', fullPage: true });
  await expectAccessible(page);
});

test('asks before it unpairs', async ({ page }) => {
  await enterAppliance(page);
  const link = page.getByRole('region', { name: 'Studio link' });
  await link.getByRole('button', { name: 'Unpair…' }).click();
  const question = page.getByRole('dialog', { name: 'Unpair this appliance?' });
  await expect(question).toBeVisible();
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Keep' }).click();
  await expect(question).toBeHidden();
  await expect(link.getByText('connected')).toBeVisible();
});

test('saves diagnostics without secrets', async ({ page }) => {
  // G5.8
  await enterAppliance(page);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save diagnostics' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/^vistter-diagnostics-.*\.json$/);
  const text = readFileSync(await saved.path(), 'utf8');
  const bundle = JSON.parse(text);
  expect(bundle.status.link.state).toBe('connected');
  expect(Object.keys(bundle.logs)).toContain('control');
  expect(text).not.toContain(process.env.VISTTER_APPLIANCE_PASSWORD!);
  await expect(page.getByText('Saved.')).toBeVisible();
});

test('offers to change the password', async ({ page }) => {
  await enterAppliance(page);
  await page.getByRole('button', { name: 'Change password…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change your password' });
  await dialog.getByLabel('Current password').fill('not the password at all');
  await dialog.getByLabel(/^New password/).fill('another battery staple');
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await expect(dialog.getByRole('alert')).toContainText('API_FORBIDDEN');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await expect(dialog).toBeHidden();
});
