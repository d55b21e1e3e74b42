import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What an authenticator app shows. */
function codeOf(seed) {
  const bits = [...seed].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(step).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** An authenticator app and a passkey: added, logged in with, removed. At localhost, since browsers know no passkeys at numbers. */
export default async function secondFactor(suite, world) {
  const me = world.person;
  // A factor that is added ends the sessions of before.
  await world.page.goto('about:blank');
  const context = await world.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const own = `http://localhost:${world.panel.port}`;
  const dialog = page.getByRole('dialog');
  const code = dialog.getByRole('textbox', { name: 'Code' });
  let recovery = [];

  const password = async () => {
    await page.goto(`${own}/settings/profile`);
    await page.getByLabel('Email').fill(me.email);
    await page.getByLabel('Password', { exact: true }).fill(me.password);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
  };
  const within = () => page.getByRole('heading', { name: 'Profile' }).waitFor();
  // A session that is gone is a log-out too, and leaves no menu to walk through.
  const forget = () => context.clearCookies();

  await suite.test('An authenticator app is added with its first code, and recovery codes are shown once', async () => {
    await password();
    await within();
    await page.getByRole('button', { name: 'Add authenticator app' }).click();
    await dialog.getByLabel('Current password', { exact: true }).fill(me.password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.locator('svg.qr path').waitFor();
    await world.eyes.look(page, 'second-factor-enrol');
    await code.fill(codeOf((await dialog.locator('.copybox code').innerText()).trim()));
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByRole('button', { name: 'I have kept them' }).waitFor();
    recovery = await dialog.locator('.codes code').allInnerTexts();
    assert.equal(recovery.length, 10);
    await dialog.getByRole('button', { name: 'I have kept them' }).click();
  });

  await suite.test('The password alone then leads to the second step, where a recovery code is good', async () => {
    await forget();
    await password();
    const typed = page.getByRole('textbox', { name: 'Code' });
    await typed.waitFor();
    await world.eyes.look(page, 'second-step');
    await typed.fill(recovery[0]);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await within();
  });

  await suite.test('A passkey is added, and logs in without a password', async () => {
    const browser = await context.newCDPSession(page);
    await browser.send('WebAuthn.enable');
    await browser.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    await page.getByRole('button', { name: 'Add passkey' }).click();
    await dialog.getByLabel('Current password', { exact: true }).fill(me.password);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Laptop', { exact: true }).waitFor();
    await forget();
    await page.goto(`${own}/settings/profile`);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await within();
  });

  await suite.test('Both are removed with the password and a code, and the password is enough again', async () => {
    for (const [index, name] of ['Phone', 'Laptop'].entries()) {
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('menuitem', { name: 'Remove' }).click();
      await dialog.getByLabel('Current password', { exact: true }).fill(me.password);
      await code.fill(recovery[index + 1]);
      await dialog.getByRole('button', { name: 'Remove' }).click();
      await dialog.waitFor({ state: 'detached' });
    }
    await page.getByText('Your password alone opens your account.').waitFor();
  });
  await context.close();
}
