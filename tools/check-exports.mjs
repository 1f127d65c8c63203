// Looks at one package the way its users get it: packs it once, then publint and attw read the tarball.
// Needs no network. Usage: node tools/check-exports.mjs packages/core

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endChildrenWithUs, run } from './child.mjs'
import { root } from './root.mjs'

endChildrenWithUs()
const dir = process.argv[2] ?? '.'
const folder = mkdtempSync(join(tmpdir(), 'rondo-pack-'))
try {
  const bin = (/** @type {string} */ path) => join(root, 'node_modules', path)
  const packed = await run(process.execPath, [bin('pnpm/bin/pnpm.cjs'), 'pack', '--pack-destination', folder], {
    cwd: join(root, dir),
  })
  const tarball = readdirSync(folder).map((file) => join(folder, file))[0]
  if (packed.code !== 0 || tarball === undefined) {
    console.log(packed.output)
    process.exitCode = 1
  } else {
    const checks = await Promise.all([
      run(process.execPath, [bin('publint/src/cli.js'), 'run', tarball, '--strict']),
      run(process.execPath, [
        bin('@arethetypeswrong/cli/dist/index.js'),
        tarball,
        '--profile',
        'esm-only',
        '--format',
        'ascii',
      ]),
    ])
    for (const { code, output } of checks) {
      if (code === 0) continue
      console.log(output)
      process.exitCode = 1
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
