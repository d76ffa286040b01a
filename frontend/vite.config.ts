/** What the app is built by: hashed names for all that is kept for ever, each text compressed beside itself. */
import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const OUT = process.env.ONHAND_APP_FOLDER ?? '../src/onhand/web/app'
const TEXTS = /\.(js|css|html|svg|json|webmanifest|wasm|txt)$/
const WORTH_IT = 1_000

/** Writes the licences of everything that goes into the app, as they ask for. */
function licensed(): Plugin {
  return {
    name: 'licensed',
    apply: 'build',
    async generateBundle(_, bundle) {
      const packages = new Set<string>()
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        for (const id of chunk.moduleIds) {
          const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)
          if (found?.[1]) packages.add(found[1])
        }
      }
      packages.add(join(import.meta.dirname, 'node_modules/@fontsource-variable/inter'))
      const told: string[] = []
      for (const folder of [...packages].sort()) {
        const about = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license: string }
        const name = (await readdir(folder)).find((it) => /^licen[cs]e/i.test(it))
        const text = name ? await readFile(join(folder, name), 'utf8') : ''
        told.push(`${about.name} ${about.version} (${about.license})\n\n${text.trim()}`)
      }
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: told.join('\n\n----\n\n') + '\n' })
    },
  }
}

/** Writes what the service worker keeps, and has it be another worker when that is another app. */
function listed(): Plugin {
  return {
    name: 'listed',
    apply: 'build',
    async closeBundle() {
      const assets = (await readdir(join(OUT, 'assets'))).filter((name) => /\.(js|css|woff2)$/.test(name)).sort()
      const files = [...assets.map((name) => `/assets/${name}`), '/theme.js', '/icon.svg', '/manifest.webmanifest']
      await writeFile(join(OUT, 'assets.json'), JSON.stringify(files))
      const page = await readFile(join(OUT, 'index.html'), 'utf8')
      const build = createHash('sha256').update(files.join()).update(page).digest('hex').slice(0, 16)
      const worker = join(OUT, 'sw.js')
      await writeFile(worker, (await readFile(worker, 'utf8')).replace('__ONHAND_BUILD__', build))
    },
  }
}

/** Writes each text once more as .gz and .br, so that the server has nothing to compute. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    closeBundle: {
      sequential: true,
      order: 'post',
      async handler() {
      for (const entry of await readdir(OUT, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !TEXTS.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const content = await readFile(path)
        if (content.length < WORTH_IT) continue
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
        await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }))
        await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
      }
      },
    },
  }
}

export default defineConfig({
  plugins: [react(), licensed(), listed(), compressed()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // An image within a style would be an address of its own kind; fonts stay files, too.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/warehouse/service-worker.ts' },
      output: {
        // A service worker governs the folder that it lies in, under a name that stays.
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // What every screen needs comes in two files and not in forty; so do all the pictures.
        codeSplitting: {
          groups: [
            { name: 'pictures', test: /@tabler/ },
            { name: 'libraries', test: /node_modules/, tags: ['$initial'] },
            { name: 'frame', test: (id) => !id.includes('service-worker'), tags: ['$initial'] },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/_health': 'http://127.0.0.1:8080' },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
})
