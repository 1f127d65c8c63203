// What a rule looks at, and what it says. Rules are pure functions from sources to findings, so each can be shown to fail.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectFiles } from '../project-files.mjs'

export interface Source {
  /** Relative to the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly complaint: string
}

const textual = /\.(ts|tsx|mjs|js|json|jsonc|md|yml|yaml|html|css|sh)$|(^|\/)(LICENSE|run|\.gitignore|\.editorconfig)$/

export function readSources(root: string): Source[] {
  return projectFiles(root, '')
    .filter((path) => textual.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** One finding for every match. */
export function findAll({ path, text }: Source, pattern: RegExp, complain: (match: string) => string): Finding[] {
  return [...text.matchAll(pattern)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    complaint: complain(match[0]),
  }))
}

/** `packages/core/src/flow/record.ts` -> `packages/core`. */
export const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/')

/** The code that is published or run, without tests. */
export const isShippedSource = ({ path }: Source): boolean =>
  /^(packages|plugins|apps)\/[^/]+\/src\/.*\.tsx?$/.test(path)
export const isPublicSource = ({ path }: Source): boolean => /^(packages|plugins)\/[^/]+\/src\/.*\.tsx?$/.test(path)
export const isTypeScript = ({ path }: Source): boolean => /\.(ts|tsx)$/.test(path)
