// Writes docs/limits.md; a test fails when the file is out of date.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.mjs'
import { limitSources, readLimits, renderLimits } from './render.ts'

const sections = limitSources.map(({ file, literal, passedTo }) => {
  return { passedTo, groups: readLimits(readFileSync(join(root, file), 'utf8'), literal) }
})
writeFileSync(join(root, 'docs/limits.md'), renderLimits(sections))
console.log('docs/limits.md is written')
