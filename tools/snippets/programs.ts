// Every program that the documentation shows: the snippets, written where workspace names resolve, and the examples.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFiles } from '../project-files.mjs'
import { extractSnippets } from './extract.ts'

export interface Program {
  /** Where a reader finds it. */
  readonly name: string
  /** The file that is compiled and executed, relative to the root. */
  readonly path: string
  readonly executed: boolean
  /** It imports vitest, so vitest has to run it. */
  readonly isTest: boolean
}

/** Inside docs/, whose package depends on everything that the documentation may import. */
export const snippetFolder = 'docs/.snippets'

const compilerConfig = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    composite: false,
    noEmit: true,
    types: ['node'],
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
}

export function documentedPrograms(root: string): Program[] {
  return [...writeSnippets(root), ...examples(root)]
}

function writeSnippets(root: string): Program[] {
  rmSync(join(root, snippetFolder), { recursive: true, force: true })
  mkdirSync(join(root, snippetFolder), { recursive: true })
  writeFileSync(join(root, snippetFolder, 'tsconfig.json'), JSON.stringify(compilerConfig))
  writeFileSync(join(root, snippetFolder, 'vitest.config.mjs'), 'export default {}\n')
  return projectFiles(root, '')
    .filter((file) => /^(README\.md|docs\/.*\.md|(packages|plugins|apps)\/[^/]+\/README\.md)$/.test(file))
    .flatMap((file) => extractSnippets(file, readFileSync(join(root, file), 'utf8')))
    .map(({ file, line, code, executed }) => {
      const isTest = importsVitest(code)
      const flat = `${file.replace(/\.md$/, '').replaceAll('/', '.')}.L${line}${isTest ? '.test' : ''}.ts`
      writeFileSync(join(root, snippetFolder, flat), `${code}\nexport {}\n`)
      return { name: `${file}:${line}`, path: `${snippetFolder}/${flat}`, executed, isTest }
    })
}

/** Their types are checked with the tests'. */
function examples(root: string): Program[] {
  return projectFiles(root, 'docs/examples')
    .filter((file) => file.endsWith('.ts'))
    .map((path) => ({
      name: path,
      path,
      executed: true,
      isTest: importsVitest(readFileSync(join(root, path), 'utf8')),
    }))
}

const importsVitest = (code: string): boolean => /from 'vitest'/.test(code)
