'use client'
import { Command as Cmdk } from 'cmdk'
import { Search } from 'lucide-react'
import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'
import { matchScore } from './match-score.ts'
import { Key } from './Shell.tsx'

export type PaletteEntry = {
  key: string
  label: string
  detail?: string | undefined
  icon?: ReactNode
  run: () => void
}
export type PaletteGroup = { name: string; entries: PaletteEntry[] }

/** ⌘K: everything reachable by name. The groups are what exists; nothing is offered that cannot be done. */
export function Palette({
  isOpen,
  onClose,
  groups,
}: {
  isOpen: boolean
  onClose: () => void
  groups: PaletteGroup[]
}) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-[light-dark(#0d151366,#000000a6)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-6 border border-line-2 bg-surface"
        >
          <Dialog.Title className="sr-only">Go to anything</Dialog.Title>
          <Cmdk label="Go to anything" loop filter={matchScore}>
            <div className="flex h-11 items-center gap-2.5 border-b px-4">
              <Search aria-hidden="true" className="size-4 text-ink-3" />
              <Cmdk.Input
                placeholder="An app, a page, an action"
                className="h-full min-w-0 flex-1 bg-transparent text-14 outline-none"
              />
              <Key>esc</Key>
            </div>
            <Cmdk.List className="max-h-[52vh] overflow-auto pb-2">
              <Cmdk.Empty className="px-4 py-4 text-13 text-ink-2">Nothing has this name.</Cmdk.Empty>
              {groups.map((group) =>
                group.entries.length === 0 ? null : (
                  <Cmdk.Group
                    key={group.name}
                    heading={group.name}
                    className="[&_[cmdk-group-heading]]:px-4 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-11 [&_[cmdk-group-heading]]:text-ink-3"
                  >
                    {group.entries.map((entry) => (
                      <Cmdk.Item
                        key={entry.key}
                        value={`${group.name} ${entry.key}`}
                        keywords={[entry.label, entry.detail ?? '']}
                        onSelect={() => {
                          onClose()
                          entry.run()
                        }}
                        className="flex h-[34px] cursor-pointer items-center gap-2.5 pr-3 pl-4 text-13 data-[selected=true]:bg-accent-soft"
                      >
                        <span className="grid size-3.5 place-items-center text-ink-3 [&_svg]:size-3.5">
                          {entry.icon}
                        </span>
                        <span className="min-w-0 truncate">{entry.label}</span>
                        <span className="ml-auto min-w-0 truncate text-12 text-ink-3">{entry.detail}</span>
                      </Cmdk.Item>
                    ))}
                  </Cmdk.Group>
                ),
              )}
            </Cmdk.List>
          </Cmdk>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
