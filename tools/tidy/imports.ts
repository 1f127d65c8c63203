import { posix } from 'node:path'
import { codeOnly } from './code-only.ts'
import { lineAt, type Source } from './source.ts'

export interface Import {
  readonly path: string
  readonly line: number
  readonly specifier: string
  /** Erased by the compiler: `import type`, `export type`, or every name marked `type`. */
  readonly typeOnly: boolean
  /** The source file that a relative specifier means. */
  readonly target?: string
}

const clause = /^[ \t]*(?:import|export)\b([^'";=]*?)\bfrom\s*(['"])(\s*)\2/gm
const bare = /^[ \t]*import\s*(['"])(\s*)\1/gm
const dynamic = /\bimport\s*\(\s*(['"])(\s*)\1/g
/** How a program of our own is named that runs in another process or thread. */
const located = /\bnew URL\(\s*(['"])(\s*)\1(?=\s*,\s*import\.meta\.url)/g

export function importsOf({ path, text }: Source): Import[] {
  const code = codeOnly(text)
  const made = (end: number, length: number, names: string): Import => {
    const specifier = text.slice(end - 1 - length, end - 1)
    const about = { path, line: lineAt(text, end), specifier, typeOnly: isTypeOnly(names) }
    if (!specifier.startsWith('.')) return about
    const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')
    return { ...about, target }
  }
  return [
    ...[...code.matchAll(clause)].map((found) =>
      made(found.index + found[0].length, found[3]?.length ?? 0, found[1] ?? ''),
    ),
    ...[bare, dynamic, located]
      .flatMap((form) => [...code.matchAll(form)])
      .map((found) => made(found.index + found[0].length, found[2]?.length ?? 0, '')),
  ]
}

function isTypeOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(names)
  const listed = (braces?.[1] ?? '').split(',').filter((name) => name.trim() !== '')
  return listed.length > 0 && listed.every((name) => /^\s*type\s/.test(name))
}
