// Builds the shell into target/console and the pages of each bundle (its src/main/web) into target/ui/<plugin>.
import { createRequire } from 'node:module';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const require = createRequire(import.meta.url);

// What pages may import; the shell serves each as one module, so that there is one React and one cache.
const shared = {
  react: 'share-react',
  'react/jsx-runtime': 'share-jsx-runtime',
  'react-dom': 'share-react-dom',
  'react-dom/client': 'share-react-dom-client',
  '@tanstack/react-query': 'share-query',
  '@openpanel/ui': 'share-ui',
};

/** Modules that hand on the names of CommonJS packages, which a bundler cannot see by itself. */
const sharing = {
  name: 'openpanel-sharing',
  resolveId: (id) => (id.startsWith('share:') ? '\0' + id : undefined),
  load(id) {
    if (!id.startsWith('\0share:')) {
      return undefined;
    }
    const name = id.slice('\0share:'.length);
    if (name === '@openpanel/ui') {
      return `export * from ${JSON.stringify(join(here, 'src/ui/index.ts'))};`;
    }
    if (name === '@tanstack/react-query') {
      return `export * from '${name}';`;
    }
    const names = Object.keys(require(name)).filter((key) => /^[A-Za-z]\w*$/.test(key) && key !== 'default');
    return `import * as all from '${name}'; const it = all.default ?? all; export default it;\n`
      + names.map((key) => `export const ${key} = it.${key};`).join('\n');
  },
};

const importMap = {
  name: 'openpanel-import-map',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const files = Object.values(bundle);
      const imports = Object.fromEntries(Object.entries(shared).map(([specifier, name]) => {
        const chunk = files.find((file) => file.type === 'chunk' && file.isEntry && file.name === name);
        return [specifier, `/${chunk.fileName}`];
      }));
      const font = files.find((file) => /inter-latin-wght-normal.*\.woff2$/.test(file.fileName));
      return [
        { tag: 'script', attrs: { type: 'importmap' }, children: JSON.stringify({ imports }), injectTo: 'head-prepend' },
        { tag: 'link', attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${font.fileName}` },
          injectTo: 'head' },
      ];
    },
  },
};

async function shell() {
  await build({
    root: here, configFile: false, logLevel: 'warn', base: '/',
    plugins: [react(), sharing, importMap],
    build: {
      outDir: join(here, 'target/console'), emptyOutDir: true, target: 'es2022', sourcemap: false,
      modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: {
          index: join(here, 'index.html'),
          ...Object.fromEntries(Object.entries(shared).map(([specifier, name]) => [name, `share:${specifier}`])),
        },
        preserveEntrySignatures: 'strict',
      },
    },
  });
}

/** What pages in frames load: a script and the console's look, each a file of its own at an address that stays. */
async function frame() {
  await build({
    root: here, configFile: false, logLevel: 'warn', base: '/frame/', publicDir: false,
    build: {
      outDir: join(here, 'target/console/frame'), emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, modulePreload: false,
      rolldownOptions: {
        input: [join(here, 'src/frame/panel.ts'), join(here, 'src/frame/panel.css')],
        output: { format: 'es', entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
      },
    },
  });
}

async function pages(bundle) {
  const plugin = bundle.replace(/-bundle$/, '');
  const web = join(root, bundle, 'src/main/web');
  const entries = existsSync(web) ? readdirSync(web).filter((file) => /^[a-z].*\.tsx$/.test(file)) : [];
  if (!entries.length) {
    return;
  }
  await build({
    root: web, configFile: false, logLevel: 'warn', publicDir: false,
    plugins: [react()],
    build: {
      outDir: join(here, 'target/ui', plugin), emptyOutDir: true, target: 'es2022', minify: true,
      modulePreload: false, cssCodeSplit: false,
      rolldownOptions: {
        input: Object.fromEntries(entries.map((file) => [basename(file, '.tsx'), join(web, file)])),
        external: Object.keys(shared),
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'part-[hash].js' },
      },
    },
  });
}

function sizes() {
  const gzip = (file) => gzipSync(readFileSync(file)).length;
  const html = readFileSync(join(here, 'target/console/index.html'), 'utf8');
  const first = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const initial = first.reduce((sum, file) => sum + gzip(join(here, 'target/console', file)), 0);
  console.log(`shell, first load: ${(initial / 1024).toFixed(1)} KB gzip in ${first.length} files`);
  const ui = join(here, 'target/ui');
  const all = existsSync(ui) ? readdirSync(ui, { recursive: true }).filter((file) => file.endsWith('.js')) : [];
  const largest = all.map((file) => ({ file, size: gzip(join(ui, file)) })).sort((a, b) => b.size - a.size);
  if (largest.length) {
    console.log(`pages: ${largest.length} modules, largest ${largest[0].file} ${(largest[0].size / 1024).toFixed(1)} KB gzip`);
  }
  if (initial > 180 * 1024 || largest.some(({ size }) => size > 60 * 1024)) {
    throw new Error('A first load may weigh 180 KB and a page 60 KB, compressed; see the figures above');
  }
}

rmSync(join(here, 'target/ui'), { recursive: true, force: true });
await shell();
await frame();
for (const bundle of readdirSync(root).filter((name) => name.endsWith('-bundle')).sort()) {
  await pages(bundle);
}
sizes();
