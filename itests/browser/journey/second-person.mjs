import assert from 'node:assert/strict';
import { until } from '../lib/world.mjs';

const CAIO = { name: 'Caio Dias', email: 'caio@example.test', password: 'seven quiet rivers and a bridge' };

const COMPANY = 'Acme';
const METADATA = `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://id.example.com">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>
MIIBSTCB8KADAgECAgkAlj0cYDosSsswCgYIKoZIzj0EAwIwGTEXMBUGA1UEAxMO
aWQuZXhhbXBsZS5jb20wHhcNMjYxMTIyMTA
xMzQzWhcNMzYxMTE5MTAxMzQzWjAZ
MRcwFQYDVQQDEw5pZC5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IAB
CQw5cYcLwBJU/y0RR0SgpPnq/i49VDdLsGk81Ss9kmzQ8njFlPh3UTGd1Sj
FXjsjlOX+cz9Y3WRnaNOfcFw01mjITAfMB0GA1Ud
DgQWBBRWaOOPwSJasVIJ1ehp
WH/30D8WLzAKBggqhkjOPQQDAgNIADBFAiEAjynLjDMS758LAGcvxQARRpd9mJD3
Crrf0p4BUL
Viu1MCIDSPyhDSopE8ELZWeLudq82U6ywJ3+9/TnkhGovc1XuK
    </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://id.example.com/saml"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>`;

/** Somebody is invited, joins in a browser of their own, works on one project, and is talked to. */
export default async function secondPerson(suite, world) {
  const { page, eyes, browser } = world;
  const dialog = page.getByRole('dialog');
  const menu = (name) => page.getByRole('complementary').getByRole('link', { name, exact: true });
  eyes.names.push(CAIO.name, CAIO.email, 'ci-deploy', COMPANY, 'Entra ID');
  eyes.secret("the second person's password", CAIO.password);
  // At localhost, since browsers know no passkeys at numbers.
  const own = `http://localhost:${world.panel.port}`;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(15_000);
  const theirs = await context.newPage();
  const theirDialog = theirs.getByRole('dialog');
  let token;
  let deployment;

  try {
    await suite.test('Somebody is invited, and the link is shown once', async () => {
      await menu('Members').click();
      await page.getByRole('button', { name: 'Invite', exact: true }).click();
      await dialog.getByLabel('Email').fill(CAIO.email);
      await dialog.getByRole('textbox', { name: 'Role' }).or(dialog.getByRole('combobox', { name: 'Role' })).first().click();
      await page.getByRole('option', { name: 'Guest', exact: true }).click();
      await world.look('invite');
      await dialog.getByRole('button', { name: 'Make link' }).click();
      await page.getByRole('heading', { name: `Invitation for ${CAIO.email}` }).waitFor();
      [, token] = (await page.locator('.copybox code').innerText()).split('#');
      await page.getByRole('button', { name: 'I have kept it' }).click();
      eyes.secret('the invitation', token);
    });

    await suite.test('They join in a browser of their own, add a passkey and log in with it', async () => {
      const protocol = await context.newCDPSession(theirs);
      await protocol.send('WebAuthn.enable');
      await protocol.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
      await theirs.goto(`${own}/join#${token}`);
      await theirs.getByLabel('Your name').fill(CAIO.name);
      await theirs.getByLabel('Password', { exact: true }).fill(CAIO.password);
      await theirs.getByRole('button', { name: 'Join', exact: true }).click();
      await theirs.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      for (const name of ['Projects', 'Containers', 'Domains']) {
        assert.equal(await theirs.getByRole('complementary').getByRole('link', { name, exact: true }).count(), 0, `a guest without access is offered ${name}`);
      }
      await eyes.look(theirs, 'guest-with-nothing');
      await theirs.goto(`${own}/settings/profile`);
      await theirs.getByRole('button', { name: 'Add passkey' }).click();
      await theirDialog.getByLabel('Current password', { exact: true }).fill(CAIO.password);
      await theirDialog.getByRole('button', { name: 'Continue' }).click();
      await theirs.getByText('Laptop', { exact: true }).waitFor();
      await context.clearCookies();
      await theirs.goto(`${own}/projects`);
      await theirs.getByRole('button', { name: 'Log in with a passkey' }).click();
      await theirs.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    });

    await suite.test('Made Developer of one project they see that one at once, and nothing else', async () => {
      assert.equal(await theirs.getByText('shop', { exact: true }).count(), 0);
      await menu('Projects').click();
      await page.getByRole('row').filter({ hasText: 'shop' }).getByText('shop').first().click();
      await page.getByRole('link', { name: 'Access', exact: true }).click();
      await page.getByRole('button', { name: 'Give access' }).first().click();
      await dialog.getByRole('textbox', { name: 'Member' }).or(dialog.getByRole('combobox', { name: 'Member' })).first().click();
      await page.getByRole('option', { name: CAIO.name }).click();
      await world.look('give-access');
      await dialog.getByRole('button', { name: 'Give access' }).click();
      await page.getByRole('row').filter({ hasText: CAIO.name }).waitFor();
      await world.look('project-access');
      await theirs.reload();
      await theirs.getByRole('row').filter({ hasText: 'shop' }).waitFor();
      assert.equal(await theirs.getByRole('row').filter({ hasText: 'sample' }).count(), 0);
      await eyes.look(theirs, 'guest-projects');
    });

    await suite.test('They deploy, and are offered nothing that they may not do', async () => {
      await theirs.getByRole('row').filter({ hasText: 'shop' }).getByText('shop').first().click();
      await theirs.getByRole('row').filter({ hasText: 'web' }).getByText('web', { exact: true }).click();
      await theirs.waitForURL(/\/apps\/\w+$/);
      const app = theirs.url();
      await theirs.getByRole('button', { name: 'Deploy', exact: true }).click();
      await theirs.waitForURL(/\/deployments\/\w+$/);
      deployment = new URL(theirs.url()).pathname;
      // What is in the repository by now does not build; the version before serves on.
      await theirs.getByText('there is no shelf').first().waitFor({ timeout: 60_000 });
      await theirs.goto(`${app}/danger`);
      await theirs.getByRole('heading', { level: 1 }).waitFor();
      assert.ok(await theirs.getByRole('button', { name: 'Delete app' }).isDisabled(), 'a developer may delete');
      await eyes.look(theirs, 'guest-app');
      for (const name of ['People', 'Audit trail', 'Encryption', 'Single sign-on']) {
        assert.equal(await theirs.getByRole('complementary').getByRole('link', { name, exact: true }).count(), 0, `a guest is offered ${name}`);
      }
    });

    await suite.test('The owner sees it in the activity, mentions them, and their bell rings', async () => {
      await menu('Activity').click();
      const feed = page.getByRole('list', { name: 'Activity' });
      await feed.getByRole('listitem').filter({ hasText: CAIO.name }).filter({ hasText: 'deploy' }).first().waitFor();
      await theirs.goto(`${own}/projects`);
      await theirs.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
      await world.go(deployment);
      const editor = page.getByRole('combobox', { name: 'Write a comment' });
      await editor.waitFor();
      await editor.fill('Thank you ');
      await editor.press('End');
      await editor.pressSequentially('@cai');
      await page.getByRole('option', { name: CAIO.name }).waitFor();
      await editor.press('Enter');
      await page.getByRole('button', { name: 'Comment', exact: true }).click();
      const bell = theirs.getByRole('link', { name: /^\d notifications? to read$/ });
      await bell.waitFor();
      await bell.click();
      await theirs.getByRole('button', { name: /^Ana Lima mentioned you on/ }).click();
      await theirs.waitForURL(`**${deployment}`);
    });

    await suite.test('Shut out by an owner, they stand before the door within seconds', async () => {
      await menu('People').click();
      const row = page.getByRole('row').filter({ hasText: CAIO.name });
      await row.waitFor();
      await world.look('people');
      await row.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Disable' }).click();
      await eyes.expecting('/api/v1/', 401, async () => {
        await dialog.getByRole('button', { name: 'Disable' }).click();
        await row.getByText('Disabled').waitFor();
        await theirs.getByRole('button', { name: 'Log in with a passkey' }).waitFor({ timeout: 5_000 });
      });
    });

    await suite.test('The team gets a quota and sees what is used of it', async () => {
      await menu('Team').click();
      const row = page.getByRole('row').filter({ hasText: 'API keys' });
      await row.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Change' }).click();
      await dialog.getByLabel('At most').fill('many');
      await dialog.getByText('Give a number of 0 or more').waitFor();
      await dialog.getByLabel('At most').fill('25');
      await world.look('team-quota');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await row.getByText('of 25').waitFor();
      await world.look('team-quotas');
    });

    await suite.test('A member for programs is made, and an account elsewhere can be declared', async () => {
      await menu('Members').click();
      await page.getByRole('button', { name: 'New service account' }).click();
      await dialog.getByLabel('Name').fill('ci-deploy');
      await world.look('service-account-new');
      await dialog.getByRole('button', { name: 'Make service account' }).click();
      await page.getByRole('row').filter({ hasText: 'ci-deploy' }).waitFor();
      await world.look('members');
      await menu('Single sign-on').click();
      await page.getByRole('heading', { name: 'Single sign-on', level: 1 }).waitFor();
      await world.look('single-sign-on');
      await page.getByRole('button', { name: 'OpenID Connect' }).first().click();
      await dialog.waitFor();
      await world.look('single-sign-on-add');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'SAML 2.0' }).first().click();
      await dialog.getByLabel('Name').fill(COMPANY);
      await dialog.getByLabel('Metadata').fill('<none/>');
      await eyes.expecting('/api/v1/identity-providers', 400, async () => {
        await dialog.getByRole('button', { name: 'Add provider' }).click();
        await dialog.getByText('it describes nobody to log in at').first().waitFor();
      });
      await world.look('single-sign-on-saml');
      await dialog.getByLabel('Metadata').fill(METADATA);
      await dialog.getByRole('button', { name: 'Add provider' }).click();
      await page.getByRole('heading', { name: COMPANY }).waitFor();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByText('log-in at https://id.example.com/saml').waitFor();
      await world.look('single-sign-on-provider');
    });

    await suite.test('A directory gets a token that is shown once, and loses it again', async () => {
      await menu('Provisioning').click();
      await page.getByRole('button', { name: 'Add directory' }).click();
      await dialog.waitFor();
      await world.look('provisioning-add');
      await dialog.getByRole('button', { name: 'Make token' }).click();
      await page.getByText('it is not shown again').waitFor();
      await world.look('provisioning');
      await page.getByRole('button', { name: 'I have it' }).click();
      await page.getByRole('button', { name: 'Revoke token' }).click();
      await dialog.getByRole('button', { name: 'Revoke token' }).click();
      await page.getByText('It has no token').waitFor();
    });

    await suite.test('Whoever forgot a password is told what to do where no e-mail is sent', async () => {
      await theirs.goto(`${own}/`);
      await theirs.getByRole('link', { name: 'Forgot your password?' }).click();
      await theirs.getByText('This panel sends no e-mail').waitFor();
      await eyes.look(theirs, 'forgot');
      await until('nothing is left of the session', async () => (await context.cookies()).every((each) => !each.value), 5_000);
    });
  } finally {
    await context.close();
  }
}
