import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './panel.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FOLDER = join(root, 'itests/target/screenshots');
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const SCHEMES = ['light', 'dark'];
const ALL = process.env.OPENPANEL_TEST_ALL === 'true';

/**
 * How the page of this number is seen: with --all at both widths in both schemes, else at both widths, the scheme of each
 * and the one that is measured going round, so that the pages together are measured in all four.
 */
function views(number, schemes) {
  if (ALL) {
    return [WIDE, PHONE].flatMap((size) => schemes.map((scheme) => ({ ...size, scheme, measured: true })));
  }
  return [WIDE, PHONE].map((size, place) => ({
    ...size, scheme: schemes[(number + place) % schemes.length], measured: (number >> 1) % 2 === place,
  }));
}

/** Looks at each page the journey visits, and remembers every fault it sees by its kind. */
export class Eyes {
  faults = { sideways: [], axe: [], console: [], requests: [], storage: [], focus: [], english: [] };
  secrets = new Map();
  expected = [];
  words = new Map();
  names = ['OpenPanel'];
  pictures = 0;
  pages = 0;

  static async open(own) {
    const eyes = new Eyes();
    eyes.own = own;
    eyes.portuguese = await portuguese();
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    return eyes;
  }

  /** A text that no page, storage or answer may hold. */
  secret(name, text) {
    this.secrets.set(name, text);
  }

  same(text) {
    if (this.portuguese.has(text)) {
      return true;
    }
    // What is left once names are taken out must hold no word: a sentence about a name is no name.
    const rest = [...this.names].sort((a, b) => b.length - a.length).reduce((left, name) => left.replaceAll(whole(name), ''), text);
    return !rest.split(/\s+/).some((word) => /^\p{L}{3,}[.,:;]?$/u.test(word));
  }

  /** Says that requests to a path may fail with a status while the body runs: what the browser then logs is no fault. */
  async expecting(path, status, body) {
    const entry = { path, status };
    this.expected.push(entry);
    try {
      return await body();
    } finally {
      this.expected.splice(this.expected.indexOf(entry), 1);
    }
  }

  watch(page) {
    const fine = (url, status) => this.expected.some((each) => url.includes(each.path) && (status === undefined || each.status === status));
    page.on('console', (message) => {
      const { url } = message.location();
      if (message.type() === 'error' && page.url().startsWith(this.own) && !(/Failed to load resource/.test(message.text()) && fine(url))) {
        this.faults.console.push(`${page.url()}: ${message.text()} ${url}`);
      }
    });
    page.on('pageerror', (error) => this.faults.console.push(`${page.url()}: ${error.stack ?? error}`));
    page.on('requestfailed', (request) => {
      // Leaving a page or a topic ends its stream.
      if (request.url().startsWith(this.own) && request.failure()?.errorText !== 'net::ERR_ABORTED') {
        this.faults.requests.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
      }
    });
    page.on('response', (response) => {
      if (response.url().startsWith(this.own) && response.status() >= 400 && !fine(response.url(), response.status())) {
        this.faults.requests.push(`${response.request().method()} ${response.url()} answered ${response.status()} on ${page.url()}`);
      }
    });
  }

  async look(page, name, { language = 'en', schemes = SCHEMES, loading = false } = {}) {
    if (!loading) {
      await settled(page);
    }
    this.pages++;
    const file = `${String(this.pages).padStart(2, '0')}-${name}`;
    for (const view of views(this.pages, schemes)) {
      await page.setViewportSize({ width: view.width, height: view.height });
      await page.emulateMedia({ colorScheme: view.scheme, reducedMotion: 'reduce' });
      await drawn(page, view.scheme);
      await page.screenshot({ path: join(FOLDER, `${file}-${view.width}-${view.scheme}.png`), fullPage: !(await page.getByRole('dialog').count()) });
      this.pictures++;
      if (view.width === PHONE.width) {
        await this.sideways(page, name);
      }
      if (view.measured) {
        await this.measure(page, `${name} at ${view.width} px, ${view.scheme}`);
      }
    }
    await page.setViewportSize(WIDE);
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await this.storage(page, name);
    await this.read(page, name, language);
  }

  async sideways(page, name) {
    const wide = await page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) {
        return undefined;
      }
      const out = [...document.body.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > width + 1).slice(0, 3);
      return `${document.documentElement.scrollWidth} px: ${out.map((each) => `${each.tagName.toLowerCase()}.${each.className}`).join(', ')}`;
    });
    if (wide) {
      this.faults.sideways.push(`${name}: ${wide}`);
    }
  }

  async measure(page, name) {
    await page.evaluate(`window.axe || (() => { ${AXE} })()`);
    const found = await page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, help, nodes }) => `${id} (${help}): ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`);
    });
    this.faults.axe.push(...found.map((fault) => `${name}: ${fault}`));
  }

  /** Nothing of worth may lie where any script of the page can read it, nor stand on the page. */
  async storage(page, name) {
    const [stored, seen] = await page.evaluate(() => [JSON.stringify([{ ...localStorage }, { ...sessionStorage }]), document.documentElement.outerHTML]);
    for (const [what, text] of this.secrets) {
      if (stored.includes(text)) {
        this.faults.storage.push(`${name}: ${what} is in storage`);
      }
      if (seen.includes(text)) {
        this.faults.storage.push(`${name}: ${what} is in the page`);
      }
    }
    if (/eyJ[\w-]{10,}\.|"[^"]*(token|password|secret)[^"]*":/i.test(stored)) {
      this.faults.storage.push(`${name}: storage holds something like a token: ${stored}`);
    }
  }

  /** Goes a few stops by Tab; each must be seen. */
  async tabThrough(page, name, stops = 12) {
    await settled(page);
    for (let stop = 0; stop < stops; stop++) {
      await page.keyboard.press('Tab');
      const unseen = await page.evaluate(() => {
        const at = document.activeElement;
        if (!at || at === document.body) {
          return undefined;
        }
        const marked = (each) => {
          const style = getComputedStyle(each);
          return (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
        };
        const around = [at, at.parentElement, at.closest('label'), at.closest('[class*=wrapper]')].filter(Boolean);
        const box = at.getBoundingClientRect();
        return around.some(marked) && box.width > 0 && box.height > 0 ? undefined : at.outerHTML.slice(0, 160);
      });
      if (unseen) {
        this.faults.focus.push(`${name}, Tab ${stop + 1}: ${unseen}`);
      }
    }
  }

  /** What a page says in its menus, buttons, heads and labels; in both languages the same is English left over. */
  async read(page, name, language) {
    const texts = await page.evaluate(() => [...document.querySelectorAll('nav a, button, a.button, th, label, h1, h2, h3, dt, [aria-label], [placeholder]')]
      .flatMap((each) => [each.matches('[aria-label]') ? each.getAttribute('aria-label') : each.innerText, each.getAttribute('placeholder')])
      .map((text) => text?.replace(/\s+/g, ' ').trim()).filter((text) => text && /\p{L}{3}/u.test(text)));
    if (language === 'en') {
      this.words.set(name, new Set(texts));
    } else {
      const english = this.words.get(name) ?? new Set();
      this.faults.english.push(...[...new Set(texts)].filter((text) => english.has(text) && !this.same(text)).map((text) => `${name}: "${text}"`));
    }
  }
}

/** A name where it stands as words of its own. */
const whole = (name) => new RegExp(`(?<![\\p{L}\\d])${name.replace(/[.+?]/g, '\\$&')}(?![\\p{L}\\d])`, 'gu');

/** Whether a text may read the same in both languages: words that Portuguese shares, and names that people gave. */
async function portuguese() {
  const bundles = (await readdir(root)).filter((name) => name.endsWith('-bundle'));
  const files = [join(root, 'console/src/i18n/pt-BR.json'), ...bundles.map((name) => join(root, name, 'src/main/resources/OPENPANEL-INF/i18n/pt-BR.json'))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '{}')));
  return new Set(texts.flatMap((text) => Object.values(JSON.parse(text))));
}

/** The scheme has reached the page, where the person leaves it to the system, and what it changes is painted. */
async function drawn(page, scheme) {
  await page.waitForFunction((wanted) => {
    const { dataset } = document.documentElement;
    const stored = localStorage.getItem('openpanel-theme') ?? 'auto';
    return dataset.mantineColorScheme === (stored === 'auto' ? wanted : stored);
  }, scheme);
  await page.evaluate(async () => {
    // Ended, not waited for: one whose element goes meanwhile may never tell its end.
    document.getAnimations().filter((each) => each.effect.getComputedTiming().endTime !== Infinity).forEach((each) => each.finish());
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

/** Nothing loads any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.skeleton, table[aria-busy=true], .button[data-busy]'));
  await page.evaluate(() => document.fonts.ready);
}
