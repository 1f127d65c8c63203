// Names that say what is inside, sizes one can read, and nothing left lying about.

import { codeOnly } from './code-only.ts'
import { type Finding, findAll, isTypeScript, lineAt, type Source } from './source.ts'

const sourceLinesMax = 500
const testLinesMax = 800
const headerLinesMax = 12

export function fileSizes(sources: readonly Source[]): Finding[] {
  return sources.filter(isTypeScript).flatMap(({ path, text }) => {
    const lines = lineAt(text, text.length)
    if (/\.test\.ts$/.test(path)) {
      return lines > testLinesMax ? [{ path, line: testLinesMax, complaint: `${lines} lines: split the test` }] : []
    }
    if (lines <= sourceLinesMax || hasReason(text)) return []
    return [{ path, line: sourceLinesMax, complaint: `${lines} lines, and no 'One file because …' in its header` }]
  })
}

const hasReason = (text: string): boolean =>
  /\bOne file because\b/.test(text.split('\n').slice(0, headerLinesMax).join('\n'))

export function emptyFiles(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ text }) => text.trim() === '')
    .map(({ path }) => ({ path, line: 1, complaint: 'the file is empty' }))
}

const saysNothing = /(^|\/)(utils?|helpers?|common|types|misc)(\.[^/]*)?(\/|$)/
const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/
const conventional = /^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$|^LICENSE$/

export function fileNames(sources: readonly Source[]): Finding[] {
  return sources.flatMap(({ path }) => {
    if (saysNothing.test(path)) return [{ path, line: 1, complaint: 'the name does not say what is inside' }]
    const parts = path.split('/').filter((part) => !conventional.test(part))
    return parts.every((part) => kebabCase.test(part)) ? [] : [{ path, line: 1, complaint: 'names are kebab-case' }]
  })
}

/** Spelled apart, so that this file does not find itself. */
const unfinished = new RegExp(`\\b(?:${['TO', 'DO'].join('')}|${['FIX', 'ME'].join('')})\\b`, 'g')
const escapes = new RegExp(`@ts-(?:${['ig', 'nore'].join('')}|nocheck)\\b`, 'g')

export function leftovers(sources: readonly Source[]): Finding[] {
  return sources
    .filter(isCode)
    .flatMap((source) => [
      ...findAll(source, unfinished, (word) => `${word} does not land`),
      ...findAll(source, escapes, (word) => `${word}: use @ts-expect-error in a *.test-d.ts, or mend the type`),
      ...findAll(
        { ...source, text: codeOnly(source.text) },
        /(?:\bas|:|<)\s*any\b(?!\s*\()/g,
        () => '`any` checks nothing',
      ),
    ])
}

const isCode = ({ path }: Source): boolean => /\.(ts|tsx|mjs)$/.test(path)

/** Tests that somebody singled out or switched off while working on them. A skip with a condition may say so. */
export function focusedTests(sources: readonly Source[]): Finding[] {
  const focused = /^(?![ \t]*if\b).*?\b(?:it|test|describe)\.(?:only|skip|todo)\(/gm
  return sources
    .filter(({ path }) => /\/test\/.*\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      findAll({ path, text: codeOnly(text) }, focused, (call) => `${call.trim()}…) does not land`),
    )
}
