// Writes docs/limits.md; a test fails when the file is out of date.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.mjs'
import { readLimits, renderLimits } from './render.ts'

const source = readFileSync(join(root, 'packages/core/src/options.ts'), 'utf8')
writeFileSync(join(root, 'docs/limits.md'), renderLimits(readLimits(source)))
console.log('docs/limits.md is written')
