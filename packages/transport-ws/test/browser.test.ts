import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { webSocket } from '../src/browser.js'
import { createHost } from './host.js'

const source = new URL('../src/', import.meta.url)

/** The files that a source file loads at run time, itself first. */
function reach(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  const text = readdirSync(source).includes(file) ? readFileSync(new URL(file, source), 'utf8') : ''
  for (const [, from] of text.matchAll(/^(?:import|export) (?!type )[^']*'([^']+)'/gms))
    if (from !== undefined) reach(from.replace(/^\.\/(.*)\.js$/, '$1.ts'), seen)
  return seen
}

describe('the browser entry', () => {
  test('offers the same name, and does not listen', () => {
    const transport = webSocket()(createHost())
    expect(transport.schemes).toEqual(['ws:', 'wss:'])
    expect(transport.listen).toBeUndefined()
  })

  test('loads neither ws nor anything of Node', () => {
    const loaded = [...reach('browser.ts')]
    expect(loaded).toContain('browser-link.ts')
    expect(loaded.filter((name) => name === 'ws' || name.startsWith('node:'))).toEqual([])
    expect([...reach('index.ts')]).toContain('ws')
  })
})
