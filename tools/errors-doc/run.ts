// Writes docs/errors.md. With --check it writes nothing and fails when the file is out of date.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.mjs'
import { collectErrors } from './collect.ts'
import { renderErrors } from './render.ts'

const file = join(root, 'docs/errors.md')
const wanted = renderErrors(await collectErrors(root, 'dist', '.js'))
const upToDate = existsSync(file) && readFileSync(file, 'utf8') === wanted
if (upToDate) console.log('docs/errors.md is up to date')
else if (process.argv.includes('--check')) {
  console.log('docs/errors.md is out of date: npm run docs')
  process.exitCode = 1
} else {
  writeFileSync(file, wanted)
  console.log('docs/errors.md is written')
}
