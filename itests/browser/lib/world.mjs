import { chromium } from 'playwright-core';
import { join } from 'node:path';
import { Eyes } from './eyes.mjs';
import { GitServer } from './git.mjs';
import { Panel, root } from './panel.mjs';

const PATIENCE = 15_000;

/** What the journey works with: a panel, repositories, a browser, and the person who sits before it. */
export class World {
  person = { name: 'Ana Lima', team: 'Acme', email: 'ana@example.test', password: 'correct horse battery staple 7' };

  static async make() {
    const world = new World();
    world.panel = await Panel.make();
    world.git = await GitServer.start();
    world.browser = await chromium.launch({ executablePath: process.env.OPENPANEL_CHROMIUM, chromiumSandbox: process.getuid() !== 0 });
    world.eyes = await Eyes.open(world.panel.url);
    world.eyes.names.push(world.person.name, world.person.email, world.person.team, 'shop', 'web', 'sample', 'hello', 'main', 'ci', 'The shop opens', 'The shop has a second shelf', 'A shelf that breaks');
    world.eyes.secret('the password', world.person.password);
    world.context = await world.browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] });
    world.context.setDefaultTimeout(PATIENCE);
    world.context.on('page', (page) => world.eyes.watch(page));
    world.page = await world.context.newPage();
    return world;
  }

  /** A page of the panel, by a load of its own. */
  async go(path, page = this.page) {
    await page.goto(this.panel.url + path);
  }

  look(name, options) {
    return this.eyes.look(this.page, name, options);
  }

  /** Presses what opens another tab; answers what that tab shows. */
  async opened(press) {
    const [tab] = await Promise.all([this.context.waitForEvent('page'), press()]);
    await tab.waitForLoadState();
    const text = await tab.locator('body').innerText();
    const url = tab.url();
    await tab.close();
    return { text, url };
  }

  /** What an address answers through the proxy, in a browser's tab. */
  async visit(url) {
    const tab = await this.context.newPage();
    const response = await tab.goto(url);
    const text = await response.text();
    await tab.close();
    return text;
  }

  async keepPicture(name) {
    await this.page.screenshot({ path: join(root, 'itests/target/screenshots', `failed-${name.replace(/\W+/g, '-').slice(0, 60)}.png`) });
  }

  async close() {
    await this.browser?.close();
    await this.panel?.close(this.person);
    await this.git?.close();
  }
}

/** Waits until something holds. */
export async function until(what, holds, millis = 30_000) {
  const end = Date.now() + millis;
  for (;;) {
    if (await holds().catch(() => false)) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`After ${millis / 1000} s this did not hold: ${what}`);
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}
