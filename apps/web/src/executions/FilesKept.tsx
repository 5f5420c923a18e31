import { Command } from '../ui/Command.tsx'
import { formatBytes } from '../ui/format-time.ts'
import type { ExecutionShown } from './execution-shown.ts'

type Kept = NonNullable<NonNullable<ExecutionShown['parts'][number]['check']>['kept']>

/** The files that a step kept for later ones, and how the owner of their bucket gets them. */
export function FilesKept({ kept: { names, address } }: { kept: Kept }) {
  return (
    <div className="grid justify-items-start gap-1">
      <ul aria-label="Kept for later steps" className="w-full text-12 text-ink-2">
        {names.map(({ name, files, sizeBytes }) => (
          <li key={name} className="flex flex-wrap justify-between gap-x-2">
            <code className="[overflow-wrap:anywhere]">{name}</code>
            <span>
              {files.toLocaleString('en-US')} {files === 1 ? 'file' : 'files'}, {formatBytes(sizeBytes)}
            </span>
          </li>
        ))}
      </ul>
      <Command command={`aws s3 cp ${address} - | tar -xz`} className="-ml-2" />
    </div>
  )
}
