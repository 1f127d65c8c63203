import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectErrors } from '../errors-doc/collect.ts'
import { renderErrors } from '../errors-doc/render.ts'
import { root } from '../root.mjs'
import { bannedGlobals } from '../tidy/banned-globals.ts'
import { deadFiles } from '../tidy/dead-files.ts'
import { unprovokedCodes } from '../tidy/error-codes.ts'
import { emptyFiles, fileNames, fileSizes, focusedTests, leftovers } from '../tidy/file-shape.ts'
import { coreLayers, deepImports, layerDirection, musig2Layers, packageDirection } from '../tidy/import-direction.ts'
import { machineTraces } from '../tidy/machine-traces.ts'
import { compiledTogether, exactVersions, manifestFields, packagePapers } from '../tidy/manifests.ts'
import { type Finding, readSources } from '../tidy/source.ts'
import { readManifest, workspacePackages } from '../workspace.mjs'

const sources = readSources(root)
const paths = sources.map(({ path }) => path)
const packages = workspacePackages(root)

const rules: Record<string, () => Finding[]> = {
  'packages import only in the direction of the design': () => packageDirection(sources, packages),
  'other packages are imported by the names that they export': () => deepImports(sources, packages),
  'within core, a layer imports only the layers below it': () => layerDirection(sources, 'packages/core', coreLayers),
  'within musig2, a layer imports only the layers below it': () =>
    layerDirection(sources, 'plugins/musig2', musig2Layers),
  'time, randomness and logging come in through Env': () => bannedGlobals(sources),
  'files are small, or say why not': () => fileSizes(sources),
  'no file is empty': () => emptyFiles(sources),
  'every source file is reached from an entry point': () => deadFiles(sources, packages),
  'file names are kebab-case and say what is inside': () => fileNames(sources),
  'nothing unfinished, unchecked or silenced lands': () => leftovers(sources),
  'no test is singled out or switched off': () => focusedTests(sources),
  'every package has its papers': () => packagePapers(paths, packages),
  'every package.json says what it must': () => manifestFields(paths, packages),
  'dependencies are pinned to the digit': () =>
    exactVersions([{ dir: '', manifest: readManifest(root, '') }, ...packages]),
  'the root tsconfig files refer to every compiled package': () =>
    ['tsconfig.json', 'tsconfig.test.json'].flatMap((file) => compiledTogether(referencesOf(file), packages)),
  'every error code is provoked by a test': () => unprovokedCodes(sources),
  'nothing tells of the machine that it was written on': () => machineTraces(sources),
}

test.each(Object.entries(rules))('%s', (_, findings) => {
  expect(findings().map(({ path, line, complaint }) => `${path}:${line}: ${complaint}`)).toEqual([])
})

test('docs/errors.md is what the tables of codes say', async () => {
  const file = join(root, 'docs/errors.md')
  const written = existsSync(file) ? readFileSync(file, 'utf8') : ''
  expect(written, 'mend it with: npm run docs').toBe(renderErrors(await collectErrors(root, 'src', '.ts')))
})

function referencesOf(file: string): string[] {
  const { references }: { references: { path: string }[] } = JSON.parse(readFileSync(join(root, file), 'utf8'))
  return references.map(({ path }) => path)
}
