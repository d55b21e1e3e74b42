const LIMIT = 180_000;

/** Tests in their order, each a sentence; one that cannot go on without a former one says so by failing too. */
export class Suite {
  passed = 0;
  failed = 0;
  skipped = 0;
  figures = [];

  constructor(name, onFailure) {
    this.name = name;
    this.onFailure = onFailure;
  }

  async test(sentence, body) {
    const begun = performance.now();
    try {
      await ending(body());
      this.passed++;
      console.log(`  ✓ ${sentence} (${Math.round(performance.now() - begun)} ms)`);
    } catch (error) {
      this.failed++;
      console.log(`  ✗ ${sentence}\n      ${String(error?.message ?? error).replace(/\x1b\[\d+m/g, '').split('\n').join('\n      ')}`);
      await this.onFailure?.(sentence).catch(() => undefined);
    }
  }

  figure(text) {
    this.figures.push(text);
  }

  end() {
    const figures = this.figures.length ? ` — ${this.figures.join(', ')}` : '';
    console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped${figures}`);
    return this.failed === 0 ? 0 : 1;
  }
}

/** What a browser is asked to compute has no limit of its own: one answer that never comes must not hold up all that follows. */
async function ending(work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not end within ${LIMIT / 1000} s`)), LIMIT);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
