import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { RoundsDefinition } from '@rondo/rounds'

/** Imports a module, a file or a package as seen from `folder`, and takes the definition out of it. Throws an Error that says what is wrong. */
export async function loadDefinition(
  folder: string,
  module: string,
  exported: string | undefined,
): Promise<RoundsDefinition> {
  const found = await importFrom(folder, module)
  if (exported !== undefined) {
    const definition = found[exported]
    if (definition === undefined) throw new Error(`${module} exports no ${exported}`)
    if (!isDefinition(definition)) throw new Error(`${exported} of ${module} is no definition of defineRounds`)
    return definition
  }
  const definitions = Object.entries(found).filter(([, value]) => isDefinition(value))
  const [only] = definitions.map(([, value]) => value)
  if (definitions.length > 1)
    throw new Error(
      `${module} exports several definitions: say which by #${definitions.map(([name]) => name).join(', #')}`,
    )
  if (!isDefinition(only)) throw new Error(`${module} exports no definition of defineRounds`)
  return only
}

async function importFrom(folder: string, module: string): Promise<Readonly<Record<string, unknown>>> {
  const file = resolve(folder, module)
  let target = file
  try {
    if (!existsSync(file)) target = packageSeenFrom(folder, module)
  } catch {
    throw new Error(`there is neither a file nor a package ${module}`)
  }
  try {
    return await import(pathToFileURL(target).href)
  } catch (cause) {
    throw new Error(`${module} cannot be imported: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

/** The packages of the workspace are there for whoever calls from its top, which has none of them itself. */
function packageSeenFrom(folder: string, module: string): string {
  try {
    return createRequire(join(folder, 'here.js')).resolve(module)
  } catch (cause) {
    if (!module.startsWith('@rondo/')) throw cause
    return fileURLToPath(import.meta.resolve(module))
  }
}

function isDefinition(value: unknown): value is RoundsDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'version' in value &&
    'setup' in value &&
    'phases' in value &&
    'result' in value &&
    Array.isArray(value.phases) &&
    typeof value.result === 'function'
  )
}
